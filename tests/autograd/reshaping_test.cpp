// Ops that move numbers, and the matrix product: what undoes what. Their gradients are checked in
// tests/gradcheck.

#include <gtest/gtest.h>

#include <array>

#include "doxa/autograd/ops.h"
#include "numbers.h"

namespace doxa {
namespace {

TEST(Matmul, IsAssociativeDistributiveAndHasAnIdentity) {
  Tape tape;
  const Var a = integer_variable(tape, {5, 4}, 1), b = integer_variable(tape, {4, 7}, 2),
            c = integer_variable(tape, {7, 3}, 3), d = integer_variable(tape, {4, 7}, 4);
  EXPECT_EQ(value(matmul(matmul(a, b), c)), value(matmul(a, matmul(b, c))));
  EXPECT_EQ(value(matmul(a, b + d)), value(matmul(a, b) + matmul(a, d)));
  Tensor one(Shape{4, 4});
  for (Index i = 0; i < 4; ++i) one(i, i) = 1;
  EXPECT_EQ(value(matmul(a, tape.constant(one))), value(a));
  EXPECT_EQ(value(matmul(tape.constant(one), b)), value(b));
}

TEST(Matmul, TransposesInReverse) {
  Tape tape;
  const Var a = integer_variable(tape, {5, 4}, 1), b = integer_variable(tape, {4, 7}, 2);
  EXPECT_EQ(value(transpose(matmul(a, b))), value(matmul(transpose(b), transpose(a))));
}

TEST(Transpose, TwiceIsTheIdentityAndOnceMovesElements) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 3, 4});
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
  const Var x = integer_variable(tape, {3, 4, 5});
  for (int axis = 0; axis < 3; ++axis)
    for (Index cut = 0; cut <= x.shape()[axis]; ++cut) {
      const Var left = slice(x, axis, 0, cut), right = slice(x, axis - 3, cut, x.shape()[axis]);
      EXPECT_EQ(value(concat({left, right}, axis)), value(x)) << axis << ' ' << cut;
      EXPECT_EQ(concat({left, right}, axis - 3).shape(), x.shape());
    }
}

TEST(Concat, OfOnePartIsThatPart) {
  Tape tape;
  const Var x = integer_variable(tape, {3, 4});
  EXPECT_EQ(value(concat({x}, 1)), value(x));
}

TEST(Slice, OfASliceIsASlice) {
  Tape tape;
  const Var x = integer_variable(tape, {6, 7});
  for (const int axis : {0, 1})
    EXPECT_EQ(value(slice(slice(x, axis, 1, 6), axis, 2, 4)), value(slice(x, axis, 3, 5)));
}

TEST(Gather, PicksOneElementOfEachRowAndIsAOneHotProduct) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 3, 4});
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
  const Var y = gather(tape.constant(vector({5, 6, 7})), k);
  EXPECT_EQ(y.shape(), Shape{});
  EXPECT_EQ(y.item(), 7);
}

TEST(Reshape, KeepsTheOrderOfTheElements) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 6});
  EXPECT_EQ(value(reshape(x, {3, 2, 2})), value(x));
  EXPECT_EQ(value(reshape(reshape(x, {12}), {2, 6})), value(x));
}

}  // namespace
}  // namespace doxa
