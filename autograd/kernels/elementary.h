#pragma once

// Elementary functions without branches, so that a loop over them becomes vector code. Each is within 2 ulp
// of the exact value over the whole range. The polynomials interpolate the power series named beside them at
// Chebyshev's points, which makes them nearly minimax.

#include <limits>

#include "doxa/autograd/kernels/floating_point.h"

namespace doxa::elementary {

// ---- e^x ----

/// (e^r - 1 - r) / r^2 = 1/2! + r/3! + r^2/4! + … for |r| <= ln 2 / 2
DOXA_INLINE double exp_series(double r, double r2) {
  return polynomial(r, r2, 0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553d4fp-5,
                    0x1.11111111109adp-7, 0x1.6c16c17893833p-10, 0x1.a01a01a7c8d47p-13, 0x1.a019b8ef67c6cp-16,
                    0x1.71de0d9c145d0p-19, 0x1.2891a8c1d838dp-22, 0x1.af38d53857513p-26);
}
DOXA_INLINE float exp_series(float r, float r2) {
  return polynomial(r, r2, 0x1p-1f, 0x1.5554dcp-3f, 0x1.55551ap-5f, 0x1.120ba2p-7f, 0x1.6d113cp-10f);
}

/// e^x = 2^n (1 + p + p_low): x = n ln 2 + r with |r| <= ln 2 / 2, p = e^r - 1, and p_low is the rounding
/// error of p. n_biased is n + magic + bias. x must lie between exp_underflow and exp_overflow.
template <class T>
struct ExpParts {
  T p, p_low, n_biased;
};

template <class T>
DOXA_INLINE ExpParts<T> exp_parts(T x) {
  using F = Format<T>;
  constexpr T magic = F::magic + F::bias, log2e = static_cast<T>(1.4426950408889634074);
  const T t = x * log2e + magic, n = t - magic;
  const T r = (x - n * F::ln2_high) - n * F::ln2_low, r2 = r * r;
  const T s = r2 * exp_series(r, r2), p = r + s;
  return {p, (r - p) + s, t};
}

/// 2^n as two factors, because n may be far below the smallest exponent of a normal number, or one above the
/// largest.
template <class T>
struct Power {
  T first, second, n_second;
};

template <class T>
DOXA_INLINE Power<T> power(T n_biased) {
  constexpr T magic = Format<T>::magic + Format<T>::bias;
  const T n = n_biased - magic, half = T{0.5} * n + magic, other = n - (half - magic);
  return {power_of_two(half), power_of_two(other + magic), other};
}

template <class T>
DOXA_INLINE T exp(T x) {
  using F = Format<T>;
  x = x > F::exp_overflow ? F::exp_overflow : x;
  x = x < F::exp_underflow ? F::exp_underflow : x;
  const ExpParts<T> e = exp_parts(x);
  const Power<T> two_n = power(e.n_biased);
  return (1 + e.p) * two_n.first * two_n.second;
}

template <class T>
DOXA_INLINE T expm1(T x) {
  using F = Format<T>;
  const T tiny = x;
  x = x > F::exp_overflow ? F::exp_overflow : x;
  x = x < F::exp_underflow ? F::exp_underflow : x;
  const ExpParts<T> e = exp_parts(x);
  const Power<T> two_n = power(e.n_biased);
  const T inverse_second = power_of_two((F::magic + F::bias) - two_n.n_second);
  const T scaled = two_n.first * e.p, less_one = two_n.first - inverse_second;
  const T t = scaled + less_one, t_low = (less_one - t) + scaled + two_n.first * e.p_low;
  const T y = (t + t_low) * two_n.second;
  return abs(tiny) < F::tiny ? tiny : y;  // the sum above loses the sign of zero
}

// ---- log x ----

/// (log((1 + s) / (1 - s)) - 2 s) / s^3 = 2/3 + 2/5 z + 2/7 z^2 + … with z = s^2, for |s| <= 3 - 2 sqrt 2
DOXA_INLINE double log_series(double z) {
  return polynomial(z, z * z, 0x1.5555555555558p-1, 0x1.99999999952abp-2, 0x1.2492492df7663p-2,
                    0x1.c71c62ddb431bp-3, 0x1.7462b6e311a89p-3, 0x1.39fe16ad885a7p-3, 0x1.2b5bd9a316a24p-3);
}
DOXA_INLINE float log_series(float z) {
  return polynomial(z, z * z, 0x1.55555cp-1f, 0x1.997c28p-2f, 0x1.2ee76cp-2f);
}

/// log(1 + f) + e ln 2 + correction for 1 + f in [sqrt 1/2, sqrt 2) and a correction of the size of a
/// rounding error. With s = f / (2 + f), log(1 + f) = log((1 + s) / (1 - s)) =
/// f - f^2/2 + s (f^2/2 + z (2/3 + 2/5 z + …)).
template <class T>
DOXA_INLINE T log_parts(T f, T e, T correction) {
  const T s = f / (2 + f), z = s * s, half_square = T{0.5} * f * f;
  const T low = e * Format<T>::ln2_low + correction;
  return e * Format<T>::ln2_high - ((half_square - (s * (half_square + z * log_series(z)) + low)) - f);
}

/// log(1 + f + f_low) - log(1 + f) ≈ f_low / (1 + f), to two digits, for f as above and a rounding error
/// f_low.
template <class T>
DOXA_INLINE T log_correction(T f, T f_low) {
  return f_low * (1 - f * (1 - T{0.8125} * f));
}

/// Splits a positive normal x into 2^e (1 + f), 1 + f in [sqrt 1/2, sqrt 2).
template <class T>
struct LogSplit {
  T f, e;
  T inverse_scale;  ///< 2^-e
};

template <class T>
DOXA_INLINE LogSplit<T> log_split(T x) {
  using F = Format<T>;
  const Bits<T> shifted = to_bits(x) + (F::one - F::sqrt_half);
  const T m = from_bits((shifted & F::fraction_mask) + F::sqrt_half);
  const T e =
      from_bits((shifted >> F::fraction_bits) | to_bits(F::two_to_fraction)) - (F::two_to_fraction + F::bias);
  return {m - 1, e, from_bits(2 * F::one - (shifted & ~F::fraction_mask))};
}

template <class T>
DOXA_INLINE T log(T x) {
  using F = Format<T>;
  constexpr T infinity = static_cast<T>(__builtin_inf()), nan = static_cast<T>(__builtin_nan(""));
  constexpr T lift = static_cast<T>(std::uint64_t{1} << static_cast<int>(F::lift));
  const bool denormal = x < F::smallest_normal;
  const LogSplit<T> split = log_split(x * select(denormal, lift, T{1}));
  T y = log_parts(split.f, split.e - select(denormal, F::lift, T{0}), T{0});
  y = x < infinity ? y : x;  // also passes NaN through
  y = x == 0 ? -infinity : y;
  return x < 0 ? nan : y;
}

/// log(1 + x), from u = 1 + x and the rounding error of that sum.
template <class T>
DOXA_INLINE T log1p(T x) {
  constexpr T infinity = static_cast<T>(__builtin_inf()), nan = static_cast<T>(__builtin_nan(""));
  const T u = 1 + x;
  const T error = x < 1 ? x - (u - 1) : 1 - (u - x);
  const LogSplit<T> split = log_split(u);
  const T f_low = x < 1 / Format<T>::tiny ? error * split.inverse_scale : T{0};
  T y = log_parts(split.f, split.e, log_correction(split.f, f_low));
  y = abs(x) < Format<T>::tiny ? x : y;
  y = x < infinity ? y : x;
  y = x == -1 ? -infinity : y;
  return x < -1 ? nan : y;
}

// ---- the logistic family ----
//
// Quotients of sums that contain e^-|x|. The rounding errors a' and d' of the sums a and d are computed too,
// and correct the quotient q = a / d: (a + a') / (d + d') = q + (a' - q d') / d + …

/// tanh|x| = -t / (2 + t) with t = e^(-2|x|) - 1.
template <class T>
DOXA_INLINE T tanh(T x) {
  constexpr T far = 2 * Format<T>::fraction_bits * T{-0.5};  // 1 + e^far rounds to 1
  T v = -2 * abs(x);
  v = v < far ? far : v;
  const ExpParts<T> e = exp_parts(v);
  const T two_n = power_of_two(e.n_biased), scaled = two_n * e.p, less_one = two_n - 1;
  const T t = scaled + less_one, t_low = (less_one - t) + scaled + two_n * e.p_low;
  const T d = 2 + t, d_low = (t - (d - 2)) + t_low;
  const T q = -t / d;
  return copysign(q - (t_low + q * d_low) * (T{0.5} + T{0.5} * q), x);  // 1/d = (1 + q) / 2
}

/// e^-|x|
template <class T>
DOXA_INLINE T decay(T x) {
  T v = -abs(x);
  v = v < Format<T>::exp_underflow ? Format<T>::exp_underflow : v;
  const ExpParts<T> e = exp_parts(v);
  const Power<T> two_n = power(e.n_biased);
  return (1 + e.p) * two_n.first * two_n.second;
}

/// 1 / (1 + e^-x), or e^x / (1 + e^x) for x < 0.
template <class T>
DOXA_INLINE T sigmoid(T x) {
  const T z = decay(x), d = 1 + z, d_low = z - (d - 1);
  const T q = select(x < 0, z, T{1}) / d;
  return q - q * d_low * (T{1.45703125} - T{0.5} * d);  // 1/d, to two digits
}

/// x sigmoid(x), which is -0 where sigmoid(x) has underflowed to 0.
template <class T>
DOXA_INLINE T silu(T x) {
  const T q = sigmoid(x);
  return select(q == 0, T{-0.0}, x * q);
}

/// Its derivative: sigmoid(x) (1 + x sigmoid(-x)), in which a logistic function that is 0 wins over an
/// infinite x.
template <class T>
DOXA_INLINE T silu_slope(T x) {
  const T q = sigmoid(x), rest = sigmoid(-x);
  return q * (1 + select((q == 0) | (rest == 0), T{0}, x) * rest);
}

/// log(1 + e^x) = max(x, 0) + log(1 + z) with z = e^-|x| in [0, 1]; log(1 + z) = log((1 + z) / 2) + log 2
/// where 1 + z > sqrt 2.
template <class T>
DOXA_INLINE T softplus(T x) {
  const T z = decay(x);
  const T n = z > static_cast<T>(0.41421356237309504880) ? T{1} : T{0}, less = T{0.5} * n, factor = 1 - less;
  const T half = factor * z, f = half - less, f_low = half - (f + less);
  return (x < 0 ? 0 : x) + log_parts(f, n, log_correction(f, f_low));
}

// ---- logarithms of a difference from 1 ----

/// log(1 - e^x) for x < 0: the logarithm of -t - t_low with t + t_low = e^x - 1. Beyond `far` it is -z - z²/2
/// to the last digit, with z = e^x.
template <class T>
DOXA_INLINE T log1mexp(T x) {
  using F = Format<T>;
  constexpr T far = T(-0.39) * F::fraction_bits, infinity = static_cast<T>(__builtin_inf());
  constexpr T lift = static_cast<T>(std::uint64_t{1} << static_cast<int>(F::lift));
  const ExpParts<T> e = exp_parts(select(x < F::exp_underflow, F::exp_underflow, x));
  const Power<T> power_n = power(e.n_biased);
  const T two_n = power_n.first * power_n.second, scaled = two_n * e.p, less_one = two_n - 1;
  const T t = scaled + less_one, t_low = (less_one - t) + scaled + two_n * e.p_low;
  const LogSplit<T> split = log_split(-t * lift);  // t may be denormal
  const T f_low = -t_low * lift * split.inverse_scale;
  T y = log_parts(split.f, split.e - F::lift, log_correction(split.f, f_low));
  const T z = (1 + e.p) * power_n.first * power_n.second, far_out = -(z + T{0.5} * z * z);
  y = select(x < far, far_out, y);
  y = select(x < 0, y, static_cast<T>(__builtin_nan("")));
  return select(x == 0, -infinity, y);
}

/// Its derivative -e^x / (1 - e^x), which is -infinity at 0.
template <class T>
DOXA_INLINE T log1mexp_slope(T x) {
  const T v = -abs(x);
  return exp(v) / expm1(v);
}

/// (2 log cosh(x) / v - 1) / v = -1/6 + 2 v/45 - … with v = x^2, for |x| <= 1
DOXA_INLINE double log_cosh_series(double v) {
  return polynomial(v, v * v, -0x1.5555555555547p-3, 0x1.6c16c16c15861p-5, -0x1.ba1ba1b974eb8p-7,
                    0x1.1ea5d384968cap-8, -0x1.833d9891399c2p-10, 0x1.0d0b1acb3eab3p-11,
                    -0x1.7d9f0df1b3037p-13, 0x1.12da15f2192a9p-14, -0x1.8fecbf42815e4p-16,
                    0x1.22acedf7e51acp-17, -0x1.9a380fafb434ap-19, 0x1.08625c5bffb10p-20,
                    -0x1.18a2f464e65b8p-22, 0x1.a0ec04c62e6c9p-25, -0x1.38de66ccf0ffcp-28);
}
DOXA_INLINE float log_cosh_series(float v) {
  return polynomial(v, v * v, -0x1.55554cp-3f, 0x1.6c1394p-5f, -0x1.b9b312p-7f, 0x1.1b48ecp-8f,
                    -0x1.6434dap-10f, 0x1.7183eap-12f, -0x1.adc97ap-15f);
}

/// log(1 - tanh^2 x) = -2 log cosh x, where log cosh x = |x| + log((1 + e^(-2|x|)) / 2) for |x| > 1.
template <class T>
DOXA_INLINE T log_tanh_slope(T x) {
  const T a = abs(x), v = x * x, z = decay(2 * a),
          n = select(z > static_cast<T>(0.41421356237309504880), T{0}, T{-1});
  const T half = T{0.5} * z, f = select(n < 0, z, half - T{0.5});
  return select(a <= 1, -(v + v * (v * log_cosh_series(v))), -2 * (a + log_parts(f, n, T{0})));
}

// ---- minimum and maximum ----

/// The part of the adjoint g that operand a of (a, b) receives: all if it was chosen, which a NaN always is,
/// and half if the two are equal.
template <class T>
DOXA_INLINE T share(T g, bool chosen, T a, T b) {
  return (chosen | (a != a)) ? g : a == b ? T{0.5} * g : 0;
}

// ---- quotients ----

/// (g y) / b. g y may overflow though the result does not: then both sides of the division are multiplied by
/// a power of two, which changes no digit.
template <class T>
DOXA_INLINE T product_over(T g, T y, T b) {
  constexpr T down = static_cast<T>(sizeof(T) > 4 ? 0x1p-600 : 0x1p-80);
  const T unit = select(abs(g * y) > std::numeric_limits<T>::max(), down, T{1});
  return g * (y * unit) / (b * unit);
}

}  // namespace doxa::elementary
