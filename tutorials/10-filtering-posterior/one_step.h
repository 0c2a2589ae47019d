#pragma once

#include <cmath>

// One step with two states, small enough for a pocket calculator: what eq. (4) of the post would give with
// its KL the wrong way round, at the exact posterior.
struct OneStep {
  double prior[2] = {0.95, 0.05}, likelihood[2] = {0.01, 0.9};
  double evidence = prior[0] * likelihood[0] + prior[1] * likelihood[1];
  double posterior[2] = {prior[0] * likelihood[0] / evidence, prior[1] * likelihood[1] / evidence};

  // E_q[log p(o | s)] - KL(q ‖ p), or with KL(p ‖ q), at q = the exact posterior.
  double bound(bool reversed) const {
    double value = 0;
    for (int s = 0; s < 2; ++s) {
      const double log_ratio = std::log(posterior[s] / prior[s]);
      value += posterior[s] * std::log(likelihood[s]) -
               (reversed ? -prior[s] * log_ratio : posterior[s] * log_ratio);
    }
    return value;
  }
};

inline double kl(const double (&a)[2], const double (&b)[2]) {
  return a[0] * std::log(a[0] / b[0]) + a[1] * std::log(a[1] / b[1]);
}
