// Reductions over axes: identities, closed forms, limits. Their gradients are checked in tests/gradcheck.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

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
  const Var ones = tape.constant({1, 4}, Real{1});
  EXPECT_EQ(value(sum(x, 0, true)), value(matmul(ones, x)));
  EXPECT_EQ(value(sum(transpose(x), -1)), value(sum(x, 0)));
}

TEST(Mean, OfAConstantIsThatConstant) {
  Tape tape;
  const Var x = tape.constant({4, 8}, Real(0.3));
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

// 0.1 + 0.1 + 0.1 is not 3 · 0.1, which must not look like a spread.
TEST(Variance, OfEqualNumbersIsZeroAndSoIsTheGradientOfItsRoot) {
  for (const Real number : {Real(0.1), Real(1e6) + Real(0.1), Real(-1) / 3})
    for (const Index n : {3, 7, 1000}) {
      Tape tape;
      const Var x = tape.variable(Tensor(Shape{2, n}, number)), y = variance(x, 1);
      EXPECT_EQ(value(y), Numbers(2, 0)) << number << ' ' << n;
      tape.backward(sum(sqrt(y)));
      EXPECT_EQ(adjoint(x), Numbers(static_cast<std::size_t>(2 * n), 0)) << number << ' ' << n;
    }
}

// x_j = b + j, exact for these b: the deviations and the variance (n² - 1)/12 do not depend on b.
TEST(Variance, KeepsItsDigitsBesideALargeOffset) {
  constexpr Index n = 9;
  for (const Real b : {Real(0), Real(1000001), Real(8388000)}) {
    Tape tape;
    const Var x = tape.variable(Tensor(Shape{n}));
    const Var y = variance(tape.constant(Shape{n}, [&](std::span<Real> all) {
      for (Index j = 0; j < n; ++j) all[static_cast<std::size_t>(j)] = b + static_cast<Real>(j);
    }) + x);
    EXPECT_NEAR(y.item(), 20.0 / 3, 8 * unit_roundoff) << b;
    tape.backward(y);
    for (Index j = 0; j < n; ++j)
      EXPECT_NEAR(x.adjoint()[static_cast<std::size_t>(j)], 2.0 * static_cast<double>(j - 4) / n,
                  4 * unit_roundoff)
          << b;
  }
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
  const Var zeros = vector(tape, {0, Real{-0.0}});
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

// Reductions over sets of axes: one number for each of what is kept, whatever lies between.

const std::vector<AxisList> sets = {{},     {0},       {1},       {2},       {3},         {0, 1},
                                    {1, 2}, {2, 3},    {0, 2},    {1, 3},    {0, 3},      {3, 0},
                                    {2, 0}, {0, 1, 2}, {0, 1, 3}, {0, 2, 3}, {1, -1, -2}, {0, 1, 2, 3}};

std::string text(const AxisList& axes) {
  std::string all;
  for (int i = 0; i < axes.count(); ++i) all += std::to_string(axes[i]) + " ";
  return all;
}

// Four nested loops: the sum of integers is exact in any order.
Numbers sums(const Tensor& x, const AxisList& axes) {
  const AxisList reduced = axes.of(x.shape(), "sums");
  const auto kept = [&](int axis) { return reduced.has(axis) ? 1 : x.shape()[axis]; };
  Numbers y(static_cast<std::size_t>(kept(0) * kept(1) * kept(2) * kept(3)));
  Index at = 0;
  for (Index i = 0; i < x.shape()[0]; ++i)
    for (Index j = 0; j < x.shape()[1]; ++j)
      for (Index k = 0; k < x.shape()[2]; ++k)
        for (Index l = 0; l < x.shape()[3]; ++l) {
          const Index to =
              ((i % kept(0) * kept(1) + j % kept(1)) * kept(2) + k % kept(2)) * kept(3) + l % kept(3);
          y[static_cast<std::size_t>(to)] += x[at++];
        }
  return y;
}

TEST(Axes, SumsAreThoseOfNestedLoops) {
  for (const Shape& shape : {Shape{2, 3, 4, 5}, Shape{3, 1, 4, 1}, Shape{1, 5, 1, 3}, Shape{2, 2, 1, 2}}) {
    Tape tape;
    const Var x = integer_variable(tape, shape);
    for (const AxisList& axes : sets) {
      EXPECT_EQ(value(sum(x, axes)), sums(x.tensor(), axes)) << shape.str() << " over " << text(axes);
      EXPECT_EQ(value(sum(x, axes, true)), sums(x.tensor(), axes));
    }
  }
}

TEST(Axes, DisappearOrStayWithExtentOne) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 3, 4, 5});
  EXPECT_EQ(sum(x, {1, 3}).shape(), Shape({2, 4}));
  EXPECT_EQ(sum(x, {3, 1}, true).shape(), Shape({2, 1, 4, 1}));
  EXPECT_EQ(max(x, {0, -1}).shape(), Shape({3, 4}));
  EXPECT_EQ(mean(x, {0, 1, 2, 3}).shape(), Shape{});
  EXPECT_EQ(variance(x, {}).shape(), x.shape());
  EXPECT_EQ(softmax(x, {0, 2}).shape(), x.shape());
}

// Every reduction sees the axes of a set as one axis: moved together and flattened, it is the same.
TEST(Axes, TogetherAreOneAxis) {
  Tape tape;
  const Var x = normal_variable(tape, {2, 3, 4, 5});
  const std::pair<const char*, Var (*)(Var, const AxisList&, bool)> ops[] = {
      {"mean", mean}, {"variance", variance}, {"max", max}, {"min", min}, {"logsumexp", logsumexp}};
  for (const auto& [name, op] : ops) {
    const Var flat = reshape(permute(x, {1, 2, 0, 3}), {3, 4, 10});
    expect_close(op(x, {0, 3}, false), op(flat, 2, false), 40, 1);
  }
  const Var flat = reshape(permute(x, {1, 2, 0, 3}), {3, 4, 10});
  for (Var (*op)(Var, const AxisList&) : {static_cast<Var (*)(Var, const AxisList&)>(softmax),
                                          static_cast<Var (*)(Var, const AxisList&)>(log_softmax)})
    expect_close(op(x, {0, 3}), permute(reshape(op(flat, 2), {3, 4, 2, 5}), {2, 0, 1, 3}), 40, 1);
}

TEST(Axes, OverNoneEachElementIsReducedByItself) {
  Tape tape;
  const Var x = normal_variable(tape, {3, 4});
  for (Var (*op)(Var, const AxisList&, bool) : {static_cast<Var (*)(Var, const AxisList&, bool)>(sum),
                                                static_cast<Var (*)(Var, const AxisList&, bool)>(mean),
                                                static_cast<Var (*)(Var, const AxisList&, bool)>(max),
                                                static_cast<Var (*)(Var, const AxisList&, bool)>(logsumexp)})
    EXPECT_EQ(value(op(x, {}, false)), value(x));
  EXPECT_EQ(value(variance(x, {})), Numbers(12, 0));
  EXPECT_EQ(value(softmax(x, {})), Numbers(12, 1));
}

// (x_0 - x_1)²/4 has the slope (x_0 - x_1)/2, though twice the cotangent overflows.
TEST(Variance, ItsGradientFromALargeCotangent) {
  const Real large = std::ldexp(Real(0.75), std::numeric_limits<Real>::max_exponent);
  Tape tape;
  const Var x = vector(tape, {0, 1});
  tape.backward(variance(x), Tensor(Shape{}, {large}));
  EXPECT_EQ(adjoint(x), (Numbers{-large / 2, large / 2}));
}

}  // namespace
}  // namespace doxa
