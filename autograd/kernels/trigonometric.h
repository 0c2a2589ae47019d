#pragma once

// sin and cos without branches, within 2 ulp for |x| <= trigonometric_limit. Beyond it the C library's are
// used.

#include <math.h>

#include "doxa/autograd/kernels/floating_point.h"

namespace doxa::elementary {

inline constexpr Real trigonometric_limit = 0x1p19;

/// x = k π/2 + r + r_low with |r| <= π/4. π/2 is the sum of four parts, and k times each of the first three
/// is exact. Near a multiple of π/2 the differences are exact too, so that r keeps its digits.
struct QuarterTurns {
  double r, r_low;
  std::uint64_t k;
};

DOXA_INLINE QuarterTurns quarter_turns(double x) {
  constexpr double magic = Format<double>::magic, two_over_pi = 0.63661977236758134308;
  constexpr double part1 = 0x1.921fb544p+0, part2 = 0x1.0b4611a6p-34, part3 = 0x1.3198a2ep-69,
                   part4 = 0x1.b839a252049c1p-104;
  const double t = x * two_over_pi + magic, k = t - magic;
  const double a = x - k * part1, b = k * part2, c = a - b;
  const double d = k * part3 - ((a - c) - b), r = c - d;
  return {r, ((c - r) - d) - k * part4, to_bits(t)};
}

/// sin(r + r_low) and cos(r + r_low) for |r| <= π/4: r - r^3/3! + …, 1 - r^2/2! + ….
DOXA_INLINE double sin_series(double r, double r_low) {
  const double z = r * r;
  const double s = polynomial(z, z * z, -0x1.5555555555555p-3, 0x1.1111111110babp-7, -0x1.a01a019e820aep-13,
                              0x1.71de37946ed6dp-19, -0x1.ae6008d114485p-26, 0x1.5e0a4fc16be59p-33);
  return r + (r * z * s + r_low * (1 - 0.5 * z));
}
DOXA_INLINE double cos_series(double r, double r_low) {
  const double z = r * r, half = 0.5 * z, high = 1 - half;
  const double c = polynomial(z, z * z, 0x1.5555555555555p-5, -0x1.6c16c16c16963p-10, 0x1.a01a019f4ddfdp-16,
                              -0x1.27e4fa16cc2d1p-22, 0x1.1eeb67d026ec6p-29, -0x1.907cd8ff5ede7p-37);
  return high + (((1 - high) - half) + (z * z * c - r * r_low));
}

DOXA_INLINE double sin(double x) {
  const QuarterTurns q = quarter_turns(x);
  const double y = q.k & 1 ? cos_series(q.r, q.r_low) : sin_series(q.r, q.r_low);
  const double signed_y = from_bits(to_bits(y) ^ ((q.k & 2) << 62));
  return x == 0 ? x : signed_y;  // the sign of zero
}
DOXA_INLINE double cos(double x) {
  const QuarterTurns q = quarter_turns(x);
  const double y = q.k & 1 ? sin_series(q.r, q.r_low) : cos_series(q.r, q.r_low);
  return from_bits(to_bits(y) ^ (((q.k + 1) & 2) << 62));
}

// In single precision the computation is done in double, where two parts of π/2 and shorter polynomials are
// enough.
struct FloatTurn {
  double c, s;
  std::uint64_t k;
};
DOXA_INLINE FloatTurn float_turn(double x) {
  constexpr double magic = Format<double>::magic, two_over_pi = 0.63661977236758134308;
  const double t = x * two_over_pi + magic, k = t - magic;
  const double r = (x - k * 0x1.921fb544p+0) - k * 0x1.0b4611a626331p-34, z = r * r;
  const double c =
      polynomial(z, z * z, 1.0, -0.5, 0x1.55555440a4ef1p-5, -0x1.6c12d0ed61124p-10, 0x1.9bd7865700ebap-16);
  const double s = polynomial(z, z * z, 1.0, -0x1.555555545d0dap-3, 0x1.11110decc73fdp-7,
                              -0x1.a013a455bd213p-13, 0x1.6dbcfb4dee452p-19);
  return {c, r * s, to_bits(t)};
}
DOXA_INLINE float sin(float x) {
  const FloatTurn turn = float_turn(x);
  const double y = turn.k & 1 ? turn.c : turn.s;
  const float signed_y = static_cast<float>(from_bits(to_bits(y) ^ ((turn.k & 2) << 62)));
  return x == 0 ? x : signed_y;
}
DOXA_INLINE float cos(float x) {
  const FloatTurn turn = float_turn(x);
  const double y = turn.k & 1 ? turn.s : turn.c;
  return static_cast<float>(from_bits(to_bits(y) ^ (((turn.k + 1) & 2) << 62)));
}

/// An argument beyond the limit.
struct Far {
  Real x;
};
DOXA_INLINE Real sin(Far far) { return static_cast<Real>(::sin(static_cast<double>(far.x))); }
DOXA_INLINE Real cos(Far far) { return static_cast<Real>(::cos(static_cast<double>(far.x))); }

}  // namespace doxa::elementary
