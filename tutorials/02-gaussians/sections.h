#pragma once

#include "gaussian.h"
#include "mixture.h"
#include "support/tutorial.h"

// The parts of the chapter, each with its claims, in the order of README.md.

void densities(doxa::support::Chapter& chapter);     // normaliser, change of variables, conditionals, entropy
void factors(doxa::support::Chapter& chapter);       // what an explicit covariance forgets
void divergences(doxa::support::Chapter& chapter);   // KL: closed form, chain rule, invariance, gradient
void nearly_equal(doxa::support::Chapter& chapter);  // its digits where q is almost p
void monte_carlo(doxa::support::Chapter& chapter);   // KL as an average of draws, and how far off it is
void asymmetry(doxa::support::Chapter& chapter);     // one Gaussian for two modes, either way round
void independence(doxa::support::Chapter& chapter);  // independent coordinates for dependent ones

// nearly_equal.svg: relative error of the KL against t, of two formulas, beside u / KL.
struct NearlyEqual {
  double t, textbook, library, rounding;
};
void draw_nearly_equal(doxa::support::Chapter& chapter, const std::vector<NearlyEqual>& errors);

// monte_carlo.svg: the error against the number of draws, and the standard deviation of one draw, relative to
// KL, against KL.
struct Convergence {
  double draws, rms, predicted;
};
struct Spread {
  double kl, plain, plain_measured, controlled, controlled_measured;
};
std::vector<Spread> control_variate(doxa::support::Chapter& chapter);
void draw_monte_carlo(doxa::support::Chapter& chapter, const std::vector<Convergence>& errors,
                      const std::vector<Spread>& spreads);

// asymmetry.svg: p with the fits of either direction, and KL(q‖p) over the half plane of (μ, σ).
void draw_asymmetry(doxa::support::Chapter& chapter, const Mixture& p, const std::vector<Fit>& reverse,
                    Fit forward);

// independence.svg: level sets of a correlated Gaussian and of its independent fits.
void draw_independence(doxa::support::Chapter& chapter, const Gaussian& p, const doxa::Matrix& reverse,
                       const doxa::Matrix& forward);
