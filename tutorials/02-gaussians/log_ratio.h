#pragma once

#include "gaussian.h"

// log q(x) − log p(x) under q is KL + εᵀAε − tr A + bᵀε for a standard normal ε: with M = Lp⁻¹Lq and
// m = Lp⁻¹(μq − μp), A = ½ (MᵀM − I) and b = Mᵀm.
struct LogRatio {
  doxa::Matrix a, b;

  LogRatio(const Gaussian& q, const Gaussian& p);
  double variance() const;         // 2 tr A² + |b|², (02.18)
  double fourth_cumulant() const;  // 48 (tr A⁴ + |A b|²)
};

// One-dimensional q and p, r = (σq/σp)², d = (μq − μp)/σp, w = p/q under q.
struct Divergences {
  double kl;        // KL(q‖p)
  double jeffreys;  // KL(q‖p) + KL(p‖q) = Cov_q(w, log w)
  double chi2;      // Var_q(w), (02.21); infinite unless r > ½
  double variance;  // Var_q(log w), (02.18)

  Divergences(double r, double d);
  double controlled(double c) const;  // Var_q(c (w − 1) − log w), (02.20)
  double best() const { return jeffreys / chi2; }
};
