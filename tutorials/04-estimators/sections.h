#pragma once

#include "choice_model.h"
#include "measurement.h"
#include "support/tutorial.h"

namespace doxa {

// The streams of the seed: one for each section's draws.
enum Stream : std::uint64_t {
  gaussian_draws = 1,
  dimension_draws,
  landing_draws,
  choice_draws,
  training_draws,
  arrow_draws,
  button_draws,
  simplex_draws,
  payment_draws
};

/// What a reader may vary.
struct EstimatorOptions {
  Triple logits{0.8, -0.6, 0.2};  ///< of q in `choice` and `simplex`, and where `training` starts
  double tau = 0.5;               ///< a temperature of `choice`, and that of `training`
  double rate = 0.2;              ///< of `training`
  Index draws = 0;                ///< of one estimate; 0: each section's own
};

inline Index draws_or(const EstimatorOptions& options, Index usual) {
  return options.draws > 0 ? options.draws : usual;
}

// One colour for each kind of estimator, in every figure.
inline constexpr support::Color color_of_bare_score = support::Color::vermillion;
inline constexpr support::Color color_of_baseline = support::Color::blue;
inline constexpr support::Color color_of_path = support::Color::green;
inline constexpr support::Color color_of_straight_through = support::Color::purple;
inline constexpr support::Color color_of_gumbel = support::Color::green;

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

using support::Chapter;
void buttons(Chapter& chapter);                                     // two buttons: the failure
void arrows(Chapter& chapter);                                      // eight draws, by score and by path
void gaussian(Chapter& chapter, const EstimatorOptions& options);   // one latent, f a parabola
void dimension(Chapter& chapter, const EstimatorOptions& options);  // the same in many dimensions
void landing(Chapter& chapter);                                     // a bound, near the posterior
void three_payments(Chapter& chapter);  // straight-through, one payment in three ways
void simplex(Chapter& chapter, const EstimatorOptions& options);   // Gumbel noise, three temperatures
void choice(Chapter& chapter, const EstimatorOptions& options);    // a choice among three
void training(Chapter& chapter, const EstimatorOptions& options);  // what noise and bias do to a fit

}  // namespace doxa
