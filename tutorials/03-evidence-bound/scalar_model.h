#pragma once

#include <cmath>
#include <numbers>

// The smallest example: z ~ N(0, 1), x | z ~ N(z, s²), with q(z) = N(mean, variance). Everything by hand.
struct ScalarModel {
  double x, noise_variance = 1;  // the datum, s²
};

struct ScalarNormal {
  double mean, variance;
};

inline double log_normal(double at, const ScalarNormal& n) {
  const double distance = at - n.mean;
  return -(std::log(2 * std::numbers::pi * n.variance) + distance * distance / n.variance) / 2;
}

//! [log-weight]
inline double log_joint(const ScalarModel& p, double z) {
  return log_normal(z, {0, 1}) + log_normal(p.x, {z, p.noise_variance});  // log p(z) + log p(x|z)
}

inline double log_weight(const ScalarModel& p, const ScalarNormal& q, double z) {
  return log_joint(p, z) - log_normal(z, q);  // log w, (03.7)
}
//! [log-weight]

inline double log_evidence(const ScalarModel& p) {  // (03.9)
  return -std::log(2 * std::numbers::pi * (1 + p.noise_variance)) / 2 -
         p.x * p.x / (2 * (1 + p.noise_variance));
}

inline ScalarNormal posterior(const ScalarModel& p) {  // (03.9)
  return {p.x / (1 + p.noise_variance), p.noise_variance / (1 + p.noise_variance)};
}

inline double expected_log_likelihood(const ScalarModel& p, const ScalarNormal& q) {
  return -std::log(2 * std::numbers::pi * p.noise_variance) / 2 -
         ((p.x - q.mean) * (p.x - q.mean) + q.variance) / (2 * p.noise_variance);
}

inline double kl_divergence(const ScalarNormal& q, const ScalarNormal& p) {
  return (std::log(p.variance / q.variance) +
          (q.variance + (q.mean - p.mean) * (q.mean - p.mean)) / p.variance - 1) /
         2;
}

// V as the expected log joint plus the entropy, (03.10)
inline double elbo(const ScalarModel& p, const ScalarNormal& q) {
  const double log_2pi = std::log(2 * std::numbers::pi);
  return expected_log_likelihood(p, q)                   // E_q[log p(x|z)]
         - (log_2pi + q.mean * q.mean + q.variance) / 2  // + E_q[log p(z)]
         + (log_2pi + 1 + std::log(q.variance)) / 2;     // + H[q]
}

// The likelihood term less KL(prior ‖ q), (03.17): not a bound.
inline double reversed_elbo(const ScalarModel& p, const ScalarNormal& q) {
  return expected_log_likelihood(p, q) - kl_divergence({0, 1}, q);
}
