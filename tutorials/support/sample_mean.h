#pragma once

#include <cmath>
#include <vector>

#include "doxa/models/numerics/mean_estimate.h"
#include "support/claims.h"

namespace doxa::support {

// The mean of independent values and its standard error, as estimate_mean() has them, except that each value
// is divided by n before it is added. The last digits differ; the committed results come from this order.
inline MeanEstimate sample_mean(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double x : values) mean += x / n;
  for (const double x : values) squares += (x - mean) * (x - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

// Of a - b, value by value.
inline MeanEstimate sample_mean_difference(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return sample_mean(a);
}

// The tolerance of a claim about the mean of `count` values of this size: so many standard errors, and at
// least what rounding can do, for values that are all alike have the error 0. An infinite mean is not a
// matter of chance.
inline double errors_or_rounding(double errors, const MeanEstimate& e, double count, double size) {
  const double rounding = rounding_floor(count, size);
  return std::isinf(e.mean) ? rounding : worse(rounding, errors * e.standard_error);
}

}  // namespace doxa::support
