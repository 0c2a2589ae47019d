#pragma once

#include <span>
#include <vector>

#include "doxa/models/vae/quadrature.h"

namespace doxa {

/// q̄(z) = Σ_i w_i q(z | x_i), what the encoder's answers add up to over the data (06.11), for a latent in the
/// plane. The weights sum to 1: those of a quadrature over x make it the aggregate posterior of a density,
/// equal ones that of a sample (Hoffman & Johnson, "ELBO surgery", NIPS workshop 2016).
struct AggregatePosterior {
  std::vector<PlanePosterior> components;
  std::vector<double> weights;
};

/// Of the rows of x [n, 2]. Throws std::invalid_argument unless there are n weights.
AggregatePosterior aggregate_posterior(Vae& vae, const Tensor& x, std::vector<double> weights);

double log_prob(const PlanePosterior& q, const PlanePoint& z);
double log_prob(const AggregatePosterior& q, const PlanePoint& z);

/// q̄(z) at the crossings of `columns` (values of z_1) and `rows` (of z_2), row by row. Both ascend.
/// Components are left out where they are below e^-32 of their height.
std::vector<double> density_on_grid(const AggregatePosterior& q, std::span<const double> columns,
                                    std::span<const double> rows);

/// KL(q(z|x) ‖ p(z)) by (06.6), in nats.
double kl_to_prior(const PlanePosterior& q);
/// Σ_i w_i KL(q(z|x_i) ‖ p(z)), the second term of the bound averaged over the data.
double mean_kl_to_prior(const AggregatePosterior& q);
/// KL(q̄ ‖ p) with p = N(0, I), by the trapezoid rule on the square |z_1|, |z_2| <= radius: the spacing should
/// be no wider than the narrowest scale of the components, and the square hold all of them.
double kl_to_prior(const AggregatePosterior& q, double spacing, double radius);

}  // namespace doxa
