#include <stdexcept>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/stacks.h"

namespace doxa {

// Y = A B, for each pair of matrices of the two stacks                       dA += G Bᵀ,  dB += Aᵀ G
Var matmul(Var a, Var b) {
  const Shape sa = a.shape(), sb = b.shape();
  if (sa.rank() < 2 || sb.rank() < 2)
    throw std::invalid_argument("matmul: expected two matrices, got " + sa.str() + " x " + sb.str());
  const Index rows = sa[sa.rank() - 2], k = sa[sa.rank() - 1], n = sb[sb.rank() - 1];
  if (k != sb[sb.rank() - 2])
    throw std::invalid_argument("matmul: inner dimensions differ: " + sa.str() + " x " + sb.str());
  const Stacks stacks(sa, sb, "matmul");
  const Shape shape = stacks.shape(rows, n);
  // A stack times one matrix is one tall matrix times it.
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
        for_each([&](Index ia, Index ib, Index iy) {
          const Real* g = r.adjoint() + iy;
          if (r.needs_gradient(0))
            r.kernels().matmul(m, k, n, g, n, 1, r.value(1) + ib, 1, n, r.adjoint(0) + ia, true);
          if (r.needs_gradient(1))
            r.kernels().matmul(k, n, m, r.value(0) + ia, 1, k, g, n, 1, r.adjoint(1) + ib, true);
        });
      });
}

// y = Σ_i a_i b_i                                                            da_i += g b_i,  db_i += g a_i
Var dot(Var a, Var b) {
  if (a.rank() != 1 || a.shape() != b.shape())
    throw std::invalid_argument("dot: expected two vectors of one length, got " + a.shape().str() + " and " +
                                b.shape().str());
  return record(
      "dot", Shape{}, {a, b},
      [](Record& r) {
        r.kernels().lane_dot({1, r.size(0), 1}, r.value(0), r.value(1), r.value());
      },
      [](Record& r) {
        for (const int i : {0, 1})
          if (r.needs_gradient(i))
            r.kernels().add_scaled(r.size(i), *r.adjoint(), r.value(1 - i), r.adjoint(i));
      });
}

}  // namespace doxa
