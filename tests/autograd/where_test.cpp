// where: one of two, element by element.

#include <gtest/gtest.h>

#include <stdexcept>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

TEST(Where, ChoosesByBroadcasting) {
  Tape tape;
  const Var a = tape.variable(Tensor(Shape{2, 1}, {1, 2})), b = tape.variable(Tensor(Shape{3}, {10, 20, 30}));
  const Var y = where(Tensor(Shape{2, 3}, {1, 0, -1, nan, 0, Real(0.1)}), a, b);
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
  EXPECT_EQ(value(y), (Numbers{1, 20, 1, 2, 20, 2}));
  tape.backward(y, Tensor(Shape{2, 3}, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(adjoint(a), (Numbers{4, 10}));
  EXPECT_EQ(adjoint(b), (Numbers{0, 7, 0}));
  EXPECT_EQ(value(where(Tensor(Shape{}, 0), a, b)), (Numbers{10, 20, 30, 10, 20, 30}));
  EXPECT_EQ(where(Tensor(Shape{0}), tape.constant(1), tape.constant(2)).size(), 0);
}

TEST(Where, TheConditionHasNoGradient) {
  Tape tape;
  const Var c = tape.variable(vector({0, 1})), a = tape.variable(vector({3, 4}));
  tape.backward(sum(where(c, a, a * a)));
  EXPECT_EQ(adjoint(c), (Numbers{0, 0}));
  EXPECT_EQ(adjoint(a), (Numbers{6, 1}));
}

TEST(Where, ShapesThatDoNotBroadcast) {
  Tape tape;
  const Var a = tape.constant(vector({1, 2})), b = tape.constant(vector({1, 2, 3}));
  EXPECT_THROW(where(a, a, b), std::invalid_argument);
  EXPECT_THROW(where(b, a, a), std::invalid_argument);
}

// The classical trap: 0 times the infinite derivative of what was not chosen.
TEST(Where, WhatIsNotChosenStaysOutOfTheGradient) {
  Tape tape;
  const Var x = tape.variable(vector({0, 1, -1}));
  const Tensor positive = vector({0, 1, 0});
  const auto gradient = [&](Var y) {
    tape.backward(sum(where(positive, y, x)));
    return adjoint(x);
  };
  EXPECT_EQ(gradient(log(x)), (Numbers{1, 1, 1}));
  EXPECT_EQ(gradient(1 / x), (Numbers{1, -1, 1}));
  EXPECT_EQ(gradient(reciprocal(x)), (Numbers{1, -1, 1}));
  EXPECT_EQ(gradient(x / x), (Numbers{1, 0, 1}));
  EXPECT_EQ(gradient(x * log(x)), (Numbers{1, 1, 1}));
  EXPECT_EQ(gradient(pow(x, Real(-0.5))), (Numbers{1, Real(-0.5), 1}));
  EXPECT_EQ(gradient(sqrt(x)), (Numbers{1, Real(0.5), 1}));
  EXPECT_EQ(gradient(x * tape.constant(vector({nan, 2, infinity}))), (Numbers{1, 2, 1}));
}

}  // namespace
}  // namespace doxa
