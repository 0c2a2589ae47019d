// The reverse loop: one vector-Jacobian product, whatever the shape of the graph.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "doxa/autograd/ops.h"
#include "rounding.h"
#include "thrown.h"

namespace doxa {
namespace {

using Numbers = std::vector<Real>;

Numbers adjoint(Var x) { return {x.adjoint().begin(), x.adjoint().end()}; }
Numbers numbers(const Tensor& x) { return {x.span().begin(), x.span().end()}; }

Var variable(Tape& tape, std::initializer_list<Real> values) {
  return tape.variable(Tensor(Shape{static_cast<Index>(values.size())}, values));
}

TEST(Backward, OfTheLossItselfIsOne) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{1, 1}, {5}));
  tape.backward(x);
  EXPECT_EQ(adjoint(x), Numbers{1});
}

TEST(Backward, AddsUpOverAllPaths) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, Real{3}));
  tape.backward(x * x * x + x * x - x);  // 3x² + 2x - 1
  EXPECT_EQ(adjoint(x), Numbers{32});
}

TEST(Backward, GivesEveryInnerValueItsAdjoint) {
  Tape tape;
  const Var a = tape.variable(Tensor(Shape{}, Real{2})), b = a * a, c = b * a, loss = c * b;  // a^5
  tape.backward(loss);
  EXPECT_EQ(adjoint(loss), Numbers{1});
  EXPECT_EQ(adjoint(c), Numbers{4});           // b
  EXPECT_EQ(adjoint(b), Numbers{8 + 4 * 2});   // c + ∂loss/∂c · a
  EXPECT_EQ(adjoint(a), Numbers{80});          // 5 a^4
}

TEST(Backward, TwiceIsTheSameBitForBit) {
  Tape tape;
  const Var x = variable(tape, {Real(0.1), Real(0.7), Real(-1.3)});
  const Var loss = sum(tanh(x) * exp(x) / (square(x) + 1)) + logsumexp(reshape(x, {3, 1}), 0);
  tape.backward(sum(loss));
  const Numbers first = adjoint(x);
  tape.backward(sum(square(loss)));
  EXPECT_NE(adjoint(x), first);
  tape.backward(sum(loss));
  EXPECT_EQ(std::memcmp(adjoint(x).data(), first.data(), 3 * sizeof(Real)), 0);
}

TEST(Backward, OfDifferentLossesOnOneTape) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, Real{2})), y = tape.variable(Tensor(Shape{}, Real{5}));
  const Var first = x * y, second = square(x), both = first + second;
  tape.backward(second);
  EXPECT_EQ(adjoint(x), Numbers{4});
  EXPECT_EQ(adjoint(y), Numbers{0});
  EXPECT_EQ(adjoint(both), Numbers{0});
  tape.backward(first);
  EXPECT_EQ(adjoint(x), Numbers{5});
  EXPECT_EQ(adjoint(y), Numbers{2});
  EXPECT_EQ(adjoint(second), Numbers{0});
  tape.backward(both);
  EXPECT_EQ(adjoint(x), Numbers{9});
}

TEST(Backward, OfAConstantLeavesEveryGradientZero) {
  Tape tape;
  Tensor value(Shape{2}, {1, 2}), gradient(Shape{2}, {8, 9});
  const Var x = tape.leaf(value, gradient), y = exp(x);
  tape.backward(tape.constant(3));
  EXPECT_EQ(numbers(gradient), (Numbers{0, 0}));
  EXPECT_EQ(adjoint(y), (Numbers{0, 0}));
}

TEST(Backward, WhatIsRecordedLaterHasAZeroAdjoint) {
  Tape tape;
  const Var x = variable(tape, {1, 2}), loss = sum(x);
  tape.backward(loss);
  const Var later = square(x);
  EXPECT_EQ(adjoint(later), (Numbers{0, 0}));
  EXPECT_EQ(adjoint(x), (Numbers{1, 1}));
}

// v -> ∂(Σ v_i y_i)/∂x is linear, and is the sum over rows of the Jacobian.
TEST(Backward, IsLinearInTheCotangent) {
  Tape tape;
  const Var x = variable(tape, {Real(0.3), Real(-0.8), Real(1.1)});
  const Var y = matmul(reshape(tanh(x), {1, 3}), tape.constant(Tensor(Shape{3, 2}, {1, 2, -3, 4, 5, -6})));
  const auto pull = [&](Real v0, Real v1) {
    tape.backward(y, Tensor(Shape{1, 2}, {v0, v1}));
    return adjoint(x);
  };
  const Numbers first = pull(1, 0), second = pull(0, 1), mixed = pull(Real(0.7), -4);
  for (std::size_t i = 0; i < 3; ++i)  // a sum of two products, and the same factor 1 - tanh² in each
    EXPECT_NEAR(mixed[i], Real(0.7) * first[i] - 4 * second[i],
                8 * unit_roundoff * (std::abs(first[i]) + 4 * std::abs(second[i])));
  EXPECT_EQ(pull(0, 0), (Numbers{0, 0, 0}));
}

