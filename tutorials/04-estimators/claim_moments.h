#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "measurement.h"
#include "support/chapter.h"

namespace doxa {

/// What was measured against what is exact, in standard errors of the measurement: many numbers, one claim.
class Deviations {
 public:
  void mean(const Moments& m, std::size_t i, double exact) {
    add(m.mean[i] - exact, m.mean_error[i] + rounding * (1 + std::abs(exact)));
  }
  void variance(const Moments& m, std::size_t i, double exact) {
    add(m.variance[i] - exact, m.variance_error[i] + rounding * (rounding + exact));
  }

  void claim(support::Chapter& chapter, const std::string& sentence) const {
    const auto runs = std::to_string(1000 * std::lround(147.0 / count_));
    chapter.claims.at_most(sentence + ": the worst of " + std::to_string(count_) + ", in standard errors",
                           worst_, limit, 0,
                           "of " + std::to_string(count_) +
                               " normal numbers one is larger than 4.5 in about one of " + runs + " runs");
  }

 private:
  // What has no variance still rounds, by a few u a step of its computation.
  static constexpr double limit = 4.5, rounding = 100 * double{std::numeric_limits<Real>::epsilon()};

  void add(double off, double error) {
    const double deviation = std::abs(off) / error;
    worst_ = std::max(worst_, std::isnan(deviation) ? std::numeric_limits<double>::infinity() : deviation);
    ++count_;
  }

  double worst_ = 0;
  int count_ = 0;
};

}  // namespace doxa
