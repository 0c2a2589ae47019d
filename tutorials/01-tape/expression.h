#pragma once

#include <cmath>
#include <string>

#include "doxa/autograd/ops.h"

// The expression that the chapter differentiates, and its gradient in closed form.

// Where it is taken apart.
struct Point {
  doxa::Real x1, x2;

  std::string text() const;  // "(3, ½)"
};
inline constexpr Point default_point{3, 0.5};

// One statement a record: the compiler may evaluate the operands of a single expression in any order.
//! [f]
template <class T>
T f(T x1, T x2) {  // (01.1)
  using std::log, std::tanh;
  const T v2 = log(x1);
  const T v3 = x1 * x2;
  const T v4 = v2 + v3;
  const T v5 = tanh(x2);
  return v4 - v5;
}
//! [f]

struct Gradient {
  long double x1, x2;
};

inline Gradient exact_gradient(doxa::Real x1, doxa::Real x2) {  // (01.6)
  const long double a = x1, b = x2, t = std::tanh(b);
  return {1 / a + b, a - (1 - t) * (1 + t)};
}
