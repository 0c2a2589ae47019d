#pragma once

#include <array>
#include <vector>

#include "doxa/autograd/random.h"

namespace doxa {

using PlanePoint = std::array<double, 2>;

/// A normal distribution in the plane, N(mean, [xx xy; xy yy]). The functions below throw
/// std::invalid_argument unless the covariance is positive definite.
struct PlaneNormal {
  PlanePoint mean{};
  double xx = 1, xy = 0, yy = 1;
};

/// -(x - mean)ᵀ covariance⁻¹ (x - mean) / 2 - log det(2π covariance) / 2, in nats.
double log_prob(const PlaneNormal& normal, const PlanePoint& x);
double entropy(const PlaneNormal& normal);  ///< log det(2πe covariance) / 2, in nats
PlanePoint sample(const PlaneNormal& normal, Philox& random);

/// The density Σ_k w_k N(x; m_k, C_k) in the plane: for data whose true log-density is known.
struct GaussianMixture {
  std::vector<double> weights;  ///< they sum to 1
  std::vector<PlaneNormal> components;
};

double log_prob(const GaussianMixture& mixture, const PlanePoint& x);  ///< in nats

/// A draw, and the component it came from.
struct MixtureDraw {
  PlanePoint x;
  std::size_t component;
};
MixtureDraw sample(const GaussianMixture& mixture, Philox& random);

/// The normal N with the mixture's mean and covariance, by the law of total variance. Of all normals it is
/// the closest to the mixture p: it has the largest E_p[log N(x)], which equals -entropy(N).
PlaneNormal moment_matched(const GaussianMixture& mixture);

/// log E[e^{t·x}] = log Σ_k w_k exp(t·m_k + tᵀ C_k t / 2), the cumulant generating function.
double log_mgf(const GaussianMixture& mixture, const PlanePoint& t);

/// Equally likely arms around the origin. Each is a thin normal at distance 2, leaning 60° away from the
/// radial direction. Throws std::invalid_argument for no arms.
GaussianMixture pinwheel(std::size_t arms = 5);

/// Two half-circles of radius 2, each reaching into the hollow of the other, with noise of standard deviation
/// 0.2. Each is a chain of `links` round normals; the first `links` components are the upper moon. From 32
/// links on, the distance between links is less than the noise, and the ripple e^{-2π² (noise/distance)²} of
/// the density is less than 1e-8. Throws std::invalid_argument for no links.
GaussianMixture moons(std::size_t links = 40);

/// Equally likely round normals of standard deviation 0.3 on a lattice of `columns` × `rows` points 1.5
/// apart, centred at the origin. Throws std::invalid_argument for an empty lattice.
GaussianMixture lattice(std::size_t columns = 4, std::size_t rows = 2);

}  // namespace doxa
