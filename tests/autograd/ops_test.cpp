// Values of the ops: identities, closed forms, limits. Their gradients are checked in tests/gradcheck.

#include "doxa/autograd/ops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "doxa/autograd/random.h"
#include "rounding.h"

namespace doxa {
namespace {

using Numbers = std::vector<Real>;

constexpr Real infinity = std::numeric_limits<Real>::infinity();

Numbers value(Var x) { return {x.value().begin(), x.value().end()}; }
Numbers adjoint(Var x) { return {x.adjoint().begin(), x.adjoint().end()}; }

Var constant(Tape& tape, std::initializer_list<Real> values) {
  return tape.constant(Tensor(Shape{static_cast<Index>(values.size())}, values));
}

Var noise(Tape& tape, const Shape& shape, std::uint64_t seed = 1) {
  Philox random(seed);
  return tape.variable(normal_noise(shape, random));
}

// Small integers, so that sums and products are exact in any order.
Var integers(Tape& tape, const Shape& shape, Index salt = 0) {
  Tensor x(shape);
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<Real>((i * 7 + salt) % 9 - 4);
  return tape.variable(x);
}

// |x - y| <= n u (|x| + |y|) + n u · scale
void expect_close(Var x, Var y, double n, double scale = 0) {
  ASSERT_EQ(x.shape(), y.shape()) << x.shape().str() << y.shape().str();
  for (std::size_t i = 0; i < x.value().size(); ++i) {
    const double a = x.value()[i], b = y.value()[i];
    EXPECT_NEAR(a, b, n * unit_roundoff * (std::abs(a) + std::abs(b) + scale));
  }
}

// ---- element by element --------------------------------------------------------------------------------------

TEST(Elementwise, InversesUndoEachOther) {
  Tape tape;
  const Var x = noise(tape, {101});
  expect_close(log(exp(x)), x, 8, 1);         // e^x is off by u-s of itself: so is its logarithm, absolutely
  expect_close(square(sqrt(exp(x))), exp(x), 4);
  expect_close(-(-x), x, 0);
  expect_close((x + 1) - 1, x, 2, 2);
  expect_close(x * Real(3) / Real(3), x, 4);
}

TEST(Elementwise, FunctionalEquationsOfTheLogisticFamily) {
  Tape tape;
  const Var x = 5 * noise(tape, {101});
  const Var one = tape.constant(Tensor(Shape{101}, Real{1}));
  expect_close(sigmoid(x) + sigmoid(-x), one, 8);
  expect_close(softplus(x) - softplus(-x), x, 8, 1);
  expect_close(log(sigmoid(x)), -softplus(-x), 16, 1);
  expect_close(tanh(x), 2 * sigmoid(2 * x) - 1, 16, 1);
  expect_close(exp(x) * exp(-x), one, 16);
}

TEST(Elementwise, ConstantsOnEitherSide) {
  Tape tape;
  const Var x = constant(tape, {1, 2, -4});
  EXPECT_EQ(value(x + 2), (Numbers{3, 4, -2}));
  EXPECT_EQ(value(2 + x), (Numbers{3, 4, -2}));
  EXPECT_EQ(value(x - 2), (Numbers{-1, 0, -6}));
  EXPECT_EQ(value(2 - x), (Numbers{1, 0, 6}));
  EXPECT_EQ(value(x * 3), (Numbers{3, 6, -12}));
  EXPECT_EQ(value(3 * x), (Numbers{3, 6, -12}));
  EXPECT_EQ(value(x / 2), (Numbers{0.5, 1, -2}));
  EXPECT_EQ(value(2 / x), (Numbers{2, 1, -0.5}));
}

TEST(Elementwise, OneTimesZeroKeepsItsSign) {
  Tape tape;
  const Var zero = constant(tape, {-Real{0}});
  EXPECT_TRUE(std::signbit(value(zero * 1)[0]));
  EXPECT_TRUE(std::signbit(value(1 * zero)[0]));
  EXPECT_TRUE(std::signbit(value(zero / 1)[0]));
  EXPECT_FALSE(std::signbit(value(zero * -1)[0]));
}

TEST(Elementwise, DivisionByZeroIsInfinite) {
  Tape tape;
  const Var y = constant(tape, {1, -1, 0}) / constant(tape, {0, 0, 0});
  EXPECT_EQ(y.value()[0], infinity);
  EXPECT_EQ(y.value()[1], -infinity);
  EXPECT_TRUE(std::isnan(y.value()[2]));
}

TEST(Elementwise, TheGradientOfTheSquareRootAtZeroIsZero) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{3}, {0, 4, 0}));
  tape.backward(sum(sqrt(x)));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0.25, 0}));
}

