#include "doxa/models/kalman/filter.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>

#include "doxa/models/kalman/square_root.h"

namespace doxa {
namespace {

const double log_2pi = std::log(2 * std::numbers::pi);

double log_det(const Matrix& scale_tril) { return log_det_of_factor(scale_tril) / 2; }

bool singular(const Matrix& scale_tril) {
  for (Index i = 0; i < scale_tril.rows; ++i)
    if (scale_tril(i, i) == 0) return true;
  return false;
}

}  // namespace

Matrix covariance(const GaussianBelief& p) { return p.scale_tril * transpose(p.scale_tril); }

double entropy(const GaussianBelief& p) {
  return log_det(p.scale_tril) + static_cast<double>(p.mean.rows) * (log_2pi + 1) / 2;
}

double log_prob(const GaussianBelief& p, const Matrix& x) {
  if (singular(p.scale_tril)) throw std::domain_error("log_prob: the covariance is singular");
  return -sum_of_squares(solve_lower(p.scale_tril, x - p.mean)) / 2 - log_det(p.scale_tril) -
         static_cast<double>(p.mean.rows) * log_2pi / 2;
}

double kl_divergence(const GaussianBelief& q, const GaussianBelief& p) {
  if (singular(p.scale_tril)) {
    if (singular(q.scale_tril)) throw std::domain_error("kl_divergence: both covariances are singular");
    return std::numeric_limits<double>::infinity();
  }
  // ½(tr M Mᵀ - n - log det M Mᵀ) for M = L_p⁻¹ L_q. An element ρ of M's diagonal adds ρ² - 1 - log ρ² >= 0.
  const Matrix ratio = solve_lower(p.scale_tril, q.scale_tril);
  double sum = sum_of_squares(solve_lower(p.scale_tril, q.mean - p.mean));
  for (Index i = 0; i < ratio.rows; ++i) {
    for (Index j = 0; j < i; ++j) sum += ratio(i, j) * ratio(i, j);
    const double excess = (ratio(i, i) - 1) * (ratio(i, i) + 1);
    sum += excess - std::log1p(excess);
  }
  return sum / 2;
}

KalmanFilter::KalmanFilter(LinearGaussianModel m)
    : model_(std::move(m)), noise_(noise_factors(model_)), belief_{model_.start_mean, noise_.start} {}

// (07.5)
GaussianBelief KalmanFilter::predict(const Matrix& input) const {
  require_matrix("KalmanFilter: an input", input, model_.input_size(), 1);
  //! [predict]
  return {model_.transition * belief_.mean + model_.transition_input * input,
          triangular_factor(beside(model_.transition * belief_.scale_tril, noise_.transition))};
  //! [predict]
}

// (07.6)
GaussianBelief KalmanFilter::predictive(const Matrix& input) const {
  const GaussianBelief s = predict(input);
  return {model_.emission * s.mean + model_.emission_input * input,
          triangular_factor(beside(model_.emission * s.scale_tril, noise_.emission))};
}

KalmanFilter::Step KalmanFilter::update(const Matrix& input, const Matrix& observation) {
  require_matrix("KalmanFilter: an observation", observation, model_.observation_size(), 1);
  const Index n = model_.state_size(), m = model_.observation_size();
  const GaussianBelief s = predict(input);
  //! [array-update]
  // (07.7). The joint of y and s by its square root: [C P⁻^½, R^½; P⁻^½, 0] = [S^½, 0; P⁻ Cᵀ S^-½ᵀ, P^½] Θ.
  const Matrix joint = triangular_factor(
      above(beside(model_.emission * s.scale_tril, noise_.emission), beside(s.scale_tril, Matrix(n, m))));
  const GaussianBelief y{model_.emission * s.mean + model_.emission_input * input, block(joint, 0, 0, m, m)};
  //! [array-update]
  if (singular(y.scale_tril))
    throw std::domain_error("KalmanFilter: at step " + std::to_string(step_ + 1) +
                            " the predictive covariance of the observation is singular");
  //! [innovation]
  const Matrix whitened = solve_lower(y.scale_tril, observation - y.mean);
  const double log_p =
      -sum_of_squares(whitened) / 2 - log_det(y.scale_tril) - static_cast<double>(m) * log_2pi / 2;
  belief_ = {s.mean + block(joint, m, 0, n, m) * whitened, block(joint, m, m, n, n)};
  //! [innovation]
  ++step_;
  log_evidence_ += log_p;
  return {s, y, whitened, log_p};
}

KalmanFiltered filter(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations) {
  KalmanFilter filter(m);
  require_episode("filter", m, inputs, observations);
  KalmanFiltered f;
  f.filtered.push_back(filter.belief());
  for (Index k = 0; k < observations.rows; ++k) {
    KalmanFilter::Step step = filter.update(row(inputs, k), row(observations, k));
    f.filtered.push_back(filter.belief());
    f.predicted.push_back(std::move(step.predicted));
    f.predictive.push_back(std::move(step.predictive));
    f.whitened_innovations.push_back(std::move(step.whitened_innovation));
    f.log_predictive.push_back(step.log_predictive);
  }
  f.log_evidence = filter.log_evidence();
  return f;
}

double log_evidence(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations) {
  KalmanFilter filter(m);
  require_episode("log_evidence", m, inputs, observations);
  for (Index k = 0; k < observations.rows; ++k) filter.update(row(inputs, k), row(observations, k));
  return filter.log_evidence();
}

}  // namespace doxa
