// The reverse loop: one vector-Jacobian product, whatever the shape of the graph.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <stdexcept>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(Backward, OfTheLossItselfIsOne) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{1, 1}, {5}));
  tape.backward(x);
  EXPECT_EQ(adjoint(x), Numbers{1});
}

TEST(Backward, AddsUpOverAllPaths) {
  Tape tape;
  const Var x = tape.variable(3);
  tape.backward(x * x * x + x * x - x);  // 3x² + 2x - 1
  EXPECT_EQ(adjoint(x), Numbers{32});
}

TEST(Backward, GivesEveryInnerValueItsAdjoint) {
  Tape tape;
  tape.keep_adjoints(true);
  const Var a = tape.variable(2), b = a * a, c = b * a, loss = c * b;  // a^5
  tape.backward(loss);
  EXPECT_EQ(adjoint(loss), Numbers{1});
  EXPECT_EQ(adjoint(c), Numbers{4});          // b
  EXPECT_EQ(adjoint(b), Numbers{8 + 4 * 2});  // c + ∂loss/∂c · a
  EXPECT_EQ(adjoint(a), Numbers{80});         // 5 a^4
}

TEST(Backward, KeepsTheAdjointsOfVariablesAndLeavesUnlessAskedForAll) {
  Tape tape;
  Tensor w(Shape{1}, {3}), gradient(Shape{1});
  const Var x = vector(tape, {2}), leaf = tape.leaf(w, gradient), y = x * leaf, part = reshape(y, {1, 1});
  const Var part_of_x = slice(x, 0, 0, 1);
  const auto readable = [&](Var v) { return tape.has_adjoint(v); };
  EXPECT_FALSE(readable(x));
  tape.backward(y);
  EXPECT_TRUE(readable(x) && readable(leaf) && readable(part_of_x));
  EXPECT_FALSE(readable(y) || readable(part) || readable(tape.constant(1)));
  tape.keep_adjoints(true);  // for the next backward
  EXPECT_SAYS(std::logic_error,
              "adjoint: that of a value in between is kept after Tape::keep_adjoints(true) only",
              y.adjoint());
  tape.backward(y);
  EXPECT_EQ(adjoint(y), Numbers{1});
  EXPECT_EQ(adjoint(part), Numbers{1});
}

// A reverse loop over a chain needs two adjoints at a time.
TEST(Backward, UsesTheMemoryOfAdjointsAgain) {
  std::size_t bytes[2];
  for (const bool keep : {false, true}) {
    Tape tape;
    tape.keep_adjoints(keep);
    Var x = tape.variable(Tensor(Shape{64}, 1));
    for (int i = 0; i < 1000; ++i) x = tanh(x);
    const std::size_t forward = tape.bytes_used();
    tape.backward(sum(x));
    bytes[keep] = tape.bytes_used() - forward;
  }
  EXPECT_LT(bytes[0], 8 * 64 * sizeof(Real));
  EXPECT_GE(bytes[1], 1000 * 64 * sizeof(Real));
}

TEST(Backward, TwiceIsTheSameBitForBit) {
  Tape tape;
  const Var x = vector(tape, {Real(0.1), Real(0.7), Real(-1.3)});
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
  tape.keep_adjoints(true);
  const Var x = tape.variable(2), y = tape.variable(5);
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
  tape.keep_adjoints(true);
  Tensor value(Shape{2}, {1, 2}), gradient(Shape{2}, {8, 9});
  const Var x = tape.leaf(value, gradient), y = exp(x);
  tape.backward(tape.constant(3));
  EXPECT_EQ(numbers(gradient), (Numbers{0, 0}));
  EXPECT_EQ(adjoint(y), (Numbers{0, 0}));
}

TEST(Backward, WhatIsRecordedLaterHasAZeroAdjoint) {
  Tape tape;
  tape.keep_adjoints(true);
  const Var x = vector(tape, {1, 2}), loss = sum(x);
  tape.backward(loss);
  const Var later = square(x);
  EXPECT_EQ(adjoint(later), (Numbers{0, 0}));
  EXPECT_EQ(adjoint(x), (Numbers{1, 1}));
}

