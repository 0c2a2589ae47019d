#include "log_ratio.h"

#include <cmath>
#include <limits>

LogRatio::LogRatio(const Gaussian& q, const Gaussian& p) {
  const Matrix from_p = inverse(p.cholesky()), whitened = product(from_p, q.cholesky());
  a = product(transposed(whitened), whitened);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a.size(); ++j) a[i][j] = (a[i][j] - (i == j ? 1 : 0)) / 2;
  b = product(transposed(whitened), product(from_p, q.mean() - p.mean()));
}

double LogRatio::variance() const {
  const double size = frobenius(a);
  return 2 * size * size + dot(b, b);
}

double LogRatio::fourth_cumulant() const {
  const double size = frobenius(product(a, a));
  const Vector ab = product(a, b);
  return 48 * (size * size + dot(ab, ab));
}

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
