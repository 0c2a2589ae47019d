#include "scalar_filter.h"

#include <cmath>
#include <numbers>

ScalarBelief scalar_filter(const Scalar& m, double p0, const std::vector<double>& readings) {
  const auto& [a, q, r] = m;
  double mean = 0, variance = p0, log_evidence = 0;
  //! [scalar-filter]
  for (const double y : readings) {
    mean = a * mean;  // the state moves, (07.5)
    variance = a * a * variance + q;
    const double s = variance + r;  // what will be read: N(mean, s), (07.6)
    log_evidence -= (std::log(2 * std::numbers::pi * s) + (y - mean) * (y - mean) / s) / 2;  // (07.8)
    const double k = variance / s;  // the reading's share, (07.7)
    mean += k * (y - mean);
    variance *= 1 - k;
  }
  //! [scalar-filter]
  return {mean, variance, log_evidence};
}

std::vector<double> scalar_gap(const Scalar& m, double p0, std::size_t steps) {
  const auto& [a, q, r] = m;
  std::vector<double> p{p0}, gap(steps);
  //! [scalar-gap]
  for (std::size_t k = 1; k <= steps; ++k) {  // P_k: how unsure the filter is
    const double predicted = a * a * p[k - 1] + q;
    p.push_back(predicted * r / (predicted + r));
  }
  double future = 0;  // Γ_k: what the readings after k will say of s_k, (07.11)
  for (std::size_t k = steps; k >= 1; --k) {
    const double open = k > 1 ? q : a * a * p0 + q, seen = future + 1 / r;
    const double w = open / (1 + open * seen);               // W_k
    gap[k - 1] = w * (future + future * p[k] * future) / 2;  // (07.21)
    future = a * a * seen / (1 + q * seen);
  }
  //! [scalar-gap]
  return gap;
}

double stationary_gap(const Scalar& m) {
  const auto& [a, q, r] = m;
  //! [stationary-gap]
  const double b = 1 - a * a - q / r, x = (-b + std::sqrt(b * b + 4 * q / r)) / (2 * q);
  const double future = x - 1 / r;  // Γ
  const double c = r * (1 - a * a) - q, predicted = (-c + std::sqrt(c * c + 4 * q * r)) / 2;
  const double filtered = predicted * r / (predicted + r);  // P
  return future * (1 + filtered * future) / (1 / q + x) / 2;
  //! [stationary-gap]
}

double stationary_memory(const Scalar& m) {
  const auto& [a, q, r] = m;
  const double c = r * (1 - a * a) - q, predicted = (-c + std::sqrt(c * c + 4 * q * r)) / 2;
  return std::log((start_variance(m) + r) / (predicted + r)) / 2;
}
