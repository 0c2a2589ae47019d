#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "doxa/models/pomdp/plans/planning_model.h"

namespace doxa {

/// Bounds of a vector, element by element: lower <= v <= upper.
struct BoundedVector {
  std::vector<double> lower, upper;  ///< [n]
};

/// What is known of a fixed point v = H(v) after some iterations: approximation + down <= v <= approximation
/// + up, in every element.
struct FixedPoint {
  std::vector<double> approximation;  ///< [n]
  double down = 0, up = 0;

  BoundedVector bounds() const {
    BoundedVector b{approximation, approximation};
    for (double& x : b.lower) x += down;
    for (double& x : b.upper) x += up;
    return b;
  }
};

/// The fixed point of a Bellman operator on n numbers, such as
///
///     H(v)(s) = max_a [ r(s,a) + d Σ_{s'} T(s'|s,a) v(s') ],
///
/// between bounds that hold rigorously. `update(v, i)` computes element i of H(v). H must be monotone and
/// shift with the discount, H(v + c) = H(v) + d c. Then for any v, with l = min(H(v) - v) and
/// h = max(H(v) - v),
///
///     v + l / (1 - d)  <=  fixed point  <=  v + h / (1 - d)
///
/// (MacQueen, "A modified dynamic programming method for Markovian decision problems", Journal of
/// Mathematical Analysis and Applications 14 (1966)). Before they are used, l and h are widened by `slack`,
/// what rounding can do to one step, so that the bounds do not depend on how v was found. The iteration v ←
/// H(v) begins with `v`, whose size is n, and ends when l and h are closer than rounding allows to say, at
/// the latest after 45 / (1 - d) + 50 iterations, or when `enough(known)` returns true for the FixedPoint so
/// far.
template <class Update, class Enough>
FixedPoint fixed_point(const PlanningModel& m, std::vector<double> v, Update update, Enough enough) {
  std::vector<double> next(v.size());
  FixedPoint known;
  const double most = 50 + 45 / (1 - m.discount());
  for (double iteration = 1;; ++iteration) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t i = 0; i < v.size(); ++i) {
      next[i] = update(std::as_const(v), i);
      low = std::min(low, next[i] - v[i]);
      high = std::max(high, next[i] - v[i]);
    }
    known.approximation.swap(v);
    known.down = -m.for_ever(-(low - m.slack())) - m.dot_slack();
    known.up = m.for_ever(high + m.slack()) + m.dot_slack();
    if (high - low <= 0.25 * m.slack() || iteration >= most || enough(std::as_const(known))) return known;
    v.swap(known.approximation);
    v.swap(next);
  }
}

/// The same from v = 0 and to the end.
template <class Update>
BoundedVector fixed_point(const PlanningModel& m, std::size_t n, Update update) {
  return fixed_point(m, std::vector<double>(n, 0.0), update, [](const FixedPoint&) { return false; })
      .bounds();
}

}  // namespace doxa
