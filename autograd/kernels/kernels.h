#pragma once

#include <span>

#include "doxa/autograd/real.h"

namespace doxa {

/// The element-wise ops: kernels/derivatives.def holds their formulas.
#define DOXA_UNARY(name, value, dx) name,
#define DOXA_BINARY(name, value, da, db)
enum class Unary {
#include "doxa/autograd/kernels/derivatives.def"
  count
};
#undef DOXA_UNARY
#undef DOXA_BINARY

#define DOXA_UNARY(name, value, dx)
#define DOXA_BINARY(name, value, da, db) name,
enum class Binary {
#include "doxa/autograd/kernels/derivatives.def"
  count
};
#undef DOXA_UNARY
#undef DOXA_BINARY

/// Row-major memory as [outer, n, inner]: element j of lane (o, i) is x[(o n + j) inner + i], and what
/// belongs to the lane as a whole stands at o inner + i.
struct Lanes {
  Index outer, n, inner;
  Index count() const { return outer * inner; }
  Index size() const { return outer * n * inner; }
};

/// The inner loops of the engine, compiled once for each instruction set that pays. Every entry has one
/// meaning; the sets differ in the order of additions and in fused multiply-adds only, so that element-wise
/// values, each within 2 ulp, differ by at most 4 from set to set, and single operations not at all. Pointers
/// may not overlap unless they are equal. Strides are in elements; the stride of an element-wise operand is
/// 1, or 0 for one value that stands for all n (its adjoint then receives the sum).
struct Kernels {
  const char* name;  ///< "baseline", "avx2", "avx512"

  /// y_i = f(x_i), and dx_i += g_i f'(x_i), or that product alone. Here and below, where g_i = 0 nothing is
  /// added, even if f' is infinite or NaN.
  void (*unary[static_cast<int>(Unary::count)])(Index n, const Real* x, Real* y);
  void (*unary_adjoint[static_cast<int>(Unary::count)])(Index n, const Real* x, const Real* y, const Real* g,
                                                        Real* dx);
  void (*unary_product[static_cast<int>(Unary::count)])(Index n, const Real* x, const Real* y, const Real* g,
                                                        Real* product);

  /// y_i = f(a_i, b_i), and da_i += g_i ∂f/∂a, db_i += g_i ∂f/∂b.
  using Value = void(Index n, const Real* a, Index stride_a, const Real* b, Index stride_b, Real* y);
  using Adjoint = void(Index n, const Real* a, Index stride_a, const Real* b, Index stride_b, const Real* y,
                       const Real* g, Real* d);
  Value* binary[static_cast<int>(Binary::count)];
  Adjoint* binary_adjoint_a[static_cast<int>(Binary::count)];
  Adjoint* binary_adjoint_b[static_cast<int>(Binary::count)];

  void (*affine)(Index n, Real scale, Real shift, const Real* x, Real* y);  ///< y = scale x + shift
  void (*add_scaled)(Index n, Real scale, const Real* x, Real* y);          ///< y += scale x
  Real (*sum)(Index n, const Real* x);
  /// y_ij = x_ij, and y_ij += x_ij, for m rows of n, those of x and y so far apart: 0 for one row that is
  /// copied to all, or receives the sum of all.
  void (*copy_rows)(Index m, Index n, const Real* x, Index x_row, Real* y, Index y_row);
  void (*add_rows)(Index m, Index n, const Real* x, Index x_row, Real* y, Index y_row);

  /// Folds of each lane: y = Σ_j x_j, Σ_j a_j b_j, max_j x_j and min_j x_j (NaN if any is NaN; -inf and inf
  /// of none).
  void (*lane_sum)(const Lanes& l, const Real* x, Real* y);
  void (*lane_dot)(const Lanes& l, const Real* a, const Real* b, Real* y);
  void (*lane_max)(const Lanes& l, const Real* x, Real* y);
  void (*lane_min)(const Lanes& l, const Real* x, Real* y);
  /// The elements of each lane with its number c: y_j = x_j - c, y_j = c x_j, y_j += scale c, y_j += c x_j,
  /// y_j += w_j (x_j - c).
  void (*lane_subtract)(const Lanes& l, const Real* c, const Real* x, Real* y);
  void (*lane_scale)(const Lanes& l, const Real* c, const Real* x, Real* y);
  void (*lane_add)(const Lanes& l, Real scale, const Real* c, Real* y);
  void (*lane_add_scaled)(const Lanes& l, const Real* c, const Real* x, Real* y);
  void (*lane_add_deviation)(const Lanes& l, const Real* c, const Real* w, const Real* x, Real* y);

  /// C (+)= A B for C [m,n] row-major, A(i,p) = a[i a_row + p a_col], B(p,j) = b[p b_row + j b_col].
  void (*matmul)(Index m, Index n, Index k, const Real* a, Index a_row, Index a_col, const Real* b,
                 Index b_row, Index b_col, Real* c, bool accumulate);

  // Fused ops: the formulas stand in kernels/fused.inl.
  /// y_ij = tanh(y_ij + b_j), or sigmoid.
  void (*bias_tanh)(Index m, Index n, const Real* b, Real* y);
  void (*bias_sigmoid)(Index m, Index n, const Real* b, Real* y);
  void (*multiply_add)(Index n, const Real* a, const Real* b, const Real* c, Real* y);  ///< y = a + b c
  void (*multiply_add_adjoint)(Index n, const Real* b, const Real* c, const Real* g, Real* da, Real* db,
                               Real* dc);
  /// log N(x | m, s²), given l = log s too.
  void (*normal_log_prob)(Index n, const Real* x, const Real* m, const Real* s, const Real* l, Real* y);
  void (*normal_log_prob_adjoint)(Index n, const Real* x, const Real* m, const Real* s, const Real* g,
                                  Real* dx, Real* dm, Real* ds, Real* dl);
  /// KL(q‖p) of two normals.
  struct NormalPair {
    const Real *q_loc, *q_scale, *q_log_scale, *p_loc, *p_scale, *p_log_scale;
  };
  struct NormalPairAdjoints {  // that of a scale goes to its logarithm
    Real *q_loc, *q_log_scale, *p_loc, *p_log_scale;
  };
  void (*normal_kl)(Index n, const NormalPair& values, Real* y);
  void (*normal_kl_adjoint)(Index n, const NormalPair& values, const Real* g,
                            const NormalPairAdjoints& adjoints);
  /// A gated recurrent unit for m rows from its two affine maps, x and s [m, 3w]: models/nn/gru.h. `gates`
  /// [m, 4w] receives what the adjoint needs; that sets dx and ds, the adjoints of the maps, and adds to dh.
  void (*gru)(Index m, Index w, const Real* x, const Real* s, const Real* h, Real* gates, Real* y);
  void (*gru_adjoint)(Index m, Index w, const Real* gates, const Real* h, const Real* g, Real* dx, Real* ds,
                      Real* dh);

  /// Standard normals from 2 · pairs words, two from each two (random.h); the same bits from every set.
  void (*box_muller)(Index pairs, const std::uint64_t* words, Real* out);

  /// One step of Adam for n parameters: see models/nn/adam.h. Leaves the gradient at zero.
  struct Adam {
    Real decay1, decay2, rate, epsilon, gradient_scale, variance_scale;
  };
  void (*adam)(Index n, const Adam& step, Real* gradient, Real* mean, Real* variance, Real* value);
};

/// The sets that this machine can run, slowest first; never empty.
std::span<const Kernels* const> available_kernels();

/// The fastest of them.
const Kernels& kernels();

}  // namespace doxa