TEST(Backward, FromACotangentOfOnesIsThatOfTheSum) {
  Tape tape;
  const Var x = variable(tape, {1, 2, 3}), y = square(x);
  tape.backward(y, Tensor(Shape{3}, Real{1}));
  const Numbers ones = adjoint(x);
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), ones);
}

TEST(Backward, RefusesALossOfSeveralElementsAndACotangentOfAnotherShape) {
  Tape tape;
  const Var x = variable(tape, {1, 2, 3});
  EXPECT_EQ(thrown<std::invalid_argument>([&] { tape.backward(x); }),
            "backward: expected a loss with one element, got shape [3]");
  EXPECT_EQ(thrown<std::invalid_argument>([&] { tape.backward(x, Tensor(Shape{1, 3})); }),
            "backward: the cotangent has shape [1,3], expected [3]");
}

// ---- leaves --------------------------------------------------------------------------------------------------

TEST(Leaf, ItsGradientIsWrittenWhereItWasAskedFor) {
  Tape tape;
  Tensor value(Shape{2}, {3, 4}), gradient(Shape{2}, {100, 100});
  tape.backward(sum(square(tape.leaf(value, gradient))));
  EXPECT_EQ(numbers(gradient), (Numbers{6, 8}));
  EXPECT_EQ(numbers(value), (Numbers{3, 4}));
}

TEST(Leaf, BoundTwiceIsOneRecordWithOneGradient) {
  Tape tape;
  Tensor value(Shape{2}, {3, 4}), gradient(Shape{2});
  const Var a = tape.leaf(value, gradient);
  const std::size_t records = tape.size();
  const Var b = tape.leaf(value, gradient);
  EXPECT_EQ(tape.size(), records);
  EXPECT_EQ(tape.position(a), tape.position(b));
  tape.backward(sum(a * b));
  EXPECT_EQ(numbers(gradient), (Numbers{6, 8}));
}

TEST(Leaf, ThatTheLossDoesNotDependOnGetsAZeroGradient) {
  Tape tape;
  Tensor value(Shape{2}, {3, 4}), used(Shape{2}, {7, 7}), unused(Shape{2}, {7, 7}), late(Shape{2}, {7, 7}), other = value,
      third = value;
  const Var x = tape.leaf(value, used);
  exp(tape.leaf(other, unused));
  const Var loss = sum(x);
  tape.leaf(third, late);
  tape.backward(loss);
  EXPECT_EQ(numbers(used), (Numbers{1, 1}));
  EXPECT_EQ(numbers(unused), (Numbers{0, 0}));
  EXPECT_EQ(numbers(late), (Numbers{0, 0}));
}

TEST(Leaf, IsReadWhereItLies) {
  Tape tape;
  Tensor value(Shape{2}, {3, 4}), gradient(Shape{2});
  const Var x = tape.leaf(value, gradient);
  EXPECT_EQ(x.value().data(), value.data());
  tape.backward(sum(x));
  EXPECT_EQ(x.adjoint().data(), gradient.data());
}

TEST(Leaf, ManyAreKeptApart) {
  Tape tape;
  std::vector<Tensor> values(1000, Tensor(Shape{2})), gradients(1000, Tensor(Shape{2}));
  for (int step = 0; step < 3; ++step) {
    tape.clear();
    Var loss = tape.constant(0);
    for (std::size_t i = 0; i < values.size(); ++i)
      loss = loss + static_cast<Real>(i) * sum(tape.leaf(values[i], gradients[i]));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t records = tape.size();
      tape.leaf(values[i], gradients[i]);
      ASSERT_EQ(tape.size(), records);
    }
    tape.backward(loss);
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(gradients[i][1], static_cast<Real>(i));
  }
}

TEST(Leaf, RefusesAGradientOfAnotherShapeOrOfAnotherValue) {
  Tape tape;
  Tensor value(Shape{2, 3}), gradient(Shape{3, 2}), fits(Shape{2, 3}), other(Shape{2, 3});
  EXPECT_EQ(thrown<std::invalid_argument>([&] { tape.leaf(value, gradient); }),
            "leaf: value and gradient differ in shape: [2,3] and [3,2]");
  tape.leaf(value, fits);
  EXPECT_EQ(thrown<std::logic_error>([&] { tape.leaf(other, fits); }),
            "leaf: this gradient is already bound to another value");
}

