#include "linear_gaussian.h"

#include <cmath>
#include <numbers>
#include <utility>

using namespace doxa;

namespace {

const double log_2pi = std::log(2 * std::numbers::pi);

// S^(-1/2) A: each row over its noise scale.
Matrix whitened(const LinearGaussian& model, Matrix a) {
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < a.columns; ++j) a(i, j) /= model.noise_scale[i];
  return a;
}

}  // namespace

Matrix covariance(const Gaussian& g) { return g.factor * transpose(g.factor); }

Gaussian standard_normal(Index d) { return {Matrix(d, 1), identity(d)}; }

Gaussian diagonal_gaussian(Matrix mean, std::vector<double> variances) {
  for (double& v : variances) v = std::sqrt(v);
  return {std::move(mean), diagonal(variances)};
}

Matrix posterior_precision(const LinearGaussian& model) {
  const Matrix a = whitened(model, model.loading);
  return transpose(a) * a + identity(model.latents());
}

//! [posterior]
Gaussian posterior(const LinearGaussian& model, const Matrix& x) {
  const Matrix root = solve_lower(cholesky_factor(posterior_precision(model)), identity(model.latents()));
  const Matrix c = transpose(root) * root;  // symmetric to the last bit
  const Matrix pull =
      transpose(whitened(model, model.loading)) * whitened(model, x - model.offset);  // Wᵀ S⁻¹ (x - b)
  return {c * pull, cholesky_factor(c)};                                              // (03.12)
}
//! [posterior]

Matrix evidence_covariance(const LinearGaussian& model) {
  const Matrix s = diagonal(model.noise_scale.elements);
  return model.loading * transpose(model.loading) + s * s;
}

double log_evidence(const LinearGaussian& model, const Matrix& x) {
  const Matrix l = cholesky_factor(evidence_covariance(model));
  return -(sum_of_squares(solve_lower(l, x - model.offset)) + log_det_of_factor(l) +
           static_cast<double>(x.rows) * log_2pi) /
         2;  // (03.13)
}

// -½ (log det 2πC + tr(C⁻¹ C*)), C and C* being the covariances of x under `model` and of `truth`.
double expected_log_evidence(const LinearGaussian& model, const LinearGaussian& truth) {
  const Matrix l = cholesky_factor(evidence_covariance(model));
  return -(static_cast<double>(l.rows) * log_2pi + log_det_of_factor(l) +
           trace(solve_with_factor(l, evidence_covariance(truth)))) /
         2;
}

ElboTerms elbo_terms(const LinearGaussian& model, const Matrix& x, const Gaussian& q) {
  const auto d = static_cast<double>(model.latents());
  // tr(A C) for A = BᵀB and C = L Lᵀ is the sum of squares of B L.
  const Matrix residual = whitened(model, x - model.offset - model.loading * q.mean);
  const Matrix spread = whitened(model, model.loading * q.factor);
  double log_noise = 0;
  for (const double s : model.noise_scale.elements) log_noise += log_2pi / 2 + std::log(s);
  return {-log_noise - (sum_of_squares(residual) + sum_of_squares(spread)) / 2,
          -(d * log_2pi + sum_of_squares(q.mean) + sum_of_squares(q.factor)) / 2,
          (d * (log_2pi + 1) + log_det_of_factor(q.factor)) / 2};
}

Gaussian best_diagonal(const LinearGaussian& model, const Matrix& x) {
  const Matrix precision = posterior_precision(model);
  std::vector<double> variances;
  for (Index i = 0; i < precision.rows; ++i) variances.push_back(1 / precision(i, i));  // (03.15)
  return diagonal_gaussian(posterior(model, x).mean, variances);
}

double mean_field_gap(const LinearGaussian& model) {
  const Matrix precision = posterior_precision(model);
  double gap = -log_det_of_factor(cholesky_factor(precision));
  for (Index i = 0; i < precision.rows; ++i) gap += std::log(precision(i, i));
  return gap / 2;  // (03.16)
}
