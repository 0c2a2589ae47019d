#pragma once

#include <span>
#include <vector>

#include "doxa/models/vae/aggregate_posterior.h"

namespace doxa {

// What is intractable for a VAE in general is a sum if its latent lies in the plane. These are the exact
// answers that samples and bounds are compared with, in nats, in double precision from the decoder's output
// on. All functions that take a VAE throw std::invalid_argument unless its data and its latent have two
// dimensions each.

/// The trapezoid rule for the standard normal in the plane, E[f(ε)] ≈ Σ_j w_j f(ε_j): the nodes are the
/// points of a square lattice within `radius` of the origin. Where f is analytic, it converges faster than
/// any power of the spacing: for f = e^{ik·ε} the error of the aliases is e^{-(2π/spacing - |k|)²/2}, and
/// leaving out the rest of the plane costs e^{-radius²/2} if |f| <= 1 (Trefethen & Weideman, SIAM Review
/// 56(3), 2014, section 5). Where f jumps, a row of nodes along the edge falls on one side of it as a whole; a
/// lattice turned by an angle has no row along an edge that is parallel to an axis.
struct NormalQuadrature {
  double spacing;
  Tensor nodes;                     ///< [n, 2]
  std::vector<double> log_weights;  ///< log(spacing² N(ε_j; 0, I))
};
/// Throws std::invalid_argument unless spacing and radius are positive.
NormalQuadrature normal_quadrature(double spacing, double radius = 8.5, double angle = 0);

/// The generative model at the nodes of a quadrature: all that log p(x) needs for every x.
struct DecodedPrior {
  NormalQuadrature latent;
  std::vector<PlanePoint> means;  ///< decoder(z_j)
  double scale;                   ///< s
};
DecodedPrior decode_prior(Vae& vae, NormalQuadrature latent);

/// log p(x) = log Σ_j w_j N(x; decoder(z_j), s² I), (06.1).
double log_evidence(const DecodedPrior& model, const PlanePoint& x);

/// p(x) = Σ_j w_j N(x; decoder(z_j), s² I) where the values `columns` of x_1 cross the values `rows` of x_2,
/// row by row; both must ascend.
std::vector<double> evidence_on_grid(const DecodedPrior& model, std::span<const double> columns,
                                     std::span<const double> rows);

/// KL(q(z|x) ‖ p(z|x)) to the model's own posterior p(z|x) = p(x|z) p(z) / p(x) (06.2), as a sum over the
/// nodes: the gap of (06.3). The nodes must reach past q's loc by 6 scales or more, and their spacing be no
/// wider than its narrower scale: the sum misses what q has beyond the nodes or between them.
double kl_to_true_posterior(const DecodedPrior& model, const PlanePosterior& q, const PlanePoint& x);

/// The two terms of the bound (06.4) for each row of x [n, 2]. E_q is a sum over the nodes, which take the
/// place of noise.
std::vector<BoundTerms<double>> exact_elbo(Vae& vae, const Tensor& x, const NormalQuadrature& noise);

}  // namespace doxa
