#include "doxa/autograd/internal/product_adjoint.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace doxa {

bool all_finite(const Kernels& kernels, Index n, const Real* x) {
  constexpr Real infinity = std::numeric_limits<Real>::infinity();
  return kernels.all_between(n, -infinity, infinity, x);
}

bool all_operands_finite(const Record& r) {
  for (int i = 0; i < r.operands(); ++i)
    if (!all_finite(r.kernels(), r.size(i), r.value(i))) return false;
  return true;
}

namespace {

void copy_finite(Index count, const Real* x, Real* to) {
  for (Index i = 0; i < count; ++i) to[i] = std::isfinite(x[i]) ? x[i] : 0;
}

}  // namespace

void ProductAdjoint::to_left_of_any(const Real* g, const Real* w, Real* dx, bool add, Real* memory) const {
  const bool whole = !all_finite(kernels_, m_ * n_, g);
  if (whole && !add) std::fill_n(dx, m_ * k_, Real{0});
  if (!whole) {
    copy_finite(k_ * n_, w, memory);
    kernels_.matmul(m_, k_, n_, g, n_, 1, memory, 1, n_, dx, add);
  }
  for (Index p = 0; p < k_; ++p)
    for (Index j = 0; j < n_; ++j)
      if (const Real factor = w[p * n_ + j]; whole || !std::isfinite(factor))
        for (Index i = 0; i < m_; ++i)
          if (g[i * n_ + j] != 0) dx[i * k_ + p] += g[i * n_ + j] * factor;
}

void ProductAdjoint::to_right_of_any(const Real* g, const Real* x, Real* dw, bool add, Real* memory) const {
  const bool whole = !all_finite(kernels_, m_ * n_, g);
  if (whole && !add) std::fill_n(dw, k_ * n_, Real{0});
  if (!whole) {
    copy_finite(m_ * k_, x, memory);
    kernels_.matmul(k_, n_, m_, memory, 1, k_, g, n_, 1, dw, add);
  }
  for (Index i = 0; i < m_; ++i)
    for (Index p = 0; p < k_; ++p)
      if (const Real factor = x[i * k_ + p]; whole || !std::isfinite(factor))
        for (Index j = 0; j < n_; ++j)
          if (g[i * n_ + j] != 0) dw[p * n_ + j] += factor * g[i * n_ + j];
}

}  // namespace doxa
