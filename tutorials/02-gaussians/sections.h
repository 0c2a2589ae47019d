#pragma once

#include <cmath>
#include <limits>

#include "doxa/autograd/real.h"
#include "support/chapter.h"

// The parts of the chapter, each with its claims, in the order of README.md.

void densities(doxa::support::Chapter& chapter);     // normaliser, change of variables, conditionals, entropy
void factors(doxa::support::Chapter& chapter);       // what an explicit covariance forgets
void divergences(doxa::support::Chapter& chapter);   // KL: closed form, chain rule, invariance, gradient
void nearly_equal(doxa::support::Chapter& chapter);  // its digits where q is almost p
void monte_carlo(doxa::support::Chapter& chapter);   // KL as an average of draws, and how far off it is
void asymmetry(doxa::support::Chapter& chapter);     // one Gaussian for two modes, either way round
void independence(doxa::support::Chapter& chapter);  // independent coordinates for dependent ones

// The larger one; NaN if either is, so that no claim about a largest error can miss one.
inline double worse(double a, double b) { return a <= b || std::isnan(b) ? b : a; }

inline constexpr double u = std::numeric_limits<doxa::Real>::epsilon() / 2.0;  // unit round-off
