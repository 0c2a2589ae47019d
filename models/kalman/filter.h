#pragma once

#include <vector>

#include "doxa/models/kalman/model.h"
#include "doxa/models/numerics/sums.h"

namespace doxa {

/// A normal distribution N(mean, L Lᵀ), given by a lower square root L of its covariance, which may be
/// singular.
struct GaussianBelief {
  Matrix mean;        ///< [n,1]
  Matrix scale_tril;  ///< L [n,n], lower, with a diagonal that is not negative
};
Matrix covariance(const GaussianBelief& p);  ///< L Lᵀ
double entropy(const GaussianBelief& p);     ///< log det L + n log(2πe) / 2 in nats; -inf if L is singular
/// log p(x) in nats. Throws std::domain_error if L is singular, because then there is no density.
double log_prob(const GaussianBelief& p, const Matrix& x);
/// KL(q ‖ p) in nats, computed as a sum of terms that are not negative; +inf if one of the two covariances is
/// singular. Throws std::domain_error if both are.
double kl_divergence(const GaussianBelief& q, const GaussianBelief& p);

/// The Bayes filter of a linear-Gaussian model, step by step; h_k = (y_{1:k}, u_{0:k-1}) is what is known at
/// step k. Every covariance is kept as its square root (the array form of Kailath, Sayed & Hassibi, "Linear
/// estimation" (2000), section 12.3), so that none becomes asymmetric or indefinite. In double precision. The
/// functions throw std::invalid_argument for an input or observation that has the wrong size or is not
/// finite.
class KalmanFilter {
 public:
  explicit KalmanFilter(LinearGaussianModel m);  ///< at step 0; throws as `validate`

  const GaussianBelief& belief() const { return belief_; }  ///< p(s_k | h_k)
  std::size_t step() const { return step_; }                ///< k
  double log_evidence() const { return log_evidence_; }     ///< log p(y_{1:k} ‖ u_{0:k-1}) in nats

  /// p(s_{k+1} | h_k, u_k) = N(A μ + B u, A P Aᵀ + Q).
  GaussianBelief predict(const Matrix& input) const;
  /// p(y_{k+1} | h_k, u_k) = N(C μ⁻ + D u, C P⁻ Cᵀ + R).
  GaussianBelief predictive(const Matrix& input) const;
  /// Advances to the next step. With S the predictive covariance and e = y - E y the innovation,
  ///     μ = μ⁻ + P⁻ Cᵀ S⁻¹ e,   P = P⁻ - P⁻ Cᵀ S⁻¹ C P⁻,
  ///     log p(y | h, u) = -½ |S^-½ e|² - log det S^½ - ½ m log 2π.
  /// Under the model the whitened innovations S^-½ e, [m,1], are standard normal and independent of each
  /// other. Throws std::domain_error naming the step if S is singular: the observation then has no density.
  struct Step {
    GaussianBelief predicted, predictive;
    Matrix whitened_innovation;
    double log_predictive;
  };
  Step update(const Matrix& input, const Matrix& observation);

 private:
  LinearGaussianModel model_;
  NoiseFactors noise_;
  GaussianBelief belief_;
  std::size_t step_ = 0;
  CompensatedSum log_evidence_;
};

/// What the filter found in an episode of T steps.
struct KalmanFiltered {
  std::vector<GaussianBelief> filtered;      ///< p(s_k | h_k) at k = 0 … T
  std::vector<GaussianBelief> predicted;     ///< p(s_k | h_{k-1}, u_{k-1}) at k-1, [T]
  std::vector<GaussianBelief> predictive;    ///< p(y_k | h_{k-1}, u_{k-1}) at k-1, [T]
  std::vector<Matrix> whitened_innovations;  ///< at k-1, [T]
  std::vector<double> log_predictive;        ///< log p(y_k | h_{k-1}, u_{k-1}) in nats at k-1, [T]
  double log_evidence = 0;                   ///< log p(y_{1:T} ‖ u_{0:T-1})

  std::size_t horizon() const { return predicted.size(); }  ///< T
};

/// inputs [T,d], observations [T,m]; O(T (n + m)³). Throws as KalmanFilter does.
KalmanFiltered filter(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations);

/// log p(y_{1:T} ‖ u_{0:T-1}) = Σ_k log p(y_k | h_{k-1}, u_{k-1}) in nats, in constant memory.
double log_evidence(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations);

}  // namespace doxa
