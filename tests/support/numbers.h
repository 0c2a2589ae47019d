#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/autograd/tape.h"
#include "tests/support/rounding.h"

namespace doxa {

using Numbers = std::vector<Real>;

inline Numbers value(Var x) { return {x.value().begin(), x.value().end()}; }
inline Numbers adjoint(Var x) { return {x.adjoint().begin(), x.adjoint().end()}; }
inline Numbers numbers(const Tensor& x) { return {x.span().begin(), x.span().end()}; }

inline Tensor vector(std::initializer_list<Real> values) {
  return Tensor(Shape{static_cast<Index>(values.size())}, values);
}

/// Independent standard normal numbers.
inline Numbers noise(Index n, std::uint64_t seed) {
  Philox random(seed);
  Numbers x(static_cast<std::size_t>(n));
  random.normal(x);
  return x;
}

inline Var number(Tape& tape, double x) { return tape.variable(Tensor(Shape{}, static_cast<Real>(x))); }

inline Var normal_variable(Tape& tape, const Shape& shape, std::uint64_t seed = 1) {
  Philox random(seed);
  return tape.variable(normal_noise(shape, random));
}

inline Var vector(Tape& tape, std::initializer_list<Real> values) { return tape.variable(vector(values)); }

/// Small integers, so that sums and products of them are exact in any order.
inline Var integer_variable(Tape& tape, const Shape& shape, Index salt = 0) {
  Tensor x(shape);
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<Real>((i * 7 + salt) % 9 - 4);
  return tape.variable(x);
}

/// |x - y| <= tolerance, element by element.
inline void expect_within(Var x, Var y, double tolerance) {
  ASSERT_EQ(x.shape(), y.shape()) << x.shape().str() << y.shape().str();
  for (std::size_t i = 0; i < x.value().size(); ++i)
    EXPECT_NEAR(x.value()[i], y.value()[i], tolerance) << "element " << i;
}

/// |x - y| <= n u (|x| + |y| + scale), element by element.
inline void expect_close(Var x, Var y, double n, double scale = 0) {
  ASSERT_EQ(x.shape(), y.shape()) << x.shape().str() << y.shape().str();
  for (std::size_t i = 0; i < x.value().size(); ++i) {
    const double a = x.value()[i], b = y.value()[i];
    EXPECT_NEAR(a, b, n * unit_roundoff * (std::abs(a) + std::abs(b) + scale));
  }
}

}  // namespace doxa
