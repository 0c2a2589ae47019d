#pragma once

#include <span>
#include <vector>

#include "doxa/models/vae/gaussian_mixture.h"
#include "doxa/models/vae/vae.h"

namespace doxa {

/// A normal distribution in the plane with independent coordinates: q(z | x) of one datum x.
struct PlanePosterior {
  PlanePoint loc, scale;
};
/// For each row of x [n, 2]. Throws std::invalid_argument unless the VAE's data and latent have two
/// dimensions each.
std::vector<PlanePosterior> posteriors(Vae& vae, const Tensor& x);

/// q̄(z) = Σ_i w_i q(z | x_i): what the posteriors add up to over the data (06.14), for a latent in the
/// plane. The weights sum to 1. With those of a quadrature over x it is the aggregate posterior of a
/// density, with equal weights that of a sample (Hoffman & Johnson, "ELBO surgery", NIPS workshop 2016).
struct AggregatePosterior {
  std::vector<PlanePosterior> components;
  std::vector<double> weights;
};

/// Of the rows of x [n, 2]. Throws std::invalid_argument unless there are n weights, and as `posteriors`.
AggregatePosterior aggregate_posterior(Vae& vae, const Tensor& x, std::vector<double> weights);

double log_prob(const PlanePosterior& q, const PlanePoint& z);      ///< log q(z | x) in nats
double log_prob(const AggregatePosterior& q, const PlanePoint& z);  ///< log q̄(z) in nats

/// q̄(z) where the values `columns` of z_1 cross the values `rows` of z_2, row by row; both must ascend. A
/// component is taken to be 0 beyond `reach` of its scales, where at 8 it is below e^-32 of its height.
std::vector<double> density_on_grid(const AggregatePosterior& q, std::span<const double> columns,
                                    std::span<const double> rows, double reach = 8);

/// KL(q(z|x) ‖ p(z)) by (06.6), in nats.
double kl_to_prior(const PlanePosterior& q);
/// Σ_i w_i KL(q(z|x_i) ‖ p(z)), the second term of the bound averaged over the data.
double mean_kl_to_prior(const AggregatePosterior& q);
/// KL(q̄ ‖ p) with p = N(0, I), by the trapezoid rule on the square |z_1|, |z_2| <= radius. The spacing
/// should be no wider than the narrowest scale of the components, and the square should hold all of them.
double kl_to_prior(const AggregatePosterior& q, double spacing, double radius);

}  // namespace doxa
