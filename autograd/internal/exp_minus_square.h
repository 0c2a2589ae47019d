#pragma once

#include <cmath>
#include <limits>

namespace doxa {

/// e^(-c x²) for c = 1 or 1/2, to a few units of rounding. The square of x has an error of x² u, which the exponential would make
/// a relative one: it is computed in two parts, h² of the first half of the digits of x, which is exact, and
/// x² - h² = (x - h)(x + h).
template <class T>
T exp_minus_square(T x, T c = 1) {
  constexpr bool wide = std::numeric_limits<T>::digits > 24;
  constexpr T far = wide ? 40 : 16, parts = static_cast<T>(wide ? 0x1p11 : 0x1p8);  // h has 17 bits, or 12
  if (!(std::abs(x) < far)) return std::exp(-c * x * x);                            // 0, or NaN
  const T h = std::round(x * parts) / parts;
  return std::exp(-c * h * h) * std::exp(-c * (x - h) * (x + h));
}

}  // namespace doxa
