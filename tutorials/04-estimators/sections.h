#pragma once

#include "measurement.h"
#include "support/tutorial.h"

namespace doxa {

// The streams of the seed: one for each section's draws.
enum Stream : std::uint64_t {
  gaussian_draws = 1,
  dimension_draws,
  landing_draws,
  choice_draws,
  training_draws
};

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
    worst_ = support::worse(worst_, std::abs(off) / error);
    ++count_;
  }

  double worst_ = 0;
  int count_ = 0;
};

void gaussian(support::Chapter& chapter);   // one latent, f a parabola
void dimension(support::Chapter& chapter);  // the same in many dimensions
void landing(support::Chapter& chapter);    // a bound, near the posterior
void choice(support::Chapter& chapter);     // a choice among three
void training(support::Chapter& chapter);   // what noise and bias do to a fit

}  // namespace doxa
