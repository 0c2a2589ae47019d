#include "doxa/models/numerics/mean_estimate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {

MeanEstimate estimate_mean(std::span<const double> values) {
  if (values.empty()) throw std::invalid_argument("estimate_mean: no values");
  const double n = static_cast<double>(values.size()), first = values[0];
  if (n > 1 && std::isfinite(first) && std::ranges::all_of(values, [&](double x) { return x == first; }))
    return {first, 0};  // not the rounding of their sum
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

MeanEstimate estimate_mean_difference(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size())
    throw std::invalid_argument("estimate_mean_difference: " + std::to_string(a.size()) + " and " +
                                std::to_string(b.size()) + " values");
  std::vector<double> difference(a.size());
  std::ranges::transform(a, b, difference.begin(), std::minus());
  return estimate_mean(difference);
}

MeanEstimate estimate_ratio(std::span<const double> sums, std::span<const double> weights) {
  const std::size_t n = sums.size();
  if (n == 0 || weights.size() != n)
    throw std::invalid_argument("estimate_ratio: " + std::to_string(n) + " sums and " +
                                std::to_string(weights.size()) + " weights, expected as many and at least 1");
  for (const double w : weights)
    if (!(w >= 0)) throw std::invalid_argument("estimate_ratio: weight " + to_text(w));
  const double weight = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (weight == 0) throw std::invalid_argument("estimate_ratio: all weights are 0");
  const double ratio = std::accumulate(sums.begin(), sums.end(), 0.0) / weight;
  if (n == 1) return {ratio, std::numeric_limits<double>::quiet_NaN()};
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) squares += std::pow(sums[i] - ratio * weights[i], 2);
  const double count = static_cast<double>(n);
  return {ratio, std::sqrt(count / (count - 1) * squares) / weight};
}

}  // namespace doxa
