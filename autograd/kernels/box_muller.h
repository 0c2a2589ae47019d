#pragma once

// The logarithm, sine and cosine that the normal draws use, in double whatever Real is. Another order of
// operations here would change the last bits of all draws of a seed. So the draws do not use the functions of
// elementary.h, which may change when they are made faster.

#include "doxa/autograd/kernels/floating_point.h"

namespace doxa {

/// log(u) for u > 0 that is not denormal: u = 2^e (1 + f) with 1 + f in [sqrt 1/2, sqrt 2), s = f / (2 + f),
/// and log(1 + f) = 2 (s + s^3/3 + s^5/5 + …) = f - f^2/2 + s (f^2/2 + 2 (s^2/3 + s^4/5 + …)).
static inline double log_of_uniform(double u) {
  constexpr double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
  const std::uint64_t shifted = elementary::to_bits(u) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  const double m = elementary::from_bits((shifted & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  const double e = elementary::from_bits((shifted >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
  const double f = m - 1, s = f / (2 + f), z = s * s, half_square = 0.5 * f * f;
  double q = 2.0 / 25;
  q = q * z + 2.0 / 23;
  q = q * z + 2.0 / 21;
  q = q * z + 2.0 / 19;
  q = q * z + 2.0 / 17;
  q = q * z + 2.0 / 15;
  q = q * z + 2.0 / 13;
  q = q * z + 2.0 / 11;
  q = q * z + 2.0 / 9;
  q = q * z + 2.0 / 7;
  q = q * z + 2.0 / 5;
  q = q * z + 2.0 / 3;
  return e * ln2_high - ((half_square - (s * (half_square + q * z) + e * ln2_low)) - f);
}

/// cos and sin of 2πu for u in [0, 1], from the nearest quarter turn and a series on [-π/4, π/4].
struct Turn {
  double cos, sin;
};

static inline Turn turn(double u) {
  constexpr double magic = 0x1.8p52, two_pi = 6.283185307179586477;
  const double t = 4 * u + magic, quarter = t - magic;
  const std::uint64_t k = elementary::to_bits(t);
  const double r = (u - 0.25 * quarter) * two_pi, z = r * r;
  double c = 1.0 / 20922789888000;
  c = c * z - 1.0 / 87178291200;
  c = c * z + 1.0 / 479001600;
  c = c * z - 1.0 / 3628800;
  c = c * z + 1.0 / 40320;
  c = c * z - 1.0 / 720;
  c = c * z + 1.0 / 24;
  c = c * z - 0.5;
  c = c * z + 1;
  double s = 1.0 / 355687428096000;
  s = s * z - 1.0 / 1307674368000;
  s = s * z + 1.0 / 6227020800;
  s = s * z - 1.0 / 39916800;
  s = s * z + 1.0 / 362880;
  s = s * z - 1.0 / 5040;
  s = s * z + 1.0 / 120;
  s = s * z - 1.0 / 6;
  s = r + r * z * s;
  const bool odd = k & 1;
  const double x = odd ? s : c, y = odd ? c : s;
  const std::uint64_t flip_x = ((k + 1) & 2) << 62, flip_y = (k & 2) << 62;
  return {elementary::from_bits(elementary::to_bits(x) ^ flip_x),
          elementary::from_bits(elementary::to_bits(y) ^ flip_y)};
}

/// (k + 1/2) 2^-53 for the upper 53 bits k of a word. The two halves of k are converted to double by bit
/// operations, which every instruction set has.
static inline double uniform_of_word(std::uint64_t word) {
  const std::uint64_t k = word >> 11;
  const double high = elementary::from_bits(k >> 32 | 0x4330000000000000) - 0x1p52;
  const double low = elementary::from_bits((k & 0xffffffff) | 0x4330000000000000) - 0x1p52;
  return (high * 0x1p32 + low + 0.5) * 0x1p-53;
}

}  // namespace doxa
