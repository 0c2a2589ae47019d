#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "doxa/models/pomdp/plans/planning_model.h"

namespace doxa {

/// Bounds of a vector, element by element: lower <= v <= upper.
struct BoundedVector {
  std::vector<double> lower, upper;  ///< [n]
};

/// The fixed point v = H(v) of a Bellman operator on n numbers, such as
///
///     H(v)(s) = max_a [ r(s,a) + d Σ_{s'} T(s'|s,a) v(s') ],
///
/// between bounds that hold rigorously. `update(v, i)` computes element i of H(v). H must be monotone and shift
/// with the discount, H(v + c) = H(v) + d c. Then for any v, from l = min(H(v) - v) and h = max(H(v) - v),
///
///     v + l / (1 - d)  <=  fixed point  <=  v + h / (1 - d)
///
/// (MacQueen, "A modified dynamic programming method for Markovian decision problems", Journal of Mathematical
/// Analysis and Applications 14 (1966)). The iteration v ← H(v) goes on until the two are closer than the
/// rounding of one step, `slack`, allows to say; l and h are widened by it, so that the bounds do not depend
/// on how v was found. At most about 45 / (1 - d) iterations.
template <class Update>
BoundedVector fixed_point(const PlanningModel& m, std::size_t n, Update update) {
  std::vector<double> v(n, 0.0), next(n);
  const double lost = std::max(1 - m.discount(), 1e-12);
  const double most = 50 + 45 / lost;
  double low = 0, high = 0;
  for (double iteration = 0; iteration < most; ++iteration) {
    low = std::numeric_limits<double>::infinity();
    high = -low;
    for (std::size_t i = 0; i < n; ++i) {
      next[i] = update(v, i);
      low = std::min(low, next[i] - v[i]);
      high = std::max(high, next[i] - v[i]);
    }
    if (high - low <= 0.25 * m.slack() || iteration + 1 >= most) break;
    v.swap(next);
  }
  // The differences round once each, which is among the roundings that `slack` counts.
  const double down = -m.for_ever(-(low - m.slack())) - m.dot_slack(), up = m.for_ever(high + m.slack()) + m.dot_slack();
  BoundedVector bounds{v, v};
  for (double& x : bounds.lower) x += down;
  for (double& x : bounds.upper) x += up;
  return bounds;
}

}  // namespace doxa
