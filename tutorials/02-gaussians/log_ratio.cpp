#include "log_ratio.h"

#include <cmath>
#include <limits>

using namespace doxa;

//! [log-ratio]
LogRatio::LogRatio(const Gaussian& q, const Gaussian& p) {
  const Matrix whitened = solve_lower(p.cholesky(), q.cholesky());
  a = 0.5 * (transpose(whitened) * whitened - identity(q.size()));
  b = transpose(whitened) * solve_lower(p.cholesky(), q.mean() - p.mean());
}

double LogRatio::variance() const { return 2 * sum_of_squares(a) + sum_of_squares(b); }
//! [log-ratio]
double LogRatio::fourth_cumulant() const { return 48 * (sum_of_squares(a * a) + sum_of_squares(a * b)); }

//! [divergences]
Divergences::Divergences(double r, double d) {
  const double e = r - 1;
  kl = 0.5 * (e - std::log1p(e) + d * d);              // (02.10)
  jeffreys = 0.5 * (e * e / r + d * d * (1 + 1 / r));  // the two logarithms cancel
  variance = 0.5 * e * e + r * d * d;                  // (02.18)
  // 1/(s √(2 − s²)) e^(m²/(2 − s²)) − 1 with s² = 1/r and m² = d²/r
  const double exponent = d * d / (2 * r - 1) - 0.5 * std::log1p(-(e / r) * (e / r));
  chi2 = r > 0.5 ? std::expm1(exponent) : std::numeric_limits<double>::infinity();  // (02.21)
}

double Divergences::controlled(double c) const { return variance - 2 * c * jeffreys + c * c * chi2; }
//! [divergences]
