#include <algorithm>
#include <array>
#include <limits>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/internal/product_adjoint.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {

// Y = A B, for each pair of matrices of the two stacks                       dA += G Bᵀ,  dB += Aᵀ G
Var matmul(Var a, Var b) {
  const OpName op("matmul", a.tape());
  const Shape sa = a.shape(), sb = b.shape();
  if (sa.rank() < 2 || sb.rank() < 2)
    throw argument_error(op, "expected two matrices, got " + sa.str() + " x " + sb.str());
  const Index rows = sa[sa.rank() - 2], k = sa[sa.rank() - 1], n = sb[sb.rank() - 1];
  if (k != sb[sb.rank() - 2])
    throw argument_error(op, "inner dimensions differ: " + sa.str() + " x " + sb.str());
  const Stacks stacks(sa, sb, op);
  const Shape shape = stacks.shape(rows, n);
  // A stack times a single matrix is computed as one tall matrix times it.
  const bool tall = sb.size() == k * n && sa.size() == stacks.count() * rows * k;
  const Index m = tall ? stacks.count() * rows : rows;
  const auto for_each = [=](auto f) {
    if (tall)
      f(Index{0}, Index{0}, Index{0});
    else
      stacks.for_each([&](Index ia, Index ib, Index iy) { f(ia * m * k, ib * k * n, iy * m * n); });
  };
  return record(
      "matmul", shape, {a, b},
      [=](Record& r) {
        for_each([&](Index ia, Index ib, Index iy) {
          r.kernels().matmul(m, n, k, r.value(0) + ia, k, 1, r.value(1) + ib, n, 1, r.value() + iy, false);
        });
      },
      [=](Record& r) {
        const bool finite = all_finite(r.kernels(), r.size(), r.value()) || all_operands_finite(r);
        const ProductAdjoint product(r.kernels(), finite, m, k, n);
        const Index uses[2] = {tall ? 1 : stacks.uses(r.shape(0)), tall ? 1 : stacks.uses(r.shape(1))};
        const Index for_sums =
            std::max(LongSums::memory(r.size(0), uses[0]), LongSums::memory(r.size(1), uses[1]));
        Real *memory = r.workspace(for_sums + product.memory()), *rest = memory + for_sums;
        for (const int i : {0, 1}) {
          if (!r.needs_gradient(i)) continue;
          LongSums sums(r.size(i), uses[i], r.adjoint(i), memory);
          for_each([&](Index ia, Index ib, Index iy) {
            const Real* g = r.adjoint() + iy;
            if (i == 0) {
              product.to_left(g, r.value(1) + ib, r.adjoint(0) + ia, true, rest);
              sums.added(ia, m * k);
            } else {
              product.to_right(g, r.value(0) + ia, r.adjoint(1) + ib, true, rest);
              sums.added(ib, k * n);
            }
          });
          sums.finish();
        }
      });
}

// y = Σ_i a_i b_i                                                            da_i += g b_i,  db_i += g a_i
Var dot(Var a, Var b) {
  if (a.rank() != 1 || a.shape() != b.shape())
    throw argument_error({"dot", a.tape()}, "expected two vectors of one length, got " + a.shape().str() +
                                                " and " + b.shape().str());
  return record(
      "dot", Shape{}, {a, b},
      [](Record& r) {
        r.kernels().lane_dot({1, r.size(0), 1}, r.value(0), r.value(1), r.value());
      },
      [](Record& r) {
        for (const int i : {0, 1})
          if (r.needs_gradient(i) && *r.adjoint() != 0)
            r.kernels().add_scaled(r.size(i), *r.adjoint(), r.value(1 - i), r.adjoint(i));
      });
}

