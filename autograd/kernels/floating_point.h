#pragma once

// What the elementary functions need to know about a floating-point format, and how they evaluate a
// polynomial. Everything here and in the headers that include this one is static and inlined, because each
// translation unit is compiled for its own instruction set and the linker must not merge the copies. Needs
// GCC or Clang.

#include "doxa/autograd/real.h"

#define DOXA_INLINE [[gnu::always_inline]] static inline

namespace doxa::elementary {

template <class T>
struct Format;

template <>
struct Format<double> {
  using Bits = std::uint64_t;
  static constexpr int fraction_bits = 52;
  static constexpr Bits fraction_mask = 0x000fffffffffffff, sign_mask = 0x8000000000000000;
  static constexpr Bits one = 0x3ff0000000000000, sqrt_half = 0x3fe6a09e667f3bcd;
  static constexpr double bias = 1023, two_to_fraction = 0x1p52;
  static constexpr double magic = 0x1.8p52;  ///< x + magic has the integer nearest to x in its low bits
  static constexpr double smallest_normal = 0x1p-1022;
  static constexpr double tiny = 0x1p-54;  ///< for smaller |x|, a function x + O(x²) rounds to x
  static constexpr double ln2_high = 0x1.62e42fefa3800p-1,
                          ln2_low = 0x1.ef35793c76730p-45;           // n ln2_high is exact
  static constexpr double exp_overflow = 710, exp_underflow = -746;  ///< e^x is infinite, and 0, beyond these
  static constexpr double lift = 54;  ///< 2^lift times a denormal number is normal
};

template <>
struct Format<float> {
  using Bits = std::uint32_t;
  static constexpr int fraction_bits = 23;
  static constexpr Bits fraction_mask = 0x007fffff, sign_mask = 0x80000000;
  static constexpr Bits one = 0x3f800000, sqrt_half = 0x3f3504f3;
  static constexpr float bias = 127, two_to_fraction = 0x1p23f;
  static constexpr float magic = 0x1.8p23f;
  static constexpr float smallest_normal = 0x1p-126f;
  static constexpr float tiny = 0x1p-25f;
  static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;
  static constexpr float exp_overflow = 89, exp_underflow = -104;
  static constexpr float lift = 25;
};

template <class T>
using Bits = typename Format<T>::Bits;

DOXA_INLINE double from_bits(std::uint64_t x) { return __builtin_bit_cast(double, x); }
DOXA_INLINE float from_bits(std::uint32_t x) { return __builtin_bit_cast(float, x); }
template <class T>
DOXA_INLINE Bits<T> to_bits(T x) {
  return __builtin_bit_cast(Bits<T>, x);
}

template <class T>
DOXA_INLINE T abs(T x) {
  return from_bits(to_bits(x) & ~Format<T>::sign_mask);
}
template <class T>
DOXA_INLINE T copysign(T magnitude, T sign) {
  return from_bits((to_bits(magnitude) & ~Format<T>::sign_mask) | (to_bits(sign) & Format<T>::sign_mask));
}

/// condition ? a : b, computed with bit masks. Several conditional expressions in a row would become
/// branches, and the loop could not be vectorised.
template <class T>
DOXA_INLINE T select(bool condition, T a, T b) {
  const Bits<T> mask = to_bits(condition ? from_bits(~Bits<T>{0}) : T{0});
  return from_bits((to_bits(a) & mask) | (to_bits(b) & ~mask));
}

DOXA_INLINE double sqrt(double x) { return __builtin_sqrt(x); }
DOXA_INLINE float sqrt(float x) { return __builtin_sqrtf(x); }

/// 2^n for the integer n in the low bits of n + magic + bias.
template <class T>
DOXA_INLINE T power_of_two(T n_plus_magic_plus_bias) {
  return from_bits(to_bits(n_plus_magic_plus_bias) << Format<T>::fraction_bits);
}

/// c0 + c1 x + c2 x² + …, given x2 = x². Horner's rule in x² on pairs of coefficients halves the chain of
/// operations that wait for each other.
template <class T>
DOXA_INLINE T polynomial(T, T, T c0) {
  return c0;
}
template <class T>
DOXA_INLINE T polynomial(T x, T, T c0, T c1) {
  return c0 + c1 * x;
}
template <class T, class... Coefficients>
DOXA_INLINE T polynomial(T x, T x2, T c0, T c1, Coefficients... more) {
  return (c0 + c1 * x) + x2 * polynomial(x, x2, more...);
}

}  // namespace doxa::elementary
