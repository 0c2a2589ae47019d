#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "measurement.h"
#include "support/chapter.h"

namespace doxa {

/// What was measured against what is exact, in standard errors of the measurement: many numbers, one claim.
class Deviations {
 public:
  void mean(const Moments& m, std::size_t i, double exact) {
    // What has no variance still rounds.
    add(m.mean[i] - exact, m.mean_error[i] + 100 * rounding * (1 + std::abs(exact)));
  }
  void variance(const Moments& m, std::size_t i, double exact) {
    add(m.variance[i] - exact, m.variance_error[i] + 100 * rounding * exact);
  }

  void claim(support::Chapter& chapter, const std::string& sentence) const {
    chapter.claims.at_most(sentence + ": the worst of " + std::to_string(count_) + ", in standard errors",
                           worst_, limit, 0, "a normal number is larger than 4.5 once in 150 000 times");
  }

 private:
  static constexpr double limit = 4.5, rounding = std::numeric_limits<Real>::epsilon();

  void add(double off, double error) {
    worst_ = std::max(worst_, std::abs(off) / error);
    ++count_;
  }

  double worst_ = 0;
  int count_ = 0;
};

}  // namespace doxa
