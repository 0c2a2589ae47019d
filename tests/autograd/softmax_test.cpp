// log Σ e^x and what comes from it: identities, closed forms, limits. The gradients are checked in
// tests/gradcheck.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

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
    const Real of_row = *std::max_element(row.begin(), row.end());
    EXPECT_GE(y.value()[static_cast<std::size_t>(i)], of_row);
    EXPECT_LE(y.value()[static_cast<std::size_t>(i)],
              of_row + std::log(Real{7}) + 8 * static_cast<Real>(unit_roundoff) * (std::abs(of_row) + 2));
  }
}

TEST(LogSumExp, OfInfinities) {
  Tape tape;
  EXPECT_EQ(logsumexp(tape.constant(vector({-infinity, -infinity}))).item(), -infinity);
  EXPECT_EQ(logsumexp(tape.constant(vector({-infinity, 2}))).item(), 2);
  EXPECT_EQ(logsumexp(tape.constant(vector({infinity, 2}))).item(), infinity);
  EXPECT_EQ(logsumexp(tape.constant(vector({}))).item(), -infinity);
  EXPECT_TRUE(std::isnan(logsumexp(tape.constant(vector({1, nan}))).item()));
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
  const Var x = vector(tape, {700, -700, 0});
  const Var y = log_softmax(x, 0);
  const auto others = static_cast<double>(std::exp(Real(-700)));  // 0 in single precision
  EXPECT_NEAR(y.value()[0], -others, 1e-13 * others);             // -log1p(e^-700 + e^-1400)
  EXPECT_EQ(y.value()[1], -1400);
  EXPECT_EQ(y.value()[2], -700);
  tape.backward(slice(y, 0, 1, 2));
  EXPECT_EQ(adjoint(x)[0], -1);
  EXPECT_EQ(adjoint(x)[1], 1);
  EXPECT_NEAR(adjoint(x)[2], 0, 1e-300);  // -e^-700
}

TEST(LogSoftmax, OfAnImpossibleValueIsMinusInfinityAndHarmless) {
  Tape tape;
  const Var x = vector(tape, {-infinity, 1, 1});
  const Var y = log_softmax(x, 0);
  EXPECT_EQ(y.value()[0], -infinity);
  EXPECT_NEAR(y.value()[1], -std::log(2.0), 4 * unit_roundoff);
  tape.backward(slice(y, 0, 1, 2));
  EXPECT_EQ(adjoint(x)[0], 0);
  EXPECT_NEAR(adjoint(x)[1], 0.5, 4 * unit_roundoff);
}

// e^(x - log Σ e^x) two ways: the logarithm's error of u |log p| is relative in p.
TEST(Softmax, IsTheExponentialOfLogSoftmax) {
  Tape tape;
  const Var x = 10 * normal_variable(tape, {5, 6, 7});
  for (const AxisList& axes : {AxisList{0}, AxisList{1}, AxisList{2}, AxisList{0, 2}, AxisList{0, 1, 2}})
    expect_close(softmax(x, axes), exp(log_softmax(x, axes)), 120);
  expect_close(softmax(x), softmax(x, {0, 1, 2}), 0);
}

TEST(Softmax, OfEqualNumbersIsUniformAndOfTwoIsASigmoid) {
  Tape tape;
  for (const Real x : {Real{0}, Real{800}, Real{-800}})
    for (const Real p : softmax(tape.constant({3, 4}, x), -1).value()) EXPECT_EQ(p, Real(0.25));
  const Var x = normal_variable(tape, {9, 2});
  const Var difference = slice(x, 1, 0, 1) - slice(x, 1, 1, 2);
  expect_close(slice(softmax(x, 1), 1, 0, 1), sigmoid(difference), 16);
}

// The shift is exact for integers, and then nothing of the weights may change; nor may the gradient.
TEST(Softmax, DoesNotNoticeAShiftOfAThousand) {
  Tape tape;
  const Var x = integer_variable(tape, {4, 5});
  EXPECT_EQ(value(softmax(x + 1000, 1)), value(softmax(x, 1)));
  EXPECT_EQ(value(log_softmax(x + 1000, 1)), value(log_softmax(x, 1)));
  tape.backward(sum(square(softmax(x + 1000, 1))));
  const Numbers shifted = adjoint(x);
  tape.backward(sum(square(softmax(x, 1))));
  EXPECT_EQ(shifted, adjoint(x));
}

TEST(Softmax, OfImpossibleValuesIsZeroAndOfNothingElseNaN) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2, 2}, {-infinity, 3, -infinity, -infinity}));
  const Var y = softmax(x, 1);
  EXPECT_EQ(y.value()[0], 0);
  EXPECT_EQ(y.value()[1], 1);
  EXPECT_TRUE(std::isnan(y.value()[2]));
  EXPECT_TRUE(std::isnan(log_softmax(x, 1).value()[2]));
  tape.backward(slice(slice(y, 0, 0, 1), 1, 0, 1));
  EXPECT_EQ(adjoint(x)[0], 0);
  EXPECT_EQ(adjoint(x)[1], 0);
}

TEST(Softmax, PropagatesNaNInItsOwnLaneOnly) {
  Tape tape;
  const Var x = tape.constant({2, 2}, {nan, 0, 0, 0});
  const Var all[] = {softmax(x, 1), log_softmax(x, 1), softmax(x, 0), log_softmax(x, 0)};
  for (const Var y : all) {
    EXPECT_TRUE(std::isnan(y.value()[0]));
    EXPECT_FALSE(std::isnan(y.value()[3]));
  }
  EXPECT_TRUE(std::isnan(logsumexp(x).item()));
}

// Lanes that are contiguous, lie side by side, or are one element long: the same numbers to rounding.
TEST(Softmax, DoesNotDependOnHowTheLanesLie) {
  Tape tape;
  for (const Index n : {1, 2, 7, 8, 33, 300}) {
    const Var x = normal_variable(tape, {5, n});
    expect_close(softmax(x, 1), transpose(softmax(transpose(x), 0)), 4 * static_cast<double>(n));
    expect_close(logsumexp(x, 1), logsumexp(transpose(x), 0), 4 * static_cast<double>(n), 1);
  }
}

// For two numbers that lie d apart, dx_0 = -dx_1 = σ(-d) g_0 - σ(d) g_1: next to 0 or 1 a probability keeps
// its distance, however the lanes lie.
TEST(LogSoftmax, ItsGradientKeepsItsDigitsNextToProbabilityOne) {
  for (const int axis : {0, 1})
    for (const Real d : {Real(3), Real(20), Real(40), Real(80)})
      for (const Real sign : {Real(-1), Real(1)}) {
        Tape tape;
        const Shape shape = axis == 0 ? Shape{2, 3} : Shape{3, 2};
        const auto at = [&](Index number, Index lane) {
          return axis == 0 ? number * 3 + lane : lane * 2 + number;
        };
        Tensor numbers(shape), cotangent(shape);
        for (Index lane = 0; lane < 3; ++lane) {
          numbers[at(0, lane)] = sign * d;
          cotangent[at(0, lane)] = 1;
        }
        const Var x = tape.variable(numbers);
        tape.backward(log_softmax(x, axis), cotangent);
        const double z = sign * d, expected = 1 / (1 + std::exp(z));
        for (Index lane = 0; lane < 3; ++lane)
          for (const Index number : {0, 1}) {
            const double g = x.adjoint()[static_cast<std::size_t>(at(number, lane))];
            EXPECT_NEAR(g, number == 0 ? expected : -expected, 64 * unit_roundoff * expected) << z;
          }
      }
}

}  // namespace
}  // namespace doxa
