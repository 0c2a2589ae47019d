// Element-wise ops: functional equations, limits, broadcasting. Their gradients are checked in
// tests/gradcheck.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "doxa/autograd/ops.h"
#include "numbers.h"

namespace doxa {
namespace {

constexpr Real infinity = std::numeric_limits<Real>::infinity();

TEST(Elementwise, InversesUndoEachOther) {
  Tape tape;
  const Var x = normal_variable(tape, {101});
  expect_close(log(exp(x)), x, 8, 1);  // e^x is off by u-s of itself: so is its logarithm, absolutely
  expect_close(square(sqrt(exp(x))), exp(x), 4);
  expect_close(-(-x), x, 0);
  expect_close((x + 1) - 1, x, 2, 2);
  expect_close(x * Real(3) / Real(3), x, 4);
}

TEST(Elementwise, FunctionalEquationsOfTheLogisticFamily) {
  Tape tape;
  const Var x = 5 * normal_variable(tape, {101});
  const Var one = tape.constant(Tensor(Shape{101}, Real{1}));
  expect_close(sigmoid(x) + sigmoid(-x), one, 8);
  expect_close(softplus(x) - softplus(-x), x, 8, 1);
  expect_close(log(sigmoid(x)), -softplus(-x), 16, 1);
  expect_close(tanh(x), 2 * sigmoid(2 * x) - 1, 16, 1);
  expect_close(exp(x) * exp(-x), one, 16);
}

TEST(Elementwise, ConstantsOnEitherSide) {
  Tape tape;
  const Var x = tape.constant(vector({1, 2, -4}));
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
  const Var zero = tape.constant(vector({-Real{0}}));
  EXPECT_TRUE(std::signbit(value(zero * 1)[0]));
  EXPECT_TRUE(std::signbit(value(1 * zero)[0]));
  EXPECT_TRUE(std::signbit(value(zero / 1)[0]));
  EXPECT_FALSE(std::signbit(value(zero * -1)[0]));
}

TEST(Elementwise, DivisionByZeroIsInfinite) {
  Tape tape;
  const Var y = tape.constant(vector({1, -1, 0})) / tape.constant(vector({0, 0, 0}));
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

// ---- broadcasting -------------------------------------------------------------------------------

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
      {Shape{}, Shape{}},
      {Shape{7}, Shape{}},
      {Shape{2, 3}, Shape{3}},
      {Shape{2, 3}, Shape{2, 1}},
      {Shape{4, 1}, Shape{1, 5}},
      {Shape{2, 1, 3}, Shape{4, 1}},
      {Shape{1, 1}, Shape{3, 2}},
      {Shape{2, 3, 4, 5}, Shape{5}},
      {Shape{2, 3, 4, 5}, Shape{3, 1, 5}},
      {Shape{2, 1, 4, 1}, Shape{1, 3, 1, 5}},
      {Shape{1, 3, 1, 1}, Shape{2, 1, 4, 5}},
      {Shape{2, 1, 1, 5}, Shape{2, 3, 4, 1}},
      {Shape{3, 1, 1}, Shape{1, 1}},
  };
  for (const auto& pair : pairs)
    for (const bool swap : {false, true}) {
      Tape tape;
      const Var a = integer_variable(tape, pair[swap], 1), b = integer_variable(tape, pair[!swap], 5);
      const Var product = a * b, difference = a - b;
      const Shape shape = broadcast(a.shape(), b.shape(), "test");
      ASSERT_EQ(product.shape(), shape);
      Numbers da(a.value().size()), db(b.value().size());
      const Var weights = integer_variable(tape, shape, 3);
      for (Index i = 0; i < shape.size(); ++i) {
        const auto at = static_cast<std::size_t>(i),
                   ia = static_cast<std::size_t>(source(a.shape(), shape, i)),
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

}  // namespace
}  // namespace doxa
