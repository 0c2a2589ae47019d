#pragma once

#include "gaussian.h"
#include "mixture.h"
#include "support/tutorial.h"

// The parts of the chapter, each with its claims, in the order of its pages.

struct Choices {
  double widen = 0.5;  // --widen: q = N(t, (1 + widen t)²) in draws.md
  double apart = 2;    // --apart: the modes of fits.md are at ±apart
  double rate = 0.5;   // --rate: η of (02.25)
};

// README.md
void darts(doxa::support::Chapter& chapter);      // how far from its mean a draw lands
void densities(doxa::support::Chapter& chapter);  // normaliser, change of variables, entropy
void slices(doxa::support::Chapter& chapter);     // conditionals
void factors(doxa::support::Chapter& chapter);    // what an explicit covariance forgets
// divergence.md
void divergences(doxa::support::Chapter& chapter);   // KL: closed form, chain rule, invariance, gradient
void nearly_equal(doxa::support::Chapter& chapter);  // its digits where q is almost p
// draws.md
void draws(doxa::support::Chapter& chapter, const Choices& choices);  // KL as an average, and how far off
void price(doxa::support::Chapter& chapter);                          // weights of infinite variance
// fits.md
void two_modes_section(doxa::support::Chapter& chapter, const Choices& choices);  // one Gaussian, either way
void spike(doxa::support::Chapter& chapter);         // a reverse fit that is wider than p
void independence(doxa::support::Chapter& chapter);  // independent coordinates for dependent ones

// The correlated Gaussian of README.md and fits.md: μ = (½, −¼), L = (3/2 0; 3/4 1/2).
Gaussian ridge();

// The points of a level line of N(μ, L Lᵀ), so many standard deviations out: μ + radius L (cos, sin).
struct Curve {
  std::vector<double> x, y;
};
Curve ellipse(const doxa::Tensor& loc, const doxa::Matrix& factor, double radius);

double normal_density(double x, double loc, double scale);

// darts.svg: draws in the plane, and the density of their distance from 0 in n dimensions.
void draw_darts(doxa::support::Chapter& chapter, const doxa::Tensor& draws);
// box.svg: a box of noise with draws in it, and what z = μ + Lε makes of both.
void draw_box(doxa::support::Chapter& chapter, const doxa::Tensor& noise);
// slice.svg: level lines of the ridge, cut at three x₁, and the densities of x₂ on the cuts.
struct Slice {
  double at, loc, scale;
};
void draw_slices(doxa::support::Chapter& chapter, const std::vector<Slice>& cuts);

// beliefs.svg: a truth and two wrong beliefs, and what each draw costs them.
void draw_beliefs(doxa::support::Chapter& chapter);

// nearly_equal.svg: relative error of the KL against t, of two formulas, beside u / KL.
struct NearlyEqual {
  double t, textbook, library, rounding;
};
void draw_nearly_equal(doxa::support::Chapter& chapter, const std::vector<NearlyEqual>& errors);

// tangent.svg: −log w above its tangent 1 − w, and the difference with the values that draws take on both.
void draw_tangent(doxa::support::Chapter& chapter, const std::vector<double>& weights, double kl);

// monte_carlo.svg: the error against the number of draws, and the standard deviation of one draw, relative to
// KL, against KL.
struct Convergence {
  double draws, rms, predicted;
};
struct Spread {
  double kl, plain, plain_measured, controlled, controlled_measured;
};
std::vector<Spread> control_variate(doxa::support::Chapter& chapter, double widen);
void draw_monte_carlo(doxa::support::Chapter& chapter, const std::vector<Convergence>& errors,
                      const std::vector<Spread>& spreads);

// asymmetry.svg: p with the fits of either direction, and KL(q‖p) over the half plane of (μ, σ).
void draw_asymmetry(doxa::support::Chapter& chapter, const Mixture& p, const std::vector<Fit>& reverse,
                    Fit forward);

// independence.svg: level sets of a correlated Gaussian and of its independent fits.
void draw_independence(doxa::support::Chapter& chapter, const Gaussian& p, const doxa::Matrix& reverse,
                       const doxa::Matrix& forward);
