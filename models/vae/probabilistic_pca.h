#pragma once

#include <span>

#include "doxa/models/numerics/matrix.h"

namespace doxa {

/// Probabilistic principal component analysis (Tipping & Bishop, "Probabilistic principal component
/// analysis", Journal of the Royal Statistical Society B 61(3), 1999): the linear-Gaussian latent-variable
/// model of x in R^d with z in R^k,
///
///   p(z) = N(0, I)      p(x | z) = N(W z + μ, σ² I)      p(x) = N(μ, C),  C = W Wᵀ + σ² I
///
/// Everything here is exact, in double precision and in nats.
struct ProbabilisticPca {
  std::vector<double> mean;  ///< μ [d]
  Matrix weight;             ///< W [d, k]
  double noise_variance;     ///< σ²
};

/// Mean x̄ and covariance S = 1/n Σ (x - x̄)(x - x̄)ᵀ (n, not n - 1) of the rows of x [n, d]. The likelihood
/// depends on the data only through them. Throws std::invalid_argument unless x has rank 2 and at least one
/// row.
struct SampleMoments {
  std::vector<double> mean;
  Matrix covariance;
};
SampleMoments sample_moments(const Tensor& x);

/// The maximum-likelihood parameters (05.5), with the free rotation R = I: μ = x̄, W = U_k (Λ_k - σ² I)^½,
/// and σ² = the mean of the d - k smallest eigenvalues of S. Throws std::invalid_argument unless 1 ≤ k < d
/// and that mean is positive.
ProbabilisticPca maximum_likelihood(const SampleMoments& moments, Index latent);
/// The same for a given σ² (05.15): W = U_k (Λ_k - σ² I)₊^½, whose column j is zero if λ_j ≤ σ². 1 ≤ k ≤ d.
ProbabilisticPca maximum_likelihood(const SampleMoments& moments, Index latent, double noise_variance);

/// The largest mean log-likelihood of a datum, from the eigenvalues λ_1 ≥ … ≥ λ_d of S (05.6):
///   -1/2 [ d log 2π + Σ_{j≤k} log λ_j + (d - k) log σ² + d ],  σ² = mean of λ_{k+1} … λ_d
double maximum_log_likelihood(std::span<const double> eigenvalues, Index latent);
/// The same for a given σ² (05.15), with c_j = max(λ_j, σ²) for j ≤ k and σ² for the others:
///   -1/2 [ d log 2π + Σ_j (log c_j + λ_j / c_j) ]
double maximum_log_likelihood(std::span<const double> eigenvalues, Index latent, double noise_variance);

/// log N(x; μ, C) (05.2) of each row of x [n, d], from the Cholesky factor of C, without eigenvalues.
std::vector<double> log_prob(const ProbabilisticPca& model, const Tensor& x);
/// Its mean over data with these moments (05.3): -1/2 [ d log 2π + log det C + tr C⁻¹(S + (x̄-μ)(x̄-μ)ᵀ) ].
double mean_log_prob(const ProbabilisticPca& model, const SampleMoments& moments);

/// p(z | x) = N(A (x - μ), Σ), A = M⁻¹ Wᵀ, Σ = σ² M⁻¹, M = Wᵀ W + σ² I (05.7): the covariance is the same for
/// every x.
struct LinearGaussianPosterior {
  Matrix gain;        ///< A [k, d]
  Matrix covariance;  ///< Σ [k, k]
};
LinearGaussianPosterior posterior(const ProbabilisticPca& model);

/// The largest angle between the column spaces of a and b, both [d, k] of rank k, in radians: the arc sine of
/// the largest singular value of (I - P_b) Q_a. It is accurate for small angles, for which an arc cosine is
/// not (Björck & Golub, "Numerical methods for computing angles between linear subspaces", Mathematics of
/// Computation 27, 1973).
double largest_principal_angle(const Matrix& a, const Matrix& b);

}  // namespace doxa
