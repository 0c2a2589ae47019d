#pragma once

#include <cmath>
#include <vector>

// The mean of independent draws, their standard deviation, and the standard error of that mean.
struct Estimate {
  double mean, deviation, standard_error;
};

inline Estimate estimate(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const double deviation = std::sqrt(squares / (n - 1));
  return {mean, deviation, deviation / std::sqrt(n)};
}
