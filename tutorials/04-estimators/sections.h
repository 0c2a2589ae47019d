#pragma once

#include "support/chapter.h"

namespace doxa {

// The streams of the seed: one for each section's draws.
enum Stream : std::uint64_t {
  gaussian_draws = 1,
  dimension_draws,
  landing_draws,
  choice_draws,
  training_draws
};

void gaussian(support::Chapter& chapter);   // one latent, f a parabola
void dimension(support::Chapter& chapter);  // the same in many dimensions
void landing(support::Chapter& chapter);    // a bound, near the posterior
void choice(support::Chapter& chapter);     // a choice among three
void training(support::Chapter& chapter);   // what noise and bias do to a fit

}  // namespace doxa
