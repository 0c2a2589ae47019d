#include "doxa/autograd/internal/product_adjoint.h"

#include <cmath>
#include <limits>

namespace doxa {

bool all_finite(const Kernels& kernels, Index n, const Real* x) {
  constexpr Real infinity = std::numeric_limits<Real>::infinity();
  return kernels.all_between(n, -infinity, infinity, x);
}

// x itself if it is finite. Otherwise a copy with zeros in place of what is not.
const Real* ProductAdjoint::finite_part(Index count, const Real* x, Real* memory) const {
  if (finite_ || all_finite(kernels_, count, x)) return x;
  for (Index i = 0; i < count; ++i) memory[i] = std::isfinite(x[i]) ? x[i] : 0;
  return memory;
}

void ProductAdjoint::add_rest_to_left(const Real* g, const Real* w, Real* dx) const {
  for (Index p = 0; p < k_; ++p)
    for (Index j = 0; j < n_; ++j)
      if (const Real factor = w[p * n_ + j]; !std::isfinite(factor))
        for (Index i = 0; i < m_; ++i)
          if (g[i * n_ + j] != 0) dx[i * k_ + p] += g[i * n_ + j] * factor;
}

void ProductAdjoint::add_rest_to_right(const Real* g, const Real* x, Real* dw) const {
  for (Index i = 0; i < m_; ++i)
    for (Index p = 0; p < k_; ++p)
      if (const Real factor = x[i * k_ + p]; !std::isfinite(factor))
        for (Index j = 0; j < n_; ++j)
          if (g[i * n_ + j] != 0) dw[p * n_ + j] += factor * g[i * n_ + j];
}

}  // namespace doxa