TEST(Elementwise, GradientsOfSaturatedFunctionsAreFinite) {
  Tape tape;
  const Real far = 10000;
  const Var x = tape.variable(Tensor(Shape{2}, {-far, far}));
  tape.backward(sum(softplus(x)));
  EXPECT_EQ(adjoint(x), (Numbers{0, 1}));
  tape.backward(sum(sigmoid(x) + tanh(x)));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0}));
}

// ---- broadcasting --------------------------------------------------------------------------------------------

// The element of x that stands at position `at` of a shape it broadcasts to.
Index source(const Shape& x, const Shape& to, Index at) {
  Index index = 0, stride = 1;
  for (int i = 1; i <= to.rank(); ++i) {
    const Index extent = to[to.rank() - i], k = at % extent;
    at /= extent;
    if (i > x.rank()) continue;
    index += x[x.rank() - i] == 1 ? 0 : k * stride;
    stride *= x[x.rank() - i];
  }
  return index;
}

TEST(Broadcasting, IsRepetitionAndItsGradientASum) {
  const std::array<Shape, 2> pairs[] = {
      {Shape{}, Shape{}},          {Shape{7}, Shape{}},           {Shape{2, 3}, Shape{3}},
      {Shape{2, 3}, Shape{2, 1}},  {Shape{4, 1}, Shape{1, 5}},    {Shape{2, 1, 3}, Shape{4, 1}},
      {Shape{1, 1}, Shape{3, 2}},  {Shape{2, 3, 4, 5}, Shape{5}}, {Shape{2, 3, 4, 5}, Shape{3, 1, 5}},
      {Shape{2, 1, 4, 1}, Shape{1, 3, 1, 5}}, {Shape{1, 3, 1, 1}, Shape{2, 1, 4, 5}},
      {Shape{2, 1, 1, 5}, Shape{2, 3, 4, 1}}, {Shape{3, 1, 1}, Shape{1, 1}},
  };
  for (const auto& pair : pairs)
    for (const bool swap : {false, true}) {
      Tape tape;
      const Var a = integers(tape, pair[swap], 1), b = integers(tape, pair[!swap], 5);
      const Var product = a * b, difference = a - b;
      const Shape shape = broadcast(a.shape(), b.shape(), "test");
      ASSERT_EQ(product.shape(), shape);
      Numbers da(a.value().size()), db(b.value().size());
      const Var weights = integers(tape, shape, 3);
      for (Index i = 0; i < shape.size(); ++i) {
        const auto at = static_cast<std::size_t>(i), ia = static_cast<std::size_t>(source(a.shape(), shape, i)),
                   ib = static_cast<std::size_t>(source(b.shape(), shape, i));
        ASSERT_EQ(product.value()[at], a.value()[ia] * b.value()[ib]) << a.shape().str() << b.shape().str();
        ASSERT_EQ(difference.value()[at], a.value()[ia] - b.value()[ib]);
        da[ia] += weights.value()[at] * (b.value()[ib] + 1);
        db[ib] += weights.value()[at] * (a.value()[ia] - 1);
      }
      tape.backward(sum(weights * (product + difference)));
      EXPECT_EQ(adjoint(a), da) << a.shape().str() << b.shape().str();
      EXPECT_EQ(adjoint(b), db) << a.shape().str() << b.shape().str();
    }
}

// ---- reductions ----------------------------------------------------------------------------------------------

TEST(Sum, OverAllAxesOneByOneIsTheSumOfAll) {
  Tape tape;
  const Var x = integers(tape, {2, 3, 4, 5});
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
  const Var x = integers(tape, {3, 4, 5});
  EXPECT_EQ(value(sum(sum(x, 0), 0)), value(sum(sum(x, 1), 0)));
  EXPECT_EQ(value(sum(sum(x, -1), -1)), value(sum(sum(x, 1), 1)));
}

TEST(Sum, OverAnAxisIsTheProductWithOnes) {
  Tape tape;
  const Var x = integers(tape, {4, 6});
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
  const Var x = noise(tape, {6, 9});
  for (const Real shift : {Real(0.5), Real{700}, Real{-700}})
    for (const int axis : {0, 1}) expect_close(logsumexp(x + shift, axis), logsumexp(x, axis) + shift, 8, 1400);
}

TEST(LogSumExp, LiesBetweenTheMaximumAndTheMaximumPlusLogN) {
  Tape tape;
  const Var x = 100 * noise(tape, {50, 7});
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
  EXPECT_EQ(logsumexp(constant(tape, {-infinity, -infinity})).item(), -infinity);
  EXPECT_EQ(logsumexp(constant(tape, {-infinity, 2})).item(), 2);
  EXPECT_EQ(logsumexp(constant(tape, {infinity, 2})).item(), infinity);
  EXPECT_EQ(logsumexp(constant(tape, {})).item(), -infinity);
  EXPECT_TRUE(std::isnan(logsumexp(constant(tape, {1, std::numeric_limits<Real>::quiet_NaN()})).item()));
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
  const Var x = 30 * noise(tape, {5, 6, 7});
  for (int axis = 0; axis < 3; ++axis)
    for (const Real total : sum(exp(log_softmax(x, axis)), axis).value())
      EXPECT_NEAR(total, 1, 200 * unit_roundoff);  // of log-weights up to 100 in size, each rounded once
  EXPECT_NEAR(sum(exp(log_softmax(x))).item(), 1, 200 * unit_roundoff);
}

