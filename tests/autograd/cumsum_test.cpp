// Partial sums along an axis.

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

TEST(Cumsum, IsTheProductWithATriangleOfOnes) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 4, 3});
  const Var lower = tape.constant({4, 4}, {1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1});
  EXPECT_EQ(value(cumsum(x, 1)), value(matmul(lower, x)));
  EXPECT_EQ(value(cumsum(x, 1)), value(transpose(cumsum(transpose(x), -1))));
  EXPECT_EQ(cumsum(x, 0).shape(), x.shape());
  EXPECT_EQ(cumsum(tape.constant(Tensor(Shape{0, 3})), 0).shape(), Shape({0, 3}));
}

// d y_j / d x_k = 1 for k <= j: the gradient is the sum of the cotangent from k on.
TEST(Cumsum, ItsGradientAddsFromTheEnd) {
  Tape tape;
  const Var x = vector(tape, {1, 2, 3, 4});
  tape.backward(cumsum(x), vector({1, 10, 100, 1000}));
  EXPECT_EQ(adjoint(x), (Numbers{1111, 1110, 1100, 1000}));
}

TEST(Cumsum, OfTenMillionKeepsItsDigits) {
  constexpr Index n = 10'000'000;
  const Real term = Real(0.1);
  Tape tape;
  const Var y = cumsum(tape.constant({n}, term));
  for (const Index j : {Index{1}, Index{1000}, Index{123456}, n})
    EXPECT_LE(ulps(y.value()[static_cast<std::size_t>(j - 1)], static_cast<long double>(j) * term), 2) << j;
}

TEST(Cumsum, InfinityAndNaNStay) {
  Tape tape;
  const Var y = cumsum(tape.constant({6}, {1, infinity, 2, 3, -infinity, 1}));
  EXPECT_EQ(y.value()[0], 1);
  for (const std::size_t i : {1u, 2u, 3u}) EXPECT_EQ(y.value()[i], infinity);
  for (const std::size_t i : {4u, 5u}) EXPECT_TRUE(std::isnan(y.value()[i]));
}

}  // namespace
}  // namespace doxa