namespace {

// The derivative of each activation is a function of its value, so backward does not need the affine map
// again.
Unary kernel(Activation f) { return f == Activation::tanh ? Unary::tanh : Unary::sigmoid; }

const char* name(Activation f) {
  switch (f) {
    case Activation::tanh:
      return "affine_tanh";
    case Activation::sigmoid:
      return "affine_sigmoid";
    default:
      return "affine";
  }
}

// The sizes of X = [X_1 X_2 …], [m,k], and W [k,n].
struct LayerSizes {
  Index m, k, n;
};

LayerSizes sizes(std::span<const Var> parts, Var weight, Var bias) {
  const Shape sw = weight.shape(), sb = bias.shape();
  const Shape first = parts.empty() ? Shape{} : parts[0].shape();
  bool fit = sw.rank() == 2 && sb == Shape{sw[1]} && first.rank() == 2;
  Index k = 0;
  for (const Var x : parts) {
    const Shape s = x.shape();
    fit &= s.rank() == 2 && s[0] == first[0];
    k += s.rank() == 2 ? s[1] : 0;
  }
  if (fit && k == sw[0]) return {first[0], k, sw[1]};
  std::string of_parts;
  for (const Var x : parts) of_parts += (of_parts.empty() ? "" : ", ") + x.shape().str();
  throw argument_error({"affine", weight.tape()},
                       "expected [m,k] x [k,n] + [n], got " + of_parts + " x " + sw.str() + " + " + sb.str());
}

// Whether X and W are finite. Usually the values show it: the activations turn an infinity into ±1 or 0.
bool finite_operands(const Record& r, Activation f) {
  constexpr Real infinity = std::numeric_limits<Real>::infinity();
  const Real hi = f == Activation::identity ? infinity : 1, lo = f == Activation::sigmoid ? 0 : -hi;
  return r.kernels().all_between(r.size(), lo, hi, r.value()) || all_operands_finite(r);
}

// X with its parts side by side in `memory`. A single part is X itself and is not copied.
const Real* joined(const Record& r, int parts, const LayerSizes& s, Real* memory) {
  if (parts == 1) return r.value(0);
  if (s.m == 0) return memory;  // which is none
  Real* to = memory;
  for (int i = 0; i < parts; ++i) {
    const Index width = r.shape(i)[1];
    r.kernels().copy_rows(s.m, width, r.value(i), width, to, s.k);
    to += width;
  }
  return memory;
}

}  // namespace

// Y = f(Z), Z = X W + b          dZ = G f'(Z);  dX_i += dZ W_iᵀ,  dW += Xᵀ dZ,  db_j += Σ_i dZ_ij
// where W_i are the rows of W that multiply X_i.
Var affine(std::span<const Var> parts, Var weight, Var bias, Activation f) {
  const LayerSizes s = sizes(parts, weight, bias);
  const int count = static_cast<int>(parts.size());
  Tape& tape = weight.tape();
  std::array<Var, 8> few;  // the tape copies the list
  const std::size_t all = parts.size() + 2;
  const std::span<Var> operands(all <= few.size() ? few.data() : tape.scratch<Var>(count + 2), all);
  std::ranges::copy(parts, operands.begin());
  operands[parts.size()] = weight;
  operands[parts.size() + 1] = bias;
  return tape.record(
      name(f), {s.m, s.n}, operands,
      [=](Record& r) {
        const Kernels& kernels = r.kernels();
        const Real *x = joined(r, count, s, r.workspace(s.m * s.k)), *b = r.value(count + 1);
        kernels.matmul(s.m, s.n, s.k, x, s.k, 1, r.value(count), s.n, 1, r.value(), false);
        switch (f) {
          case Activation::identity:
            return kernels.add_rows(s.m, s.n, b, 0, r.value(), s.n);
          case Activation::tanh:
            return kernels.bias_tanh(s.m, s.n, b, r.value());
          case Activation::sigmoid:
            return kernels.bias_sigmoid(s.m, s.n, b, r.value());
        }
      },
      [=](Record& r) {
        const Kernels& kernels = r.kernels();
        const bool finite = finite_operands(r, f);
        const ProductAdjoint whole(kernels, finite, s.m, s.k, s.n);
        Real* memory = r.workspace(s.m * (s.k + s.n) + whole.memory());
        Real *product = memory + s.m * s.k, *rest = product + s.m * s.n;
        const Real* dz = r.adjoint();
        if (f != Activation::identity) {
          kernels.unary_product[static_cast<int>(kernel(f))](s.m * s.n, r.value(), r.value(), r.adjoint(),
                                                             product);
          dz = product;
        }
        const Real* w = r.value(count);
        for (int i = 0; i < count; ++i) {
          const Index width = r.shape(i)[1];
          if (r.needs_gradient(i)) {
            const auto [dx, add] = r.whole_adjoint(i);
            ProductAdjoint(kernels, finite, s.m, width, s.n).to_left(dz, w, dx, add, rest);
          }
          w += width * s.n;
        }
        if (r.needs_gradient(count)) {
          const auto [dw, add] = r.whole_adjoint(count);
          whole.to_right(dz, joined(r, count, s, memory), dw, add, rest);
        }
        if (r.needs_gradient(count + 1)) kernels.add_rows(s.m, s.n, dz, s.n, r.adjoint(count + 1), 0);
      });
}

}  // namespace doxa
