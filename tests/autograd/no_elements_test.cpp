// Nothing is a shape like any other: what ops compute of no elements.

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

Var of(Tape& tape, const Shape& shape) { return tape.variable(Tensor(shape)); }

TEST(NoElements, PassThroughEveryOpForwardAndBackward) {
  Tape tape;
  for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}, Shape{0, 0}}) {
    const Var x = of(tape, shape);
    const std::vector<Var> results{-x,
                                   exp(x),
                                   log(x),
                                   tanh(x),
                                   sigmoid(x),
                                   softplus(x),
                                   square(x),
                                   sqrt(x),
                                   x + x,
                                   multiply_add(x, x, x),
                                   x * Real{2} + Real{1} - x / Real{3},
                                   sum(x),
                                   mean(x),
                                   logsumexp(x),
                                   log_softmax(x),
                                   softmax(x),
                                   variance(x),
                                   reshape(x, {5, 0, 2}),
                                   transpose(x),
                                   broadcast_to(x, {2, x.shape()[0], x.shape()[1]}),
                                   stack({x, x}, 1),
                                   split<3>(x, 0)[1],
                                   split(x, {0, x.shape()[1]}, 1)[1],
                                   take(x, std::span<const Index>{}, 1),
                                   straight_through(exp(x), x),
                                   concat({x, x}, 0),
                                   concat({x, x}, 1),
                                   matmul(x, transpose(x)),
                                   matmul(transpose(x), x),
                                   matmul(x, stack({transpose(x), transpose(x)}, 0)),
                                   matmul(stack({x, x}, 0), transpose(x)),
                                   dot(reshape(x, {0}), reshape(x, {0})),
                                   sum(x, 0) + sum(x, 1, true),
                                   mean(x, 0) + mean(x, 1, true),
                                   logsumexp(x, 0) + logsumexp(x, 1, true),
                                   log_softmax(x, 0) + log_softmax(x, 1),
                                   softmax(x, {0, 1}) + softmax(x, 1),
                                   variance(x, 0) + variance(x, 1, true),
                                   max(stack({x, x}, 0), 0) + min(stack({x, x}, 0), 0),
                                   slice(slice(x, 0, 0, 0), 1, 0, 0),
                                   x + x.tape().constant(Tensor(Shape{3, 1, 1}))};
    for (const Var y : results) {
      tape.backward(sum(y));
      EXPECT_TRUE(x.adjoint().empty()) << tape.name(y);
      EXPECT_EQ(x.shape(), shape);
    }
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

// No lanes have no results: nothing is read or written, or these pointers would be followed.
TEST(NoElements, KernelsOfNoLanesTouchNothing) {
  for (const Kernels* k : available_kernels())
    for (const Lanes& l : {Lanes{3, 2, 0}, Lanes{0, 2, 3}, Lanes{100, 1, 0}, Lanes{2, 1'000'000, 0}}) {
      k->lane_sum(l, nullptr, nullptr);
      k->lane_dot(l, nullptr, nullptr, nullptr);
      k->lane_max(l, nullptr, nullptr);
      k->lane_min(l, nullptr, nullptr);
      k->lane_subtract(l, nullptr, nullptr, nullptr);
      k->lane_scale(l, nullptr, nullptr, nullptr);
      k->lane_add(l, 1, nullptr, nullptr);
      k->lane_add_scaled(l, nullptr, nullptr, nullptr);
      k->lane_add_deviation(l, nullptr, nullptr, nullptr, nullptr);
    }
}

TEST(NoElements, OfAxesBeforeAnEmptyOne) {
  Tape tape;
  const Tensor value(Shape{3, 2, 0});
  Tensor gradient(Shape{3, 2, 0});
  const Var x = tape.leaf(value, gradient);  // without memory
  for (const Var y : {sum(x, 1), mean(x, 1), max(x, 1), min(x, 1), norm(x, 1), prod(x, 1), variance(x, 1),
                      logsumexp(x, 1)}) {
    EXPECT_EQ(y.shape(), Shape({3, 0})) << tape.name(y);
    tape.backward(sum(y));
  }
  for (const Var y : {softmax(x, 1), log_softmax(x, 1), cumsum(x, 1), slice(x, 1, 1, 2)})
    tape.backward(sum(y));
}

TEST(NoElements, OfALayerOfEmptyParts) {
  Tape tape;
  const Tensor value(Shape{0, 1});
  Tensor gradient(Shape{0, 1});
  const Var x = tape.leaf(value, gradient), w = tape.variable(Tensor(Shape{2, 3}, Real{1}));
  const Var b = tape.variable(Tensor(Shape{3}));
  const std::array parts{x, x};
  const Var y = affine(parts, w, b);
  EXPECT_EQ(y.shape(), Shape({0, 3}));
  tape.backward(sum(y));
  for (const Real g : w.adjoint()) EXPECT_EQ(g, 0);
}

}  // namespace
}  // namespace doxa
