#pragma once

#include <cmath>

#include "doxa/autograd/kernels/kernels.h"

namespace doxa {

/// y = log Σ_j w_j for each lane of weights w_j = e^(x_j - max x), whose sums are `total`. Where one weight
/// is all but the whole of it, the sum has lost the others: then log1p of their own sum, so that the
/// logarithm of a probability next to 1 is not rounded to 0.
inline void log_total(const Kernels& kernels, const Lanes& lanes, const Real* weights, const Real* total,
                      Real* y) {
  kernels.unary[static_cast<int>(Unary::log)](lanes.count(), total, y);
  constexpr Real saturated =
      1 + Real(1) / 64;  // above it the rounding of `total` costs 64 u of the logarithm at most
  for (Index i = 0; i < lanes.count(); ++i) {
    if (!(total[i] < saturated)) continue;
    const Real* w = weights + i / lanes.inner * lanes.n * lanes.inner + i % lanes.inner;
    Real others = 0;
    bool largest_seen = false;
    for (Index j = 0; j < lanes.n; ++j) {
      const Real w_j = w[j * lanes.inner];
      if (w_j == 1 && !largest_seen)
        largest_seen = true;
      else
        others += w_j;
    }
    if (largest_seen) y[i] = std::log1p(others);
  }
}

}  // namespace doxa
