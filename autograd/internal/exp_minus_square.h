#pragma once

#include <cmath>

namespace doxa {

/// e^(-c x²) for c = 1 or 1/2, to a few units of rounding. The square of x has an error of x² u, which the
/// exponential would make a relative one: it is computed in two parts, h² of the first half of the digits of
/// x, which is exact, and x² - h² = (x - h)(x + h).
inline double exp_minus_square(double x, double c = 1) {
  if (!(std::abs(x) < 40)) return std::exp(-c * x * x);  // 0, or NaN
  const double h = std::round(x * 0x1p11) * 0x1p-11;
  return std::exp(-c * h * h) * std::exp(-c * (x - h) * (x + h));
}

}  // namespace doxa
