#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/real.h"

namespace doxa {

/// u with |fl(x op y) - (x op y)| <= u |x op y|: every tolerance of the tests is a multiple of it.
inline constexpr double unit_roundoff = static_cast<double>(std::numeric_limits<Real>::epsilon()) / 2;
inline constexpr double double_roundoff = 0x1p-53;  ///< the same of double, whatever Real is

inline constexpr Real infinity = std::numeric_limits<Real>::infinity();
inline constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

/// |y - exact| in units of the last place of Real at `exact`; infinity counts as the power of two past the
/// largest number, so that a result may overflow one unit too early or too late.
inline double ulps(Real y, long double exact) {
  using Limits = std::numeric_limits<Real>;
  if (std::isnan(y) || std::isnan(exact))
    return std::isnan(y) && std::isnan(exact) ? 0 : std::numeric_limits<double>::infinity();
  const long double end = std::ldexp(1.0L, Limits::max_exponent);
  const long double value = std::clamp<long double>(y, -end, end), reference = std::clamp(exact, -end, end);
  if (value == reference) return 0;
  int exponent = Limits::min_exponent;
  if (reference != 0) std::frexp(reference, &exponent);
  exponent = std::clamp(exponent, Limits::min_exponent, Limits::max_exponent);
  return static_cast<double>(std::abs(value - reference) / std::ldexp(1.0L, exponent - Limits::digits));
}

}  // namespace doxa
