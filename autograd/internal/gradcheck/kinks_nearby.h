#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/autograd/internal/gradcheck/checked_function.h"

namespace doxa {

/// How far from x kinks are looked for, in units of each input: u^(3/8).
extern const double radius_of_kinks;

/// What is looked at near x: all outputs, or Σ v_i y_i alone, whose terms are as large as `terms` together.
struct LookedAt {
  std::vector<double> here;  ///< its value at x
  const Tensor* v = nullptr;
  double terms = 0;
};

/// Does a number lie above the mean of its values on both sides anywhere near x, or below it?
struct Bend {
  bool above = false, below = false;
  bool hidden = true;  ///< rounding is as large as what a kink would do, so that nothing was seen
  bool convex() const { return !hidden && !above; }
  bool concave() const { return !hidden && !below; }
};

/// Of each number, where these inputs move together. A kink shows in the difference as much as in the values,
/// a curved smooth part by the distance less, and is not counted.
std::vector<Bend> bends(CheckedFunction& function, Philox& random, const LookedAt& at,
                        std::span<const std::size_t> inputs);

/// What F is like near x, seen from differences over short distances.
///
/// Where kinks of both signs meet, a limit of gradients near by need not lie between the slopes along each
/// input: max(x, y) - max(y, z) does not change along y where all are equal, and near by its derivative is
/// -1, 0 or 1. Such limits, and means of them, are what a rule may give there.
class KinksNearby {
 public:
  KinksNearby(CheckedFunction& function, Philox& random, LookedAt at);

  /// May the analytic derivative in `e`, by input element j, be right although it does not fit the numerical
  /// one of number i?
  bool leave_open(const GradientEntry& e, std::size_t i, std::size_t j);

 private:
  using Numbers = std::vector<double>;

  void look_at_slopes(std::size_t j);

  CheckedFunction& f_;
  Philox& random_;
  LookedAt at_;
  std::vector<Bend> bends_;  // empty until it is asked for
  std::size_t input_;        // of which these are the least and the largest slopes near by
  Numbers least_, largest_;
};

}  // namespace doxa
