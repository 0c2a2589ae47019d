#include "doxa/models/pomdp/stochastic_matrix.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace doxa {

double StochasticMatrix::Row::sum() const {
  return std::accumulate(probability.begin(), probability.end(), 0.0);
}

double StochasticMatrix::Row::operator[](std::size_t wanted) const {
  const auto found = std::lower_bound(column.begin(), column.end(), wanted);
  if (found == column.end() || *found != wanted) return 0;
  return probability[static_cast<std::size_t>(found - column.begin())];
}

StochasticMatrix::Row StochasticMatrix::row(std::size_t r) const {
  const std::size_t first = begin[r], count = begin[r + 1] - first;
  return {std::span(column).subspan(first, count), std::span(probability).subspan(first, count)};
}

void StochasticMatrix::append_row(std::span<const double> values) {
  if (values.size() != columns)
    throw std::invalid_argument("append_row: " + std::to_string(values.size()) + " values, expected " +
                                std::to_string(columns));
  for (std::size_t c = 0; c < columns; ++c)
    if (values[c] != 0) {
      column.push_back(static_cast<std::uint32_t>(c));
      probability.push_back(values[c]);
    }
  begin.push_back(probability.size());
}

void normalise(std::span<double> probabilities) {
  const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  const double rounding = static_cast<double>(probabilities.size()) * std::numeric_limits<double>::epsilon();
  if (std::abs(sum - 1) <= rounding) return;
  // Rounded to 0, a small probability would make what is possible impossible.
  for (double& p : probabilities)
    if (p > 0) p = std::max(p / sum, std::numeric_limits<double>::denorm_min());
}

bool can_be_normalised(double sum) { return std::isfinite(sum) && sum > 0; }

}  // namespace doxa