TEST(Leaf, OfNoElementsKeepsItsShape) {
  Tape tape;
  Tensor a(Shape{0, 3}), b(Shape{5, 0}), ga(Shape{0, 3}), gb(Shape{5, 0});
  const Var x = tape.leaf(a, ga), y = tape.leaf(b, gb);
  EXPECT_EQ(x.shape(), Shape({0, 3}));
  EXPECT_EQ(y.shape(), Shape({5, 0}));
  EXPECT_TRUE(x.needs_gradient());
  tape.backward(sum(x) + sum(y));
}

// ---- views ---------------------------------------------------------------------------------------------------

TEST(View, SharesTheMemoryOfValueAndAdjoint) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{4, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  const Var flat = reshape(x, {12}), rows = slice(x, 0, 1, 3), stopped = stop_gradient(x);
  EXPECT_EQ(flat.value().data(), x.value().data());
  EXPECT_EQ(rows.value().data(), x.value().data() + 3);
  EXPECT_EQ(stopped.value().data(), x.value().data());
  tape.backward(sum(flat));
  EXPECT_EQ(rows.adjoint().data(), x.adjoint().data() + 3);
}

// Σ x² / 2 over all + 10 Σ of the rows 1 and 2 + 100 Σ x by a flat view + 1000 x_00 by a view of a view.
TEST(View, AddsItsAdjointToThoseOfOtherUses) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{3, 2}, {1, 2, 3, 4, 5, 6}));
  const Var early = sum(square(x)) * Real(0.5);
  const Var rows = 10 * sum(slice(x, 0, 1, 3)), flat = 100 * sum(reshape(x, {6}));
  const Var corner = 1000 * sum(slice(reshape(slice(x, 0, 0, 1), {2}), 0, 0, 1));
  tape.backward(early + rows + flat + corner);
  EXPECT_EQ(adjoint(x), (Numbers{1101, 102, 113, 114, 115, 116}));
  tape.backward(rows + early);  // and from zero again
  EXPECT_EQ(adjoint(x), (Numbers{1, 2, 13, 14, 15, 16}));
}

TEST(View, OfAnInnerValuePassesItsAdjointOn) {
  Tape tape;
  const Var x = variable(tape, {1, 2, 3, 4}), y = square(x), top = slice(y, 0, 0, 2), all = reshape(y, {2, 2});
  tape.backward(sum(top * top) + sum(y) + sum(all));  // y² for the first two, and 2 y
  EXPECT_EQ(adjoint(x), (Numbers{2 * (2 * 1 + 2), 4 * (2 * 4 + 2), 12, 16}));
}

TEST(View, CanBeTheLoss) {
  Tape tape;
  const Var x = variable(tape, {1, 2, 3}), y = square(x);
  tape.backward(slice(y, 0, 1, 2));
  EXPECT_EQ(adjoint(x), (Numbers{0, 4, 0}));
  tape.backward(reshape(sum(y), {1, 1, 1}));
  EXPECT_EQ(adjoint(x), (Numbers{2, 4, 6}));
}

TEST(View, StopGradientCutsOnlyItsOwnPath) {
  Tape tape;
  const Var x = variable(tape, {2, 3});
  tape.backward(sum(x * stop_gradient(x) + reshape(stop_gradient(x), {2})));
  EXPECT_EQ(adjoint(x), (Numbers{2, 3}));
}

TEST(View, RefusesToLookOutsideTheValue) {
  Tape tape;
  const Var x = variable(tape, {1, 2, 3});
  EXPECT_EQ(thrown<std::invalid_argument>([&] { tape.view("row", x, {2}, 2); }),
            "row: [2] at offset 2 does not lie inside [3]");
  EXPECT_THROW(tape.view("row", x, {1}, -1), std::invalid_argument);
}

// ---- the shape of the graph ----------------------------------------------------------------------------------

TEST(Graph, AMillionRecordsDeepIsOneLoop) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, Real{3}));
  Var y = x;
  for (int i = 0; i < 1000000; ++i) y = -y;
  EXPECT_EQ(y.item(), 3);
  tape.backward(y);
  EXPECT_EQ(adjoint(x), Numbers{1});
}

// 2^60 paths, 60 records.
TEST(Graph, TheNumberOfPathsDoesNotMatter) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, Real{1}));
  Var y = x;
  for (int i = 0; i < 60; ++i) y = y + y;
  EXPECT_EQ(tape.size(), 61u);
  tape.backward(y);
  EXPECT_EQ(adjoint(x), Numbers{std::ldexp(Real{1}, 60)});
}

TEST(Graph, AValueUsedByManyCollectsFromAll) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, Real{1}));
  Var total = tape.constant(0);
  for (int i = 1; i <= 1000; ++i) total = total + static_cast<Real>(i) * x;
  tape.backward(total);
  EXPECT_EQ(adjoint(x), Numbers{500500});
}

}  // namespace
}  // namespace doxa