TEST(LogSoftmax, DoesNotNoticeAShift) {
  Tape tape;
  const Var x = noise(tape, {5, 7});
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

// ---- matrices and shapes -------------------------------------------------------------------------------------

TEST(Matmul, IsAssociativeDistributiveAndHasAnIdentity) {
  Tape tape;
  const Var a = integers(tape, {5, 4}, 1), b = integers(tape, {4, 7}, 2), c = integers(tape, {7, 3}, 3),
            d = integers(tape, {4, 7}, 4);
  EXPECT_EQ(value(matmul(matmul(a, b), c)), value(matmul(a, matmul(b, c))));
  EXPECT_EQ(value(matmul(a, b + d)), value(matmul(a, b) + matmul(a, d)));
  Tensor one(Shape{4, 4});
  for (Index i = 0; i < 4; ++i) one(i, i) = 1;
  EXPECT_EQ(value(matmul(a, tape.constant(one))), value(a));
  EXPECT_EQ(value(matmul(tape.constant(one), b)), value(b));
}

TEST(Matmul, TransposesInReverse) {
  Tape tape;
  const Var a = integers(tape, {5, 4}, 1), b = integers(tape, {4, 7}, 2);
  EXPECT_EQ(value(transpose(matmul(a, b))), value(matmul(transpose(b), transpose(a))));
}

TEST(Transpose, TwiceIsTheIdentityAndOnceMovesElements) {
  Tape tape;
  const Var x = integers(tape, {2, 3, 4});
  const Var y = transpose(x);
  EXPECT_EQ(y.shape(), Shape({2, 4, 3}));
  EXPECT_EQ(value(transpose(y)), value(x));
  for (Index b = 0; b < 2; ++b)
    for (Index i = 0; i < 3; ++i)
      for (Index j = 0; j < 4; ++j)
        EXPECT_EQ(y.value()[static_cast<std::size_t>((b * 4 + j) * 3 + i)],
                  x.value()[static_cast<std::size_t>((b * 3 + i) * 4 + j)]);
}

TEST(Concat, UndoesSlicingAlongEveryAxis) {
  Tape tape;
  const Var x = integers(tape, {3, 4, 5});
  for (int axis = 0; axis < 3; ++axis)
    for (Index cut = 0; cut <= x.shape()[axis]; ++cut) {
      const Var left = slice(x, axis, 0, cut), right = slice(x, axis - 3, cut, x.shape()[axis]);
      EXPECT_EQ(value(concat({left, right}, axis)), value(x)) << axis << ' ' << cut;
      EXPECT_EQ(concat({left, right}, axis - 3).shape(), x.shape());
    }
}

TEST(Concat, OfOnePartIsThatPart) {
  Tape tape;
  const Var x = integers(tape, {3, 4});
  EXPECT_EQ(value(concat({x}, 1)), value(x));
}

TEST(Slice, OfASliceIsASlice) {
  Tape tape;
  const Var x = integers(tape, {6, 7});
  for (const int axis : {0, 1})
    EXPECT_EQ(value(slice(slice(x, axis, 1, 6), axis, 2, 4)), value(slice(x, axis, 3, 5)));
}

TEST(Gather, PicksOneElementOfEachRowAndIsAOneHotProduct) {
  Tape tape;
  const Var x = integers(tape, {2, 3, 4});
  const std::array<Index, 6> k{0, 3, 1, 2, 0, 3};
  const Var y = gather(x, k);
  EXPECT_EQ(y.shape(), Shape({2, 3}));
  Tensor one_hot(x.shape());
  for (std::size_t i = 0; i < 6; ++i) one_hot[static_cast<Index>(i) * 4 + k[i]] = 1;
  EXPECT_EQ(value(y), value(sum(x * tape.constant(one_hot), -1)));
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), Numbers(one_hot.span().begin(), one_hot.span().end()));
}

TEST(Gather, OfAVectorIsOneNumber) {
  Tape tape;
  const std::array<Index, 1> k{2};
  const Var y = gather(constant(tape, {5, 6, 7}), k);
  EXPECT_EQ(y.shape(), Shape{});
  EXPECT_EQ(y.item(), 7);
}

TEST(Reshape, KeepsTheOrderOfTheElements) {
  Tape tape;
  const Var x = integers(tape, {2, 6});
  EXPECT_EQ(value(reshape(x, {3, 2, 2})), value(x));
  EXPECT_EQ(value(reshape(reshape(x, {12}), {2, 6})), value(x));
}

}  // namespace
}  // namespace doxa
