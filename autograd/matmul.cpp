#include <stdexcept>

#include "doxa/autograd/ops.h"

namespace doxa {

// Y = A B                                                                    dA += G Bᵀ,  dB += Aᵀ G
Var matmul(Var a, Var b) {
  const Shape &sa = a.shape(), &sb = b.shape();
  if (sa.rank() != 2 || sb.rank() != 2)
    throw std::invalid_argument("matmul: expected two matrices, got " + sa.str() + " x " + sb.str());
  if (sa[1] != sb[0])
    throw std::invalid_argument("matmul: inner dimensions differ: " + sa.str() + " x " + sb.str());
  const Index m = sa[0], k = sa[1], n = sb[1];
  return record(
      "matmul", {m, n}, {a, b},
      [=](Record& r) { r.kernels().matmul(m, n, k, r.value(0), k, 1, r.value(1), n, 1, r.value(), false); },
      [=](Record& r) {
        if (r.needs_gradient(0))
          r.kernels().matmul(m, k, n, r.adjoint(), n, 1, r.value(1), 1, n, r.adjoint(0), true);
        if (r.needs_gradient(1))
          r.kernels().matmul(k, n, m, r.value(0), 1, k, r.adjoint(), n, 1, r.adjoint(1), true);
      });
}

}  // namespace doxa
