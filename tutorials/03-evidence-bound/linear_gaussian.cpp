#include "linear_gaussian.h"

#include <numbers>

namespace {

const double log_2pi = std::log(2 * std::numbers::pi);

// S^(-1/2) A: each row over its noise scale.
Matrix whitened(const LinearGaussian& model, Matrix a) {
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < a.columns; ++j) a(i, j) /= model.noise_scale[i];
  return a;
}

Vector whitened(const LinearGaussian& model, Vector v) {
  for (std::size_t i = 0; i < v.size(); ++i) v[i] /= model.noise_scale[i];
  return v;
}

}  // namespace

Matrix covariance(const Gaussian& g) { return g.factor * transpose(g.factor); }

Gaussian standard_normal(std::size_t d) { return {Vector(d), identity(d)}; }

Gaussian diagonal_gaussian(Vector mean, const Vector& variances) {
  Gaussian g{std::move(mean), Matrix(variances.size(), variances.size())};
  for (std::size_t i = 0; i < variances.size(); ++i) g.factor(i, i) = std::sqrt(variances[i]);
  return g;
}

Matrix posterior_precision(const LinearGaussian& model) {
  const Matrix a = whitened(model, model.loading);
  Matrix precision = transpose(a) * a;
  for (std::size_t i = 0; i < precision.rows; ++i) precision(i, i) += 1;
  return precision;
}

Gaussian posterior(const LinearGaussian& model, const Vector& x) {
  const Matrix c = inverse_from_factor(cholesky(posterior_precision(model)));
  const Vector pull =
      transpose(whitened(model, model.loading)) * whitened(model, x - model.offset);  // Wᵀ S⁻¹ (x - b)
  return {c * pull, cholesky(c)};
}

double log_evidence(const LinearGaussian& model, const Vector& x) {
  Matrix c = model.loading * transpose(model.loading);
  for (std::size_t i = 0; i < c.rows; ++i) c(i, i) += model.noise_scale[i] * model.noise_scale[i];
  const Matrix l = cholesky(c);
  return -(squared_norm(solve_lower(l, x - model.offset)) + log_det_from_factor(l) +
           static_cast<double>(x.size()) * log_2pi) /
         2;
}

ElboTerms elbo_terms(const LinearGaussian& model, const Vector& x, const Gaussian& q) {
  const auto d = static_cast<double>(model.latents());
  // tr(A C) for A = BᵀB and C = L Lᵀ is the sum of squares of B L.
  const Vector residual = whitened(model, x - model.offset - model.loading * q.mean);
  const Matrix spread = whitened(model, model.loading * q.factor);
  double log_noise = 0;
  for (const double s : model.noise_scale) log_noise += log_2pi / 2 + std::log(s);
  return {-log_noise - (squared_norm(residual) + squared_norm(spread.entries)) / 2,
          -(d * log_2pi + squared_norm(q.mean) + squared_norm(q.factor.entries)) / 2,
          (d * (log_2pi + 1) + log_det_from_factor(q.factor)) / 2};
}

Gaussian best_diagonal(const LinearGaussian& model, const Vector& x) {
  const Matrix precision = posterior_precision(model);
  Vector variances(precision.rows);
  for (std::size_t i = 0; i < variances.size(); ++i) variances[i] = 1 / precision(i, i);
  return diagonal_gaussian(posterior(model, x).mean, variances);
}

double mean_field_gap(const LinearGaussian& model) {
  const Matrix precision = posterior_precision(model);
  double gap = -log_det_from_factor(cholesky(precision));
  for (std::size_t i = 0; i < precision.rows; ++i) gap += std::log(precision(i, i));
  return gap / 2;
}
