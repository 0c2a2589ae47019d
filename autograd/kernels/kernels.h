#pragma once

#include <span>

#include "doxa/autograd/real.h"

namespace doxa {

/// What the kernels are compiled for: any processor of the target; x86-64 with AVX2 and FMA; x86-64-v4, which
/// has AVX-512.
enum class InstructionSet { baseline, avx2, avx512 };

/// The element-wise ops. Their formulas are in kernels/derivatives.def.
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

/// Row-major memory seen as [outer, n, inner], in lanes of n elements. Element j of lane (o, i) is
/// x[(o n + j) inner + i]; a number for the whole lane is at o inner + i of its array.
struct Lanes {
  Index outer, n, inner;
  Index count() const { return outer * inner; }
  Index size() const { return outer * n * inner; }
};

/// The inner loops of the engine, compiled once for each instruction set. Every entry computes the same thing
/// in every set. Only the order of additions and the use of fused multiply-adds differ: element-wise values,
/// each within 2 ulp, differ by at most 4 ulp from set to set, and single operations not at all. Arrays must
/// not overlap unless they are the same. Strides are in elements. The stride of an element-wise operand is 1,
/// or 0 for one value that stands for all n, whose adjoint then receives the sum.
///
/// Other rooms have tables like this one for loops of their own, e.g. normal_kernels(kernels.set).
struct Kernels {
  InstructionSet set;
  const char* name;  ///< of the set: "baseline", "avx2", "avx512"

  /// y_i = f(x_i); dx_i += g_i f'(x_i); product_i = g_i f'(x_i). Where g_i = 0 nothing is added, here and
  /// below, even if the derivative is infinite or NaN.
  void (*unary[static_cast<int>(Unary::count)])(Index n, const Real* x, Real* y);
  void (*unary_adjoint[static_cast<int>(Unary::count)])(Index n, const Real* x, const Real* y, const Real* g,
                                                        Real* dx);
  void (*unary_product[static_cast<int>(Unary::count)])(Index n, const Real* x, const Real* y, const Real* g,
                                                        Real* product);

  /// y_i = f(a_i, b_i); d_i += g_i ∂f/∂a, where d is the adjoint of a; d_i += g_i ∂f/∂b, where d is that of
  /// b.
  using Value = void(Index n, const Real* a, Index stride_a, const Real* b, Index stride_b, Real* y);
  using Adjoint = void(Index n, const Real* a, Index stride_a, const Real* b, Index stride_b, const Real* y,
                       const Real* g, Real* d);
  Value* binary[static_cast<int>(Binary::count)];
  Adjoint* binary_adjoint_a[static_cast<int>(Binary::count)];
  Adjoint* binary_adjoint_b[static_cast<int>(Binary::count)];
  /// Both at once, of operands with stride 1: da_i and db_i, which must not overlap, are added to, or
  /// assigned where add_a or add_b is false.
  using Adjoints = void(Index n, const Real* a, const Real* b, const Real* y, const Real* g, Real* da,
                        bool add_a, Real* db, bool add_b);
  Adjoints* binary_adjoints[static_cast<int>(Binary::count)];

  void (*affine)(Index n, Real scale, Real shift, const Real* x, Real* y);  ///< y = scale x + shift
  void (*add_scaled)(Index n, Real scale, const Real* x, Real* y);          ///< y += scale x
  Real (*sum)(Index n, const Real* x);
  /// y_ij = x_ij, and y_ij += x_ij, for m rows of n numbers. x_row and y_row are the distances between rows.
  /// A distance of 0 means one row: it is copied to all rows of y, or receives the sum of all rows of x.
  void (*copy_rows)(Index m, Index n, const Real* x, Index x_row, Real* y, Index y_row);
  void (*add_rows)(Index m, Index n, const Real* x, Index x_row, Real* y, Index y_row);

  /// One number y for each lane: Σ_j x_j, Σ_j a_j b_j, max_j x_j and min_j x_j. The maximum and minimum are
  /// NaN if any x_j is, and -inf and inf for an empty lane.
  void (*lane_sum)(const Lanes& l, const Real* x, Real* y);
  void (*lane_dot)(const Lanes& l, const Real* a, const Real* b, Real* y);
  void (*lane_max)(const Lanes& l, const Real* x, Real* y);
  void (*lane_min)(const Lanes& l, const Real* x, Real* y);
  /// One number c for each lane meets all its elements: y_j = x_j - c, y_j = c x_j, y_j += scale c,
  /// y_j += c x_j, and y_j += w_j (x_j - c). The last two are for adjoints: where c, or x_j - c, is 0, they
  /// add 0 even if the other factor is NaN or infinite.
  void (*lane_subtract)(const Lanes& l, const Real* c, const Real* x, Real* y);
  void (*lane_scale)(const Lanes& l, const Real* c, const Real* x, Real* y);
  void (*lane_add)(const Lanes& l, Real scale, const Real* c, Real* y);
  void (*lane_add_scaled)(const Lanes& l, const Real* c, const Real* x, Real* y);
  void (*lane_add_deviation)(const Lanes& l, const Real* c, const Real* w, const Real* x, Real* y);

  /// C (+)= A B for C [m,n] row-major, A(i,p) = a[i a_row + p a_col], B(p,j) = b[p b_row + j b_col].
  void (*matmul)(Index m, Index n, Index k, const Real* a, Index a_row, Index a_col, const Real* b,
                 Index b_row, Index b_col, Real* c, bool accumulate);

  /// y_ij = tanh(y_ij + b_j), and y_ij = sigmoid(y_ij + b_j).
  void (*bias_tanh)(Index m, Index n, const Real* b, Real* y);
  void (*bias_sigmoid)(Index m, Index n, const Real* b, Real* y);
  void (*multiply_add)(Index n, const Real* a, const Real* b, const Real* c, Real* y);  ///< y = a + b c
  void (*multiply_add_adjoint)(Index n, const Real* b, const Real* c, const Real* g, Real* da, Real* db,
                               Real* dc);
  /// lo < x_i < hi for all i, for finite bounds or -inf and inf. May be false if an x_i is within rounding of
  /// a bound.
  bool (*all_between)(Index n, Real lo, Real hi, const Real* x);

  /// A hash of the bits of x, or of one number from each `stride` consecutive ones: the same in every set. It
  /// tells apart any two arrays that differ in one of these numbers, and those that differ in several unless
  /// by an unlikely chance.
  std::uint64_t (*hash)(Index n, Index stride, const Real* x);

  /// 2 · pairs standard normal numbers from as many random words, two from each pair of words (random.h).
  /// They are the same bits in every set.
  void (*box_muller)(Index pairs, const std::uint64_t* words, Real* out);
};

/// The kernels of the sets that this machine can run, slowest first. There is at least the baseline.
std::span<const Kernels* const> available_kernels();

/// The fastest of them.
const Kernels& kernels();

/// n numbers of memory for a kernel to work in, one block for each thread.
Real* memory_of_thread(Index n);

/// The kernels of one set. Check available_kernels() first: a processor without the set stops at the first
/// instruction of it. On machines other than x86-64 all sets are the baseline.
const Kernels& kernels(InstructionSet set);

}  // namespace doxa
