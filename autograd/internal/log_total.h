#pragma once

#include <cmath>

#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/kernels/kernels.h"

namespace doxa {

// Functions of the weights w_j = e^(x_j - max x) of a lane, the largest of which is 1, and of their total. A
// lane whose x are all -inf has no weight of 1, and one with a NaN has no numbers.

/// Whether one weight is nearly all of the total, so that rounding has lost the digits of the others. If not,
/// the sum of the others, total - 1, has a relative error of at most 64 unit round-offs. False for a lane
/// without a weight of 1.
inline bool is_saturated(Real total) { return total >= 1 && total < 1 + Real(1) / 64; }

struct WithoutLargest {
  Index largest;  ///< position of the first weight that is 1
  Real total;     ///< of all other weights
};

/// The largest weight and the total of the others, for the lane that starts at w.
inline WithoutLargest without_largest(const Lanes& lanes, const Real* w) {
  Index largest = -1;
  LongSum total;
  for (Index j = 0; j < lanes.n; ++j) {
    const Real w_j = w[j * lanes.inner];
    if (w_j == 1 && largest < 0)
      largest = j;
    else
      total += w_j;
  }
  return {largest, total};
}

/// y = log Σ_j w_j for each lane of weights, whose totals are given. If one weight is nearly all of the
/// total, y is log1p of the sum of the others, so that the logarithm of a probability next to 1 is not
/// rounded to 0.
inline void log_total(const Kernels& kernels, const Lanes& lanes, const Real* weights, const Real* total,
                      Real* y) {
  kernels.unary[static_cast<int>(Unary::log)](lanes.count(), total, y);
  for (Index i = 0; i < lanes.count(); ++i) {
    if (!is_saturated(total[i])) continue;
    const Index at = i / lanes.inner * lanes.n * lanes.inner + i % lanes.inner;
    y[i] = std::log1p(without_largest(lanes, weights + at).total);
  }
}

}  // namespace doxa
