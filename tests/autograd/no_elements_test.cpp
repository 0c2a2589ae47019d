// Nothing is a shape like any other: what ops compute of no elements.

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "doxa/autograd/ops.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

Var of(Tape& tape, const Shape& shape) { return tape.variable(Tensor(shape)); }

TEST(NoElements, PassThroughEveryOpForwardAndBackward) {
  Tape tape;
  const std::function<Var(Var)> ops[] = {
      [](Var x) { return -x; },
      [](Var x) { return exp(x); },
      [](Var x) { return log(x); },
      [](Var x) { return tanh(x); },
      [](Var x) { return sigmoid(x); },
      [](Var x) { return softplus(x); },
      [](Var x) { return square(x); },
      [](Var x) { return sqrt(x); },
      [](Var x) { return x + x; },
      [](Var x) { return x * Real{2} + Real{1} - x / Real{3}; },
      [](Var x) { return sum(x); },
      [](Var x) { return mean(x); },
      [](Var x) { return logsumexp(x); },
      [](Var x) { return log_softmax(x); },
      [](Var x) { return softmax(x); },
      [](Var x) { return variance(x); },
      [](Var x) {
        return reshape(x, {5, 0, 2});
      },
      [](Var x) { return transpose(x); },
      [](Var x) {
        return broadcast_to(x, {2, x.shape()[0], x.shape()[1]});
      },
      [](Var x) {
        return stack({x, x}, 1);
      },
      [](Var x) { return split<3>(x, 0)[1]; },
      [](Var x) {
        return split(x, {0, x.shape()[1]}, 1)[1];
      },
      [](Var x) { return take(x, std::span<const Index>{}, 1); },
      [](Var x) { return straight_through(exp(x), x); },
      [](Var x) {
        return concat({x, x}, 0);
      },
      [](Var x) {
        return concat({x, x}, 1);
      },
      [](Var x) { return matmul(x, transpose(x)); },
      [](Var x) { return matmul(transpose(x), x); },
      [](Var x) {
        return matmul(x, stack({transpose(x), transpose(x)}, 0));
      },
      [](Var x) {
        return matmul(stack({x, x}, 0), transpose(x));
      },
      [](Var x) { return dot(reshape(x, {0}), reshape(x, {0})); },
      [](Var x) { return sum(x, 0) + sum(x, 1, true); },
      [](Var x) { return mean(x, 0) + mean(x, 1, true); },
      [](Var x) { return logsumexp(x, 0) + logsumexp(x, 1, true); },
      [](Var x) { return log_softmax(x, 0) + log_softmax(x, 1); },
      [](Var x) {
        return softmax(x, {0, 1}) + softmax(x, 1);
      },
      [](Var x) { return variance(x, 0) + variance(x, 1, true); },
      [](Var x) {
        return max(stack({x, x}, 0), 0) + min(stack({x, x}, 0), 0);
      },
      [](Var x) { return slice(slice(x, 0, 0, 0), 1, 0, 0); },
      [](Var x) {
        return x + x.tape().constant(Tensor(Shape{3, 1, 1}));
      },
  };
  for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}, Shape{0, 0}})
    for (const auto& op : ops) {
      const Var x = of(tape, shape), y = op(x);
      tape.backward(sum(y));
      EXPECT_TRUE(x.adjoint().empty());
      EXPECT_EQ(x.shape(), shape);
    }
}

TEST(NoElements, EmptySumsAreZeroAndEmptyProductsOfMatricesToo) {
  Tape tape;
  const Var x = of(tape, {3, 0});
  EXPECT_EQ(sum(x).item(), 0);
  EXPECT_EQ(logsumexp(x).item(), -infinity);
  const Var rows = sum(x, 1), logs = logsumexp(x, 1), product = matmul(x, of(tape, {0, 2}));
  EXPECT_EQ(rows.shape(), Shape({3}));
  EXPECT_EQ(product.shape(), Shape({3, 2}));
  for (const Real v : rows.value()) EXPECT_EQ(v, 0);
  for (const Real v : logs.value()) EXPECT_EQ(v, -infinity);
  for (const Real v : product.value()) EXPECT_EQ(v, 0);
}

TEST(NoElements, GatherOfNoRowsNeedsNoIndices) {
  Tape tape;
  EXPECT_EQ(gather(of(tape, {0, 3}), std::span<const Index>{}).shape(), Shape({0}));
}

TEST(NoElements, AnEmptyPartAddsNothingToAConcatenation) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2, 2}, {1, 2, 3, 4}));
  const Var y = concat({of(tape, {2, 0}), x, of(tape, {2, 0})}, 1);
  EXPECT_EQ(y.shape(), x.shape());
  tape.backward(sum(square(y)));
  EXPECT_EQ(x.adjoint()[3], 8);
}

}  // namespace
}  // namespace doxa
