// Reductions over axes: identities, closed forms, limits. Their gradients are checked in tests/gradcheck.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/ops.h"
#include "numbers.h"
#include "rounding.h"

namespace doxa {
namespace {

constexpr Real infinity = std::numeric_limits<Real>::infinity();

TEST(Sum, OverAllAxesOneByOneIsTheSumOfAll) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 3, 4, 5});
  Var y = x, kept = x;
  for (int axis = 3; axis >= 0; --axis) {
    y = sum(y, axis);
    kept = sum(kept, axis, true);
  }
  EXPECT_EQ(y.shape(), Shape{});
  EXPECT_EQ(kept.shape(), Shape({1, 1, 1, 1}));
  EXPECT_EQ(y.item(), sum(x).item());
  EXPECT_EQ(kept.item(), sum(x).item());
}

TEST(Sum, DoesNotDependOnTheOrderOfTheAxes) {
  Tape tape;
  const Var x = integer_variable(tape, {3, 4, 5});
  EXPECT_EQ(value(sum(sum(x, 0), 0)), value(sum(sum(x, 1), 0)));
  EXPECT_EQ(value(sum(sum(x, -1), -1)), value(sum(sum(x, 1), 1)));
}

TEST(Sum, OverAnAxisIsTheProductWithOnes) {
  Tape tape;
  const Var x = integer_variable(tape, {4, 6});
  const Var ones = tape.constant(Tensor(Shape{1, 4}, Real{1}));
  EXPECT_EQ(value(sum(x, 0, true)), value(matmul(ones, x)));
  EXPECT_EQ(value(sum(transpose(x), -1)), value(sum(x, 0)));
}

TEST(Mean, OfAConstantIsThatConstant) {
  Tape tape;
  const Var x = tape.constant(Tensor(Shape{4, 8}, Real(0.3)));
  EXPECT_NEAR(mean(x).item(), Real(0.3), 32 * unit_roundoff * 0.3);
  for (const int axis : {0, 1, -1})
    for (const Real m : mean(x, axis).value()) EXPECT_NEAR(m, Real(0.3), 8 * unit_roundoff * 0.3);
}

TEST(Mean, OfNothingIsNaN) {
  Tape tape;
  EXPECT_TRUE(std::isnan(mean(tape.constant(Tensor(Shape{0}))).item()));
}

TEST(LogSumExp, OfNEqualNumbersIsThatNumberPlusLogN) {
  Tape tape;
  for (const Real x : {Real{0}, Real{-3}, Real{700}, Real{-700}, Real{1e6}, Real{-1e6}}) {
    const Var y = logsumexp(tape.constant(Tensor(Shape{8}, x)));
    EXPECT_NEAR(y.item(), x + std::log(Real{8}), 4 * unit_roundoff * (std::abs(x) + 2));
  }
}

TEST(LogSumExp, ShiftsWithItsArgument) {
  Tape tape;
  const Var x = normal_variable(tape, {6, 9});
  for (const Real shift : {Real(0.5), Real{700}, Real{-700}})
    for (const int axis : {0, 1})
      expect_close(logsumexp(x + shift, axis), logsumexp(x, axis) + shift, 8, 1400);
}

TEST(LogSumExp, LiesBetweenTheMaximumAndTheMaximumPlusLogN) {
  Tape tape;
  const Var x = 100 * normal_variable(tape, {50, 7});
  const Var y = logsumexp(x, -1);
  for (Index i = 0; i < 50; ++i) {
    const auto row = x.value().subspan(static_cast<std::size_t>(i) * 7, 7);
    const Real largest = *std::max_element(row.begin(), row.end());
    EXPECT_GE(y.value()[static_cast<std::size_t>(i)], largest);
    EXPECT_LE(y.value()[static_cast<std::size_t>(i)],
              largest + std::log(Real{7}) + 8 * static_cast<Real>(unit_roundoff) * (std::abs(largest) + 2));
  }
}

TEST(LogSumExp, OfInfinities) {
  Tape tape;
  EXPECT_EQ(logsumexp(tape.constant(vector({-infinity, -infinity}))).item(), -infinity);
  EXPECT_EQ(logsumexp(tape.constant(vector({-infinity, 2}))).item(), 2);
  EXPECT_EQ(logsumexp(tape.constant(vector({infinity, 2}))).item(), infinity);
  EXPECT_EQ(logsumexp(tape.constant(vector({}))).item(), -infinity);
  EXPECT_TRUE(
      std::isnan(logsumexp(tape.constant(vector({1, std::numeric_limits<Real>::quiet_NaN()}))).item()));
}

// The weights of an impossible event are zero, not 0/0: a gradient of zero must stay zero through it.
TEST(LogSumExp, OfAnImpossibleEventPassesAZeroGradientOn) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2, 2}, {-infinity, -infinity, 0, 0}));
  tape.backward(logsumexp(x, 1), Tensor(Shape{2}, {0, 1}));
  EXPECT_EQ(adjoint(x)[0], 0);
  EXPECT_EQ(adjoint(x)[1], 0);
  EXPECT_NEAR(adjoint(x)[2], 0.5, 4 * unit_roundoff);
}

TEST(LogSoftmax, ItsExponentialsSumToOne) {
  Tape tape;
  const Var x = 30 * normal_variable(tape, {5, 6, 7});
  for (int axis = 0; axis < 3; ++axis)
    for (const Real total : sum(exp(log_softmax(x, axis)), axis).value())
      EXPECT_NEAR(total, 1, 200 * unit_roundoff);  // of log-weights up to 100 in size, each rounded once
  EXPECT_NEAR(sum(exp(log_softmax(x))).item(), 1, 200 * unit_roundoff);
}

TEST(LogSoftmax, DoesNotNoticeAShift) {
  Tape tape;
  const Var x = normal_variable(tape, {5, 7});
  expect_close(log_softmax(x + 64, 1), log_softmax(x, 1), 8, 64);
}

TEST(LogSoftmax, OfLargeLogitsAndItsGradientAreFinite) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{3}, {700, -700, 0}));
  const Var y = log_softmax(x, 0);
  EXPECT_EQ(value(y), (Numbers{0, -1400, -700}));
  tape.backward(slice(y, 0, 1, 2));
  EXPECT_EQ(adjoint(x)[0], -1);
  EXPECT_EQ(adjoint(x)[1], 1);
  EXPECT_NEAR(adjoint(x)[2], 0, 1e-300);  // -e^-700
}

TEST(LogSoftmax, OfAnImpossibleValueIsMinusInfinityAndHarmless) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{3}, {-infinity, 1, 1}));
  const Var y = log_softmax(x, 0);
  EXPECT_EQ(y.value()[0], -infinity);
  EXPECT_NEAR(y.value()[1], -std::log(2.0), 4 * unit_roundoff);
  tape.backward(slice(y, 0, 1, 2));
  EXPECT_EQ(adjoint(x)[0], 0);
  EXPECT_NEAR(adjoint(x)[1], 0.5, 4 * unit_roundoff);
}

}  // namespace
}  // namespace doxa
