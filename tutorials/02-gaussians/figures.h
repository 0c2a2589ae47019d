#pragma once

#include <vector>

#include "gaussian.h"
#include "mixture.h"
#include "support/chapter.h"

// nearly_equal.svg: relative error of the KL against t, of two formulas, beside u / KL.
struct NearlyEqual {
  std::vector<double> t, textbook, library, rounding;
};
void draw_nearly_equal(doxa::support::Chapter& chapter, const NearlyEqual& errors);

// monte_carlo.svg: the error against the number of draws, and the standard deviation of one draw against KL.
struct Convergence {
  std::vector<double> draws, rms, predicted;
};
struct Spread {
  std::vector<double> kl, plain, plain_measured, controlled, controlled_measured;  // relative to KL
};
void draw_monte_carlo(doxa::support::Chapter& chapter, const Convergence& error, const Spread& spread);

// asymmetry.svg: p with the fits of either direction, and KL(q‖p) over the half plane of (μ, σ).
void draw_asymmetry(doxa::support::Chapter& chapter, const Mixture& p, const std::vector<Fit>& reverse,
                    Fit forward);

// independence.svg: level sets of a correlated Gaussian and of its independent fits.
void draw_independence(doxa::support::Chapter& chapter, const Gaussian& p, const doxa::Matrix& reverse,
                       const doxa::Matrix& forward);
