// Ops that choose by index: each is a product with a one-hot matrix.

#include <gtest/gtest.h>

#include <array>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

TEST(Gather, PicksOneElementOfEachRowAndIsAOneHotProduct) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 3, 4});
  const std::array<Index, 6> k{0, 3, 1, 2, 0, 3};
  const Var y = gather(x, k);
  EXPECT_EQ(y.shape(), Shape({2, 3}));
  const Var weights = reshape(one_hot(tape, k, 4), x.shape());
  EXPECT_EQ(value(y), value(sum(x * weights, -1)));
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), value(weights));
}

TEST(Gather, OfAVectorIsOneNumber) {
  Tape tape;
  const std::array<Index, 1> k{2};
  const Var y = gather(tape.constant(vector({5, 6, 7})), k);
  EXPECT_EQ(y.shape(), Shape{});
  EXPECT_EQ(y.item(), 7);
}

TEST(Take, IsAOneHotProductAndItsAdjointCountsRepetitions) {
  Tape tape;
  const std::array<Index, 5> k{3, 0, 3, 3, 1};
  const Var x = integer_variable(tape, {4, 3}), y = take(x, k);
  EXPECT_EQ(y.shape(), Shape({5, 3}));
  EXPECT_EQ(value(y), value(matmul(one_hot(tape, k, 4), x)));
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), (Numbers{1, 1, 1, 1, 1, 1, 0, 0, 0, 3, 3, 3}));
}

TEST(Take, AlongAnyAxisIsTakingAlongTheFirstOfAPermutation) {
  Tape tape;
  const std::array<Index, 4> k{1, 0, 1, 1};
  const Var x = integer_variable(tape, {2, 3, 4});
  EXPECT_EQ(value(take(x, k, 1)), value(permute(take(permute(x, {1, 0, 2}), k), {1, 0, 2})));
  EXPECT_EQ(value(take(x, k, -1)), value(permute(take(permute(x, {2, 0, 1}), k), {1, 2, 0})));
}

TEST(Take, OfAllIndicesInOrderIsTheIdentityAndOfARangeASlice) {
  Tape tape;
  const std::array<Index, 4> all{0, 1, 2, 3};
  const Var x = integer_variable(tape, {4, 4});
  for (const int axis : {0, 1}) {
    EXPECT_EQ(value(take(x, all, axis)), value(x));
    EXPECT_EQ(value(take(x, std::span(all).subspan(1, 2), axis)), value(slice(x, axis, 1, 3)));
  }
}

TEST(OneHot, HasOneOneInEachRow) {
  Tape tape;
  const std::array<Index, 3> k{2, 0, 2};
  EXPECT_EQ(value(one_hot(tape, k, 3)), (Numbers{0, 0, 1, 1, 0, 0, 0, 0, 1}));
  EXPECT_FALSE(one_hot(tape, k, 3).needs_gradient());
  EXPECT_EQ(one_hot(tape, {}, 3).shape(), Shape({0, 3}));
}

}  // namespace
}  // namespace doxa
