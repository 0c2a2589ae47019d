#pragma once

#include <cmath>
#include <numbers>
#include <vector>

// EM on the smallest model with a parameter: z_i ~ N(0, 1), x_i | z_i ~ N(w z_i, 1). In nats a datum.
struct EmProblem {
  std::vector<double> x;
};

inline double mean_square(const EmProblem& p) {
  double sum = 0;
  for (const double x : p.x) sum += x * x;
  return sum / static_cast<double>(p.x.size());
}

inline double log_evidence(const EmProblem& p, double w) {  // log N(x; 0, w² + 1)
  return -(std::log(2 * std::numbers::pi * (w * w + 1)) + mean_square(p) / (w * w + 1)) / 2;
}

// V(w, q) with q_i the posteriors at w_q: N(w_q x_i / (w_q² + 1), 1 / (w_q² + 1)).
inline double elbo(const EmProblem& p, double w, double w_q) {
  const double variance = 1 / (w_q * w_q + 1), log_2pi = std::log(2 * std::numbers::pi);
  double sum = 0;
  for (const double x : p.x) {
    const double mean = w_q * x * variance;
    sum += -(log_2pi + (x - w * mean) * (x - w * mean) + w * w * variance) / 2  // E_q[log p(x|z)]
           - (log_2pi + mean * mean + variance) / 2                             // E_q[log p(z)]
           + (log_2pi + 1 + std::log(variance)) / 2;                            // H[q]
  }
  return sum / static_cast<double>(p.x.size());
}

//! [em-step]
// The next w, that with the largest V(w, q): where the derivative of a quadratic in w is zero, (03.20)
inline double maximise_over_w(const EmProblem& p, double w_q) {
  const double variance = 1 / (w_q * w_q + 1);
  double above = 0, below = 0;
  for (const double x : p.x) {
    const double mean = w_q * x * variance;
    above += x * mean;
    below += mean * mean + variance;
  }
  return above / below;
}
//! [em-step]

// The share of a small distance to the maximum w that a step leaves, (03.22)
inline double share_left(double w) { return 1 - 2 * w * w / ((1 + w * w) * (1 + w * w)); }

inline double maximum_likelihood(const EmProblem& p) { return std::sqrt(mean_square(p) - 1); }
