#pragma once

#include <array>
#include <cmath>
#include <span>

#include "doxa/autograd/real.h"

namespace doxa::trouble {

/// The unevaluated sum of two doubles, about 106 bits (Dekker, Numer. Math. 18, 1971; Hida, Li & Bailey,
/// ARITH 2001): enough for the derivative of a map that loses 60 of them.
struct DoubleDouble {
  double high = 0, low = 0;
  DoubleDouble() = default;
  explicit DoubleDouble(double x) : high(x) {}
  DoubleDouble(double h, double l) : high(h), low(l) {}
  explicit operator long double() const {
    return static_cast<long double>(high) + static_cast<long double>(low);
  }
};

/// a + b = s + e exactly, for |a| >= |b| and for any.
inline DoubleDouble quick_sum(double a, double b) {
  const double s = a + b;
  return {s, b - (s - a)};
}
inline DoubleDouble exact_sum(double a, double b) {
  const double s = a + b, t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}
inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble s = exact_sum(a.high, b.high), t = exact_sum(a.low, b.low);
  const DoubleDouble u = quick_sum(s.high, s.low + t.high);
  return quick_sum(u.high, u.low + t.low);
}
inline DoubleDouble operator-(DoubleDouble a) { return {-a.high, -a.low}; }
inline DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }
inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const double p = a.high * b.high, e = std::fma(a.high, b.high, -p);
  return quick_sum(p, e + (a.high * b.low + a.low * b.high));
}
inline DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
  const double first = a.high / b.high;
  const DoubleDouble rest = a - DoubleDouble(first) * b;
  const double second = rest.high / b.high;
  const DoubleDouble left = rest - DoubleDouble(second) * b;
  return DoubleDouble(first) + DoubleDouble(second) + DoubleDouble(left.high / b.high);
}

/// A value and its derivatives with respect to n inputs: forward mode, for code that adds, multiplies and
/// divides.
template <std::size_t n>
struct Dual {
  DoubleDouble value;
  std::array<DoubleDouble, n> slope = {};
  Dual() = default;
  explicit Dual(double x) : value(x) {}
  explicit Dual(DoubleDouble x) : value(x) {}
};

template <std::size_t n>
Dual<n> operator+(Dual<n> a, const Dual<n>& b) {
  a.value = a.value + b.value;
  for (std::size_t i = 0; i < n; ++i) a.slope[i] = a.slope[i] + b.slope[i];
  return a;
}
template <std::size_t n>
Dual<n> operator-(Dual<n> a, const Dual<n>& b) {
  a.value = a.value - b.value;
  for (std::size_t i = 0; i < n; ++i) a.slope[i] = a.slope[i] - b.slope[i];
  return a;
}
template <std::size_t n>
Dual<n> operator*(const Dual<n>& a, const Dual<n>& b) {
  Dual<n> y(a.value * b.value);
  for (std::size_t i = 0; i < n; ++i) y.slope[i] = a.slope[i] * b.value + a.value * b.slope[i];
  return y;
}
template <std::size_t n>
Dual<n> operator/(const Dual<n>& a, const Dual<n>& b) {
  Dual<n> y(a.value / b.value);
  for (std::size_t i = 0; i < n; ++i) y.slope[i] = (a.slope[i] - y.value * b.slope[i]) / b.value;
  return y;
}

/// value(x, y) and jacobian(x, j) of a ClosedForm, where F{} computes an array of m from one of n
/// numbers of any type.
template <class F, std::size_t n>
void computed(std::span<const Real> x, std::span<Real> y) {
  std::array<Real, n> at;
  for (std::size_t i = 0; i < n; ++i) at[i] = x[i];
  const auto result = F{}(at);
  for (std::size_t m = 0; m < result.size(); ++m) y[m] = result[m];
}
template <class F, std::size_t n>
void differentiated(std::span<const Real> x, std::span<long double> j) {
  std::array<Dual<n>, n> at;
  for (std::size_t i = 0; i < n; ++i) {
    at[i] = Dual<n>(static_cast<double>(x[i]));
    at[i].slope[i] = DoubleDouble(1.0);
  }
  const auto result = F{}(at);
  for (std::size_t m = 0; m < result.size(); ++m)
    for (std::size_t i = 0; i < n; ++i) j[m * n + i] = static_cast<long double>(result[m].slope[i]);
}

}  // namespace doxa::trouble