// v -> ∂(Σ v_i y_i)/∂x is linear, and is the sum over rows of the Jacobian.
TEST(Backward, IsLinearInTheCotangent) {
  Tape tape;
  const Var x = vector(tape, {Real(0.3), Real(-0.8), Real(1.1)});
  const Var y = matmul(reshape(tanh(x), {1, 3}), tape.constant({3, 2}, {1, 2, -3, 4, 5, -6}));
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
  const Var x = vector(tape, {1, 2, 3}), y = square(x);
  tape.backward(y, Tensor(Shape{3}, Real{1}));
  const Numbers ones = adjoint(x);
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), ones);
}

TEST(Backward, RefusesALossOfSeveralElementsAndACotangentOfAnotherShape) {
  Tape tape;
  const Var x = vector(tape, {1, 2, 3});
  EXPECT_SAYS(Refused, "backward: expected a loss with one element, got shape [3]", tape.backward(x));
  EXPECT_SAYS(Refused, "backward: the cotangent has shape [1,3], expected [3]",
              tape.backward(x, Tensor(Shape{1, 3})));
}

// ---- the shape of the graph ---------------------------------------------------------------------

TEST(Graph, AMillionRecordsDeepIsOneLoop) {
  Tape tape;
  const Var x = tape.variable(3);
  Var y = x;
  for (int i = 0; i < 1000000; ++i) y = -y;
  EXPECT_EQ(y.item(), 3);
  tape.backward(y);
  EXPECT_EQ(adjoint(x), Numbers{1});
}

// 2^60 paths, 60 records.
TEST(Graph, TheNumberOfPathsDoesNotMatter) {
  Tape tape;
  const Var x = tape.variable(1);
  Var y = x;
  for (int i = 0; i < 60; ++i) y = y + y;
  EXPECT_EQ(tape.size(), 61u);
  tape.backward(y);
  EXPECT_EQ(adjoint(x), Numbers{std::ldexp(Real{1}, 60)});
}

TEST(Graph, AValueUsedByManyCollectsFromAll) {
  Tape tape;
  const Var x = tape.variable(1);
  Var total = tape.constant(0);
  for (int i = 1; i <= 1000; ++i) total = total + static_cast<Real>(i) * x;
  tape.backward(total);
  EXPECT_EQ(adjoint(x), Numbers{500500});
}

// The gradient of a leaf starts from zero, also where it is the cotangent at the same time.
TEST(Backward, FromACotangentThatIsTheLeafsGradient) {
  const Tensor value(Shape{2}, {3, 4});
  Tensor gradient(Shape{2});
  for (const auto& f : {+[](Var x) { return x; }, +[](Var x) { return reshape(x, {2}); },
                        +[](Var x) { return x * Real{1}; }}) {
    Tape tape;
    gradient = Tensor(Shape{2}, {10, 20});
    tape.backward(f(tape.leaf(value, gradient)), gradient);
    EXPECT_EQ(numbers(gradient), (Numbers{10, 20}));
  }
}

TEST(Backward, ThePeakOfMemoryNeverFalls) {
  Tape tape;
  tape.keep_adjoints(true);
  Var x = tape.variable(Tensor(Shape{100}, Real{1}));
  for (int k = 0; k < 50; ++k) x = tanh(x);
  const Var y = sum(x);
  tape.backward(y);
  const std::size_t peak = tape.peak_bytes();
  tape.keep_adjoints(false);
  tape.backward(y);
  EXPECT_GE(tape.peak_bytes(), peak);
}

TEST(Record, WithoutOperandsHasNoTape) {
  const auto nothing = [](Record&) {};
  EXPECT_SAYS(std::logic_error, "f: no operands, and so no tape; use Tape::record",
              record("f", Shape{}, {}, nothing, nothing));
}

}  // namespace
}  // namespace doxa
