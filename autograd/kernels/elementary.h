#pragma once

// Elementary functions written as straight-line code, so that a loop over them becomes vector code. Every
// function is static: each translation unit that includes this file is compiled for its own instruction set,
// and the linker must not merge their copies.

#include "doxa/autograd/real.h"

namespace doxa::elementary {

static inline double from_bits(std::uint64_t x) { return __builtin_bit_cast(double, x); }
static inline std::uint64_t to_bits(double x) { return __builtin_bit_cast(std::uint64_t, x); }

static inline double abs(double x) { return from_bits(to_bits(x) & 0x7fffffffffffffff); }
static inline double copysign(double magnitude, double sign) {
  return from_bits((to_bits(magnitude) & 0x7fffffffffffffff) | (to_bits(sign) & 0x8000000000000000));
}

// x = n ln 2 + r with |r| <= ln 2 / 2, and e^x = 2^n (1 + p) with p = e^r - 1. The power 2^n comes as two
// factors, because n reaches from -1076 (results that are denormal) to 1024 (results that overflow).
struct ExpParts {
  double p, scale1, scale2, inverse_scale2;
};

static inline ExpParts exp_parts(double x) {
  constexpr double magic = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  constexpr double log2e = 1.4426950408889634074;
  constexpr double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;  // high·n is exact
  x = x > 710 ? 710 : x;
  x = x < -746 ? -746 : x;
  const double t = x * log2e + magic, n = t - magic;
  const double t1 = n * 0.5 + magic;
  const std::uint64_t k = to_bits(t) - to_bits(magic), k1 = to_bits(t1) - to_bits(magic), k2 = k - k1;
  const double r = (x - n * ln2_high) - n * ln2_low;
  // The series of (e^r - 1 - r) / r^2; its first dropped term is below 2^-60 of the sum for |r| <= ln 2 / 2.
  double q = 1.0 / 6227020800;
  q = q * r + 1.0 / 479001600;
  q = q * r + 1.0 / 39916800;
  q = q * r + 1.0 / 3628800;
  q = q * r + 1.0 / 362880;
  q = q * r + 1.0 / 40320;
  q = q * r + 1.0 / 5040;
  q = q * r + 1.0 / 720;
  q = q * r + 1.0 / 120;
  q = q * r + 1.0 / 24;
  q = q * r + 1.0 / 6;
  q = q * r + 0.5;
  return {r + r * r * q, from_bits((k1 + 1023) << 52), from_bits((k2 + 1023) << 52),
          from_bits((1023 - k2) << 52)};
}

static inline double exp(double x) {
  const ExpParts e = exp_parts(x);
  return (1 + e.p) * e.scale1 * e.scale2;
}

static inline double expm1(double x) {
  const ExpParts e = exp_parts(x);
  const double y = (e.scale1 * e.p + (e.scale1 - e.inverse_scale2)) * e.scale2;
  return abs(x) < 0x1p-54 ? x : y;  // the sum above loses the sign of zero
}

// log(1 + f) + e ln 2 for 1 + f in [sqrt 1/2, sqrt 2): with s = f / (2 + f),
// log(1 + f) = 2 (s + s^3/3 + s^5/5 + …) = f - f^2/2 + s (f^2/2 + 2 (s^2/3 + s^4/5 + …)).
static inline double log_parts(double f, double e, double correction) {
  constexpr double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
  const double s = f / (2 + f), z = s * s, half_square = 0.5 * f * f;
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
  return e * ln2_high - ((half_square - (s * (half_square + q * z) + (e * ln2_low + correction))) - f);
}

// Splits a positive normal x into 2^e (1 + f), 1 + f in [sqrt 1/2, sqrt 2).
struct LogSplit {
  double f, e;
};

static inline LogSplit log_split(double x) {
  const std::uint64_t shifted = to_bits(x) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  const double m = from_bits((shifted & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  const double e = from_bits((shifted >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
  return {m - 1, e};
}

static inline double log(double x) {
  constexpr double infinity = __builtin_inf(), nan = __builtin_nan("");
  const bool denormal = x < 0x1p-1022;
  const LogSplit s = log_split(denormal ? x * 0x1p54 : x);
  double y = log_parts(s.f, denormal ? s.e - 54 : s.e, 0);
  y = x < infinity ? y : x;  // also passes NaN through
  y = x == 0 ? -infinity : y;
  return x < 0 ? nan : y;
}

// log(1 + x): u = 1 + x is rounded, and log(u) is mended by the rounding error over u.
static inline double log1p(double x) {
  constexpr double infinity = __builtin_inf(), nan = __builtin_nan("");
  const double u = 1 + x;
  const double error = x < 1 ? x - (u - 1) : 1 - (u - x);
  const LogSplit s = log_split(u);
  double y = log_parts(s.f, s.e, error / u);
  y = abs(x) < 0x1p-54 ? x : y;
  y = x < infinity ? y : x;
  y = x == -1 ? -infinity : y;
  return x < -1 ? nan : y;
}

// tanh|x| = -t / (2 + t) with t = e^(-2|x|) - 1.
static inline double tanh(double x) {
  const double t = expm1(-2 * abs(x));
  return copysign(-t / (2 + t), x);
}

// 1 / (1 + e^-x), from e^-|x| alone so that nothing overflows.
static inline double sigmoid(double x) {
  const double z = exp(-abs(x));
  return (x < 0 ? z : 1) / (1 + z);
}

// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|).
static inline double softplus(double x) { return (x < 0 ? 0 : x) + log1p(exp(-abs(x))); }

static inline double sqrt(double x) { return __builtin_sqrt(x); }

// cos and sin of 2πu for u in [0, 1]: the nearest quarter turn, and a series on [-π/4, π/4].
struct Turn {
  double cos, sin;
};

static inline Turn turn(double u) {
  constexpr double magic = 0x1.8p52, two_pi = 6.283185307179586477;
  const double t = 4 * u + magic, quarter = t - magic;
  const std::uint64_t k = to_bits(t);
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
  return {from_bits(to_bits(x) ^ flip_x), from_bits(to_bits(y) ^ flip_y)};
}

// In single precision the work is done in double and rounded once.
static inline float exp(float x) { return static_cast<float>(exp(static_cast<double>(x))); }
static inline float expm1(float x) { return static_cast<float>(expm1(static_cast<double>(x))); }
static inline float log(float x) { return static_cast<float>(log(static_cast<double>(x))); }
static inline float log1p(float x) { return static_cast<float>(log1p(static_cast<double>(x))); }
static inline float tanh(float x) { return static_cast<float>(tanh(static_cast<double>(x))); }
static inline float sigmoid(float x) { return static_cast<float>(sigmoid(static_cast<double>(x))); }
static inline float softplus(float x) { return static_cast<float>(softplus(static_cast<double>(x))); }
static inline float sqrt(float x) { return __builtin_sqrtf(x); }

}  // namespace doxa::elementary
