// Reductions over axes: identities, closed forms, limits. Their gradients are checked in tests/gradcheck.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

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

// Moments: the variance does not notice a shift, and squares a scale.
TEST(Variance, DoesNotNoticeAShiftHoweverLarge) {
  Tape tape;
  const Var x = integer_variable(tape, {50});
  const Real far = std::ldexp(Real{1}, std::numeric_limits<Real>::digits - 4);  // x + far is exact
  EXPECT_EQ(variance(x + far - far).item(), variance(x).item());
  expect_close(variance(x + std::ldexp(Real{1}, std::numeric_limits<Real>::digits / 2)), variance(x), 60);
  EXPECT_EQ(variance(x * Real{4}).item(), 16 * variance(x).item());
}

// Σ (x - m)²/n = Σ x²/n - m²: on integers exact but for the last division.
TEST(Variance, IsTheMeanSquareLessTheSquaredMean) {
  Tape tape;
  const Var x = integer_variable(tape, {3, 8, 4});
  for (const int axis : {0, 1, 2})
    expect_close(variance(x, axis), mean(square(x), axis) - square(mean(x, axis)), 16, 20);
}

TEST(Variance, OfOneNumberIsZeroAndItsGradientToo) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{3, 1}, {1, -5, Real(0.1)}));
  const Var y = variance(x, 1);
  EXPECT_EQ(value(y), Numbers(3, 0));
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), Numbers(3, 0));
  EXPECT_TRUE(std::isnan(variance(tape.constant(vector({}))).item()));
}

TEST(Variance, AddedToTheSquaredMeanKeepsItsGradientOfZeroSum) {
  Tape tape;
  const Var x = normal_variable(tape, {7});
  tape.backward(variance(x));
  Real total = 0;
  for (const Real d : adjoint(x)) total += d;
  EXPECT_NEAR(total, 0, 7 * 7 * unit_roundoff);
}

TEST(Extrema, AreElementsThatBoundAllOthersAndMirrorEachOther) {
  Tape tape;
  const Var x = normal_variable(tape, {6, 37, 2});
  for (const int axis : {0, 1, 2}) {
    const Var high = max(x, axis, true), low = min(x, axis, true);
    for (const Real d : value(high - x)) EXPECT_GE(d, 0);
    for (const Real d : value(x - low)) EXPECT_GE(d, 0);
    EXPECT_EQ(value(-max(-x, axis, true)), value(low));
  }
  EXPECT_EQ(max(x).item(), *std::max_element(x.value().begin(), x.value().end()));
  EXPECT_EQ(min(x).item(), *std::min_element(x.value().begin(), x.value().end()));
}

TEST(Extrema, ShareTheirGradientAmongTies) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2, 4}, {3, 1, 3, 1, -2, -2, -2, -2}));
  tape.backward(max(x, 1), Tensor(Shape{2}, {1, 8}));
  EXPECT_EQ(adjoint(x), (Numbers{0.5, 0, 0.5, 0, 2, 2, 2, 2}));
  tape.backward(min(x, 1), Tensor(Shape{2}, {1, 8}));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0.5, 0, 0.5, 2, 2, 2, 2}));
  tape.backward(max(x, 0), Tensor(Shape{4}, {1, 1, 1, 1}));
  EXPECT_EQ(adjoint(x), (Numbers{1, 1, 1, 1, 0, 0, 0, 0}));
  const Var zeros = tape.variable(vector({0, Real{-0.0}}));
  tape.backward(max(zeros));
  EXPECT_EQ(adjoint(zeros), (Numbers{0.5, 0.5}));
}

TEST(Extrema, OfInfinitiesAndNaN) {
  Tape tape;
  EXPECT_EQ(max(tape.constant(vector({-infinity, -infinity}))).item(), -infinity);
  EXPECT_EQ(max(tape.constant(vector({1, infinity}))).item(), infinity);
  EXPECT_EQ(min(tape.constant(vector({1, infinity}))).item(), 1);
  for (const Index n : {3, 40})
    for (Index at = 0; at < n; ++at) {
      Tensor lane(Shape{n}, 1);
      lane[at] = nan;
      lane[(at + 1) % n] = infinity;
      for (const Shape& shape : {Shape{n}, Shape{n, 1}}) {
        EXPECT_TRUE(std::isnan(max(tape.constant(shape, lane.span()), 0).value()[0]));
        EXPECT_TRUE(std::isnan(min(tape.constant(shape, lane.span()), 0).value()[0]));
      }
      Tensor pairs(Shape{n, 2}, 1);
      pairs(at, 1) = nan;
      const Var y = max(tape.constant(pairs), 0);
      EXPECT_EQ(y.value()[0], 1);
      EXPECT_TRUE(std::isnan(y.value()[1]));
    }
}

}  // namespace
}  // namespace doxa
