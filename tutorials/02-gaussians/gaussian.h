#pragma once

#include "doxa/autograd/random.h"
#include "doxa/models/numerics/matrix.h"

// A normal distribution as numbers: what the claims compute in double precision, by other routes than the
// library's.

double frobenius(const doxa::Matrix& a);                           // sqrt Σ a_ij²
doxa::Matrix solve(const doxa::Matrix& a, const doxa::Matrix& b);  // A⁻¹ B by elimination with pivots
doxa::Matrix inverse(const doxa::Matrix& a);                       // by elimination too
double determinant(const doxa::Matrix& a);  // by expansion along the first row, n! products

struct Gaussian {
  doxa::Tensor loc, factor;

  doxa::Index size() const { return loc.size(); }
  doxa::Matrix mean() const;        // a column
  doxa::Matrix cholesky() const;    // the factor
  doxa::Matrix covariance() const;  // L Lᵀ
  double condition() const;         // |L| |L⁻¹|, in Frobenius norms
};

// L_ii = e^(0.3 g), L_ij = g / 2 below, loc = g, each g a standard normal number of its own.
Gaussian random_gaussian(doxa::Index n, doxa::Philox& random);

// log N(z; μ, L Lᵀ) for columns μ and z, in plain loops.
double log_density(const doxa::Matrix& z, const doxa::Matrix& mu, const doxa::Matrix& l);

// x_i given the coordinates before it: N(loc + weights · (x_< - μ_<), variance), (02.7).
struct Conditional {
  doxa::Matrix weights;  // [i, 1]
  double loc, variance;
};

Conditional conditional(const doxa::Matrix& loc, const doxa::Matrix& covariance, doxa::Index i);

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
  double controlled(double c) const;               // Var_q(c (w − 1) − log w), (02.20)
  double best() const { return jeffreys / chi2; }  // 0 where chi2 is infinite
};
