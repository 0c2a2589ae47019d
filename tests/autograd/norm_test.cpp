// The Euclidean norm: its closed forms, over the whole range of numbers.

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

TEST(Norm, OfPythagoreanTriplesAtEverySize) {
  using Limits = std::numeric_limits<Real>;
  for (int e = Limits::min_exponent - Limits::digits + 4; e <= Limits::max_exponent - 4; ++e) {
    const Real c = std::ldexp(Real{1}, e);
    Tape tape;
    const Var x = vector(tape, {3 * c, -4 * c, 0}), y = norm(x);
    EXPECT_EQ(y.item(), 5 * c) << e;
    tape.backward(y);
    const Real expected[] = {Real(0.6), Real(-0.8), 0};
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(x.adjoint()[i], expected[i], 2 * unit_roundoff) << e;
  }
}

TEST(Norm, OfLargeAndTinyNumbers) {
  if (sizeof(Real) < 8) GTEST_SKIP() << "numbers of double precision";
  Tape tape;
  const Var x = tape.constant({2, 2}, {Real(3e200), Real(4e200), Real(3e-200), Real(4e-200)}), y = norm(x, 1);
  EXPECT_NEAR(y.value()[0] / Real(5e200), 1, 4 * unit_roundoff);
  EXPECT_NEAR(y.value()[1] / Real(5e-200), 1, 4 * unit_roundoff);
}

TEST(Norm, SquaredIsTheSumOfSquares) {
  Tape tape;
  const Var x = normal_variable(tape, {3, 4, 5});
  for (const AxisList& axes : {AxisList{}, AxisList{0}, AxisList{1}, AxisList{2}, AxisList{0, 2}})
    for (const bool keepdims : {false, true}) {
      const Var y = squared_norm(x, axes, keepdims), expected = sum(square(x), axes, keepdims);
      EXPECT_EQ(y.shape(), expected.shape());
      expect_close(y, expected, 8);
    }
  tape.backward(squared_norm(x));
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(x.adjoint()[i], 2 * x.value()[i]);
  EXPECT_EQ(squared_norm(tape.constant(Tensor(Shape{0}))).item(), 0);
}

TEST(Norm, OverAxesIsTheRootOfTheSumOfSquares) {
  Tape tape;
  const Var x = normal_variable(tape, {3, 4, 5});
  for (const AxisList& axes : {AxisList{0}, AxisList{1}, AxisList{2}, AxisList{0, 2}, AxisList{0, 1, 2}})
    for (const bool keepdims : {false, true})
      expect_close(norm(x, axes, keepdims), sqrt(sum(square(x), axes, keepdims)), 4);
  EXPECT_EQ(norm(tape.constant(Tensor(Shape{0}))).item(), 0);
}

TEST(Norm, AtZeroHasTheGradientZero) {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 2}, {0, 0, 3, 4})), y = norm(x, 1);
  tape.backward(sum(y));
  EXPECT_EQ(value(y), (Numbers{0, 5}));
  EXPECT_EQ(adjoint(x)[0], 0);
  EXPECT_EQ(adjoint(x)[1], 0);
}

TEST(Norm, AtInfinityAndNaN) {
  Tape tape;
  const Var x = tape.variable(Tensor({3, 2}, {2, -infinity, infinity, -infinity, nan, 1})), y = norm(x, 1);
  EXPECT_EQ(y.value()[0], infinity);
  EXPECT_EQ(y.value()[1], infinity);
  EXPECT_TRUE(std::isnan(y.value()[2]));
  tape.backward(y, Tensor(Shape{3}, {-1, 1, 0}));  // a cotangent of 0 adds 0, whatever the lane has
  const Real half = std::sqrt(Real(0.5));
  expect_within(tape.constant({6}, adjoint(x)), tape.constant({6}, {0, 1, half, -half, 0, 0}), unit_roundoff);
}

}  // namespace
}  // namespace doxa
