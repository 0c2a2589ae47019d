#pragma once

#include <cstddef>
#include <vector>

#include "doxa/autograd/internal/gradcheck/checked_function.h"

namespace doxa {

/// What F is like near x, seen from differences over short distances: of all outputs, or of Σ v_i y_i alone.
///
/// Where kinks of both signs meet, a limit of gradients near by need not lie between the slopes along each
/// input: max(x, y) - max(y, z) does not change along y where all are equal, and near by its derivative is
/// -1, 0 or 1. Such limits, and means of them, are what a rule may give there.
class KinksNearby {
 public:
  /// `here` is the value of what is looked at, whose terms add up to `terms` if it is a sum.
  KinksNearby(CheckedFunction& function, Philox& random, std::vector<double> here, const Tensor* v = nullptr,
              double terms = 0);

  /// May the analytic derivative in `e`, by input element j, be right although it does not fit the numerical
  /// one of number i?
  bool leave_open(const GradientEntry& e, std::size_t i, std::size_t j);

 private:
  using Numbers = std::vector<double>;

  Numbers value(const Numbers& direction, double distance) const;
  double rounding(std::size_t i) const;
  Numbers random_direction();
  void look_for_kinks();
  void look_at_slopes(std::size_t j);

  CheckedFunction& f_;
  Philox& random_;
  Numbers here_;
  const Tensor* v_;
  double terms_, radius_;
  std::vector<bool> mixed_;  // of each number; empty until it is asked for
  std::size_t input_;        // of which these are the least and the largest slopes near by
  Numbers least_, largest_;
};

}  // namespace doxa
