#include "doxa/models/numerics/whitening.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "doxa/models/numerics/matrix.h"

namespace doxa {
namespace {

constexpr double least_residual_variance = 1e-10, least_relative_deviation = 1e-10;

// 1/σ_j of each feature; 0 if the feature does not vary.
std::vector<double> inverse_deviations(std::span<const double> rows, const std::vector<double>& mean) {
  const std::size_t width = mean.size();
  const double n = static_cast<double>(rows.size() / width);
  std::vector<double> inverse(width);
  for (std::size_t j = 0; j < width; ++j) {
    double squares = 0, largest = 0;
    for (std::size_t at = j; at < rows.size(); at += width) {
      squares += std::pow(rows[at] - mean[j], 2);
      largest = std::max(largest, std::abs(rows[at]));
    }
    const double deviation = std::sqrt(squares / n);
    inverse[j] = deviation > least_relative_deviation * largest ? 1 / deviation : 0;
  }
  return inverse;
}

Matrix correlations(std::span<const double> rows, const std::vector<double>& mean,
                    const std::vector<double>& inverse) {
  const std::size_t width = mean.size();
  const auto w = static_cast<Index>(width);
  Matrix c(w, w);
  std::vector<double> z(width);
  for (std::size_t at = 0; at < rows.size(); at += width) {
    for (std::size_t j = 0; j < width; ++j) z[j] = (rows[at + j] - mean[j]) * inverse[j];
    for (std::size_t i = 0; i < width; ++i) {
      if (z[i] == 0) continue;
      double* row = c.elements.data() + i * width;
      for (std::size_t j = i; j < width; ++j) row[j] += z[i] * z[j];
    }
  }
  const double n = static_cast<double>(rows.size() / width);
  for (Index i = 0; i < w; ++i)
    for (Index j = i; j < w; ++j) c(i, j) = c(j, i) = c(i, j) / n;
  return c;
}

// The features that are kept, in the order of the variance that those before leave unexplained, and the
// factor L of their correlations L Lᵀ.
std::pair<std::vector<Index>, Matrix> pivoted_cholesky(const Matrix& c) {
  std::vector<Index> order;
  Matrix l(c.rows, c.rows);  // row j belongs to feature j, column k to the kth kept one
  std::vector<double> left(static_cast<std::size_t>(c.rows));
  for (Index j = 0; j < c.rows; ++j) left[static_cast<std::size_t>(j)] = c(j, j);
  for (Index k = 0; k < c.rows; ++k) {
    const Index pivot = std::ranges::max_element(left) - left.begin();
    const double variance = left[static_cast<std::size_t>(pivot)];
    if (variance <= least_residual_variance) break;
    order.push_back(pivot);
    for (Index j = 0; j < c.rows; ++j) {
      double covariance = c(j, pivot);
      for (Index i = 0; i < k; ++i) covariance -= l(j, i) * l(pivot, i);
      l(j, k) = covariance / std::sqrt(variance);
      left[static_cast<std::size_t>(j)] -= l(j, k) * l(j, k);
    }
    for (const Index done : order) left[static_cast<std::size_t>(done)] = 0;
  }
  const auto rank = static_cast<Index>(order.size());
  Matrix kept(rank, rank);
  for (Index k = 0; k < rank; ++k)
    for (Index i = 0; i <= k; ++i) kept(k, i) = l(order[static_cast<std::size_t>(k)], i);
  return {order, kept};
}

}  // namespace

void Whitening::apply(std::span<const double> features, std::span<double> white) const {
  if (features.size() != inputs || white.size() != outputs)
    throw std::invalid_argument("Whitening: " + std::to_string(features.size()) + " features to " +
                                std::to_string(white.size()) + ", expected " + std::to_string(inputs) +
                                " to " + std::to_string(outputs));
  for (std::size_t k = 0; k < outputs; ++k) {
    white[k] = 0;
    for (std::size_t j = 0; j < inputs; ++j) white[k] += matrix[k * inputs + j] * (features[j] - mean[j]);
  }
}

Whitening whitening(std::span<const double> rows, std::size_t width) {
  if (width == 0 || rows.empty() || rows.size() % width != 0)
    throw std::invalid_argument("whitening: " + std::to_string(rows.size()) + " numbers in rows of " +
                                std::to_string(width));
  if (!std::ranges::all_of(rows, [](double x) { return std::isfinite(x); }))
    throw std::invalid_argument("whitening: a feature is not finite");
  std::vector<double> mean(width);
  for (std::size_t at = 0; at < rows.size(); ++at) mean[at % width] += rows[at];
  for (double& m : mean) m /= static_cast<double>(rows.size() / width);
  const std::vector<double> inverse = inverse_deviations(rows, mean);
  const auto [order, factor] = pivoted_cholesky(correlations(rows, mean, inverse));
  const Matrix solved = solve_lower(factor, identity(factor.rows));  // L⁻¹
  Whitening w{width, order.size(), std::move(mean), std::vector<double>(order.size() * width)};
  for (std::size_t k = 0; k < order.size(); ++k)
    for (std::size_t i = 0; i <= k; ++i) {
      const auto j = static_cast<std::size_t>(order[i]);
      w.matrix[k * width + j] = solved(static_cast<Index>(k), static_cast<Index>(i)) * inverse[j];
    }
  return w;
}

}  // namespace doxa
