#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace doxa {

/// A non-negative number fraction · 2^(512·exponent) with the precision of a double and a practically
/// unbounded range. Every step of evidence against a state multiplies its belief by a small factor. A double
/// would underflow to 0 after some hundred steps, and no later evidence could bring it back; this number
/// does not underflow. Multiplying by powers of two is exact, so within the range of a double every result
/// is that of doubles, bit for bit. Source: Fukushima, "Numerical computation of spherical harmonics of
/// arbitrary degree and order by extending exponent of floating point numbers", Journal of Geodesy 86
/// (2012), section 3 ("X-numbers").
struct Extended {
  double fraction = 0;  ///< 0, or between 2^-256 and 2^256
  std::int64_t exponent = 0;

  Extended() = default;
  Extended(double f, std::int64_t e = 0) : fraction(f), exponent(e) { renormalise(); }
  /// The nearest double; 0 or infinity if it is out of range.
  explicit operator double() const {
    return exponent == 0
               ? fraction
               : std::ldexp(fraction, 512 * static_cast<int>(std::clamp<std::int64_t>(exponent, -8, 8)));
  }

 private:
  void renormalise() {
    if (fraction == 0) exponent = 0;
    if (fraction == 0 || !std::isfinite(fraction)) return;
    for (; fraction < 0x1p-256; --exponent) fraction *= 0x1p512;
    for (; fraction >= 0x1p256; ++exponent) fraction *= 0x1p-512;
  }
};

/// x · p, for a finite p >= 0.
inline Extended operator*(const Extended& x, double p) {
  if (p < 0x1p-256) return {x.fraction * (p * 0x1p512), x.exponent - 1};
  if (p >= 0x1p256) return {x.fraction * (p * 0x1p-512), x.exponent + 1};
  return {x.fraction * p, x.exponent};
}

inline Extended operator*(const Extended& x, const Extended& y) {
  return {x.fraction * y.fraction, x.exponent + y.exponent};
}

inline Extended operator+(const Extended& x, const Extended& y) {
  if (x.exponent == y.exponent) return {x.fraction + y.fraction, x.exponent};
  if (x.fraction == 0) return y;
  if (y.fraction == 0) return x;
  const Extended &large = x.exponent > y.exponent ? x : y, &small = x.exponent > y.exponent ? y : x;
  if (large.exponent - small.exponent > 1) return large;
  return {large.fraction + small.fraction * 0x1p-512, large.exponent};
}

/// x / y, for y > 0.
inline Extended operator/(const Extended& x, const Extended& y) {
  return {x.fraction / y.fraction, x.exponent - y.exponent};
}

/// The natural logarithm; minus infinity for 0.
inline double log(const Extended& x) {
  return std::log(x.fraction) + static_cast<double>(x.exponent) * (512 * std::numbers::ln2);
}

}  // namespace doxa
