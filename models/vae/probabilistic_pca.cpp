#include "doxa/models/vae/probabilistic_pca.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>

#include "doxa/models/numerics/symmetric_eigen.h"

namespace doxa {
namespace {

const double log_2pi = std::log(2 * std::numbers::pi);

std::size_t checked_latent(Index latent, std::size_t data, bool all_allowed) {
  const auto k = static_cast<std::size_t>(latent);
  if (latent < 1 || k > data || (k == data && !all_allowed))
    throw std::invalid_argument("probabilistic PCA: " + std::to_string(latent) + " latents for data in " +
                                std::to_string(data) + " dimensions");
  return k;
}

void require_variance(double noise_variance) {
  if (!(noise_variance > 0 && std::isfinite(noise_variance)))
    throw std::invalid_argument("probabilistic PCA: the noise variance must be positive, got " +
                                std::to_string(noise_variance));
}

double mean_of_discarded(std::span<const double> eigenvalues, Index latent) {
  const std::size_t k = checked_latent(latent, eigenvalues.size(), false);
  const auto discarded = eigenvalues.subspan(k);
  return std::accumulate(discarded.begin(), discarded.end(), 0.0) / static_cast<double>(discarded.size());
}

Matrix marginal_covariance(const ProbabilisticPca& model) {
  return model.weight * transpose(model.weight) + model.noise_variance * identity(model.weight.rows);
}

}  // namespace

SampleMoments sample_moments(const Tensor& x) {
  const Matrix rows(x);
  if (rows.rows < 1) throw std::invalid_argument("sample_moments: no data");
  const Index n = rows.rows, d = rows.columns;
  SampleMoments m{std::vector<double>(static_cast<std::size_t>(d)), Matrix(d, d)};
  for (Index r = 0; r < n; ++r)
    for (Index i = 0; i < d; ++i) m.mean[static_cast<std::size_t>(i)] += rows(r, i) / static_cast<double>(n);
  for (Index r = 0; r < n; ++r)
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j < d; ++j)
        m.covariance(i, j) += (rows(r, i) - m.mean[static_cast<std::size_t>(i)]) *
                              (rows(r, j) - m.mean[static_cast<std::size_t>(j)]) / static_cast<double>(n);
  return m;
}

ProbabilisticPca maximum_likelihood(const SampleMoments& moments, Index latent) {
  const SymmetricEigen s = symmetric_eigen(moments.covariance);
  return maximum_likelihood(moments, latent, mean_of_discarded(s.values, latent));
}

ProbabilisticPca maximum_likelihood(const SampleMoments& moments, Index latent, double noise_variance) {
  require_variance(noise_variance);
  const SymmetricEigen s = symmetric_eigen(moments.covariance);
  const std::size_t k = checked_latent(latent, s.values.size(), true);
  ProbabilisticPca best{moments.mean, Matrix(s.vectors.rows, latent), noise_variance};
  for (std::size_t j = 0; j < k; ++j) {
    const double length = std::sqrt(std::max(s.values[j] - noise_variance, 0.0));  // (05.5), (05.15)
    for (Index i = 0; i < s.vectors.rows; ++i)
      best.weight(i, static_cast<Index>(j)) = length * s.vectors(i, static_cast<Index>(j));
  }
  return best;
}

double maximum_log_likelihood(std::span<const double> eigenvalues, Index latent) {
  const double noise_variance = mean_of_discarded(eigenvalues, latent);
  require_variance(noise_variance);
  const auto d = static_cast<double>(eigenvalues.size()), k = static_cast<double>(latent);
  double log_det = (d - k) * std::log(noise_variance);
  for (std::size_t j = 0; j < static_cast<std::size_t>(latent); ++j) log_det += std::log(eigenvalues[j]);
  return -0.5 * (d * log_2pi + log_det + d);  // (05.6)
}

double maximum_log_likelihood(std::span<const double> eigenvalues, Index latent, double noise_variance) {
  require_variance(noise_variance);
  const std::size_t k = checked_latent(latent, eigenvalues.size(), true);
  double sum = static_cast<double>(eigenvalues.size()) * log_2pi;
  for (std::size_t j = 0; j < eigenvalues.size(); ++j) {
    const double c = j < k ? std::max(eigenvalues[j], noise_variance) : noise_variance;
    sum += std::log(c) + eigenvalues[j] / c;
  }
  return -0.5 * sum;  // (05.15)
}

std::vector<double> log_prob(const ProbabilisticPca& model, const Tensor& x) {
  const Matrix l = cholesky_factor(marginal_covariance(model));
  Matrix deviations = transpose(Matrix(x));
  for (Index i = 0; i < deviations.rows; ++i)
    for (Index r = 0; r < deviations.columns; ++r)
      deviations(i, r) -= model.mean[static_cast<std::size_t>(i)];
  const Matrix whitened = solve_lower(l, deviations);
  const double constant = static_cast<double>(whitened.rows) * log_2pi + log_det_of_factor(l);
  std::vector<double> all(static_cast<std::size_t>(whitened.columns), -0.5 * constant);
  for (Index i = 0; i < whitened.rows; ++i)
    for (std::size_t r = 0; r < all.size(); ++r)
      all[r] -= 0.5 * whitened(i, static_cast<Index>(r)) * whitened(i, static_cast<Index>(r));
  return all;
}

double mean_log_prob(const ProbabilisticPca& model, const SampleMoments& moments) {
  const Matrix l = cholesky_factor(marginal_covariance(model));
  const Matrix offset = column(moments.mean) - column(model.mean);
  return -0.5 * (static_cast<double>(l.rows) * log_2pi + log_det_of_factor(l) +  // (05.3)
                 trace(solve_with_factor(l, moments.covariance)) + sum_of_squares(solve_lower(l, offset)));
}

LinearGaussianPosterior posterior(const ProbabilisticPca& model) {
  const Matrix w = model.weight, wt = transpose(w);
  const Matrix m = wt * w + model.noise_variance * identity(w.columns);
  const Matrix l = cholesky_factor(m);
  return {solve_with_factor(l, wt), model.noise_variance * solve_with_factor(l, identity(w.columns))};
}

double largest_principal_angle(const Matrix& a, const Matrix& b) {
  // Orthonormal bases Q = A L⁻ᵀ, AᵀA = L Lᵀ.
  const auto basis = [](const Matrix& m) {
    return transpose(solve_lower(cholesky_factor(transpose(m) * m), transpose(m)));
  };
  const Matrix p = basis(a), q = basis(b);
  const Matrix outside = p - q * (transpose(q) * p);
  const double sine = std::sqrt(std::max(symmetric_eigen(transpose(outside) * outside).values.front(), 0.0));
  return std::asin(std::min(sine, 1.0));
}

}  // namespace doxa
