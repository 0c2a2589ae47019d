#pragma once

#include <array>

#include "doxa/distributions/normal.h"
#include "quadrature.h"

// Two modes, and one normal distribution to be fitted to them.

struct Mixture {
  std::array<double, 2> weight, loc, scale;
};

inline const Mixture two_modes{{0.625, 0.375}, {-2, 2}, {0.75, 0.75}};

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
