#pragma once

#include <array>
#include <cmath>

#include "doxa/distributions/normal.h"
#include "quadrature.h"
#include "support/claims.h"

// Sums of two normal densities, and one normal distribution to be fitted to them.

struct Mixture {
  std::array<double, 2> weight, loc, scale;
};

inline Mixture modes_at(double apart) { return {{0.625, 0.375}, {-apart, apart}, {0.75, 0.75}}; }
inline const Mixture two_modes = modes_at(2);
inline const Mixture spiked{{0.6, 0.4}, {0, 0}, {1, 0.1}};

// log Σ_k α_k N(x; μ_k, σ_k²) for x of shape [n].
doxa::Var log_prob(const Mixture& p, doxa::Var x);
double mean(const Mixture& p);
double stddev(const Mixture& p);

struct Fit {
  double loc, scale;
};

// KL(q‖p) for q = N(μ, σ²), z = μ + σε summed over nodes of ε.
doxa::Var reverse_kl(const doxa::Normal& q, const Mixture& p, const NormalNodes& noise);
// KL(p‖q), summed over nodes of x.
doxa::Var forward_kl(const doxa::Normal& q, const Mixture& p, const Nodes& line);

// For a fit q: σ E_q[∂ log p] and −σ² E_q[∂² log p], with the derivatives of log p written out.
struct Stationarity {
  double slope, curvature;
};
Stationarity stationarity(Fit q, const Mixture& p);

struct Minimum {
  Fit fit;
  double kl;
  int steps;
};

// The normal distribution of least divergence(q), by natural gradient steps in (μ, log σ), whose Fisher
// information is diag(1/σ², 2).
inline constexpr int most_steps = 300;

//! [natural-gradient]
template <class Divergence>
Minimum natural_gradient(Fit at, Divergence divergence, double rate) {
  using namespace doxa;
  using support::u;
  Tape tape;
  for (int step = 1;; ++step) {
    tape.clear();
    const Var mu = tape.variable(Tensor(Shape{}, static_cast<Real>(at.loc)));
    const Var log_sigma = tape.variable(Tensor(Shape{}, static_cast<Real>(std::log(at.scale))));
    const Var kl = divergence(Normal::from_log_scale(mu, log_sigma));
    tape.backward(kl);
    const double move = at.scale * mu.adjoint()[0], grow = log_sigma.adjoint()[0] / 2;
    at.loc -= rate * at.scale * move;  // (02.25)
    at.scale *= std::exp(-rate * grow);
    if (std::abs(move) + std::abs(grow) < 64 * u || step == most_steps) return {at, kl.item(), step};
  }
}
//! [natural-gradient]
