// Ops that move and choose numbers: what undoes what. Their gradients are checked in
// tests/gradcheck.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

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

TEST(Reshape, KeepsTheOrderOfTheElements) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 6});
  EXPECT_EQ(value(reshape(x, {3, 2, 2})), value(x));
  EXPECT_EQ(value(reshape(reshape(x, {12}), {2, 6})), value(x));
}

// The element at (i, j, k, l), by the definition.
Real at(const Tensor& x, const std::array<Index, 4>& i) {
  const Shape& s = x.shape();
  return x[((i[0] * s[1] + i[1]) * s[2] + i[2]) * s[3] + i[3]];
}

TEST(Permute, MovesEveryElementForEveryOrder) {
  Tape tape;
  for (const Shape& shape : {Shape{2, 3, 4, 5}, Shape{9, 1, 17, 2}, Shape{1, 11, 1, 19}}) {
    const Var x = normal_variable(tape, shape);
    const Tensor from = x.tensor();
    std::array<int, 4> order{0, 1, 2, 3};
    do {
      const Var y = permute(x, {order[0], order[1], order[2], order[3]});
      const Tensor to = y.tensor();
      std::array<Index, 4> i{}, j{};
      for (i[0] = 0; i[0] < to.shape()[0]; ++i[0])
        for (i[1] = 0; i[1] < to.shape()[1]; ++i[1])
          for (i[2] = 0; i[2] < to.shape()[2]; ++i[2])
            for (i[3] = 0; i[3] < to.shape()[3]; ++i[3]) {
              for (std::size_t k = 0; k < 4; ++k) j[static_cast<std::size_t>(order[k])] = i[k];
              ASSERT_EQ(at(to, i), at(from, j)) << shape.str();
            }
      // Moving numbers preserves every inner product: <P x, g> = <x, Pᵀ g>.
      const Tensor g = integer_variable(tape, y.shape()).tensor();
      tape.backward(y, g);
      AxisList back;
      for (int axis = 0; axis < 4; ++axis)
        back.append(static_cast<int>(std::find(order.begin(), order.end(), axis) - order.begin()));
      EXPECT_EQ(adjoint(x), value(permute(tape.constant(g), back)));
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Permute, OfTheLastTwoAxesIsTheTranspose) {
  Tape tape;
  const Var x = integer_variable(tape, {3, 70, 41});
  EXPECT_EQ(value(permute(x, {0, 2, 1})), value(transpose(x)));
  EXPECT_EQ(value(transpose(transpose(x))), value(x));
}

TEST(BroadcastTo, IsAddingToZerosAndItsAdjointIsASum) {
  Tape tape;
  const std::pair<Shape, Shape> shapes[] = {{{}, {2, 3}},
                                            {{3}, {2, 3}},
                                            {{2, 1}, {2, 3}},
                                            {{1, 1}, {4, 5}},
                                            {{2, 3}, {2, 3}},
                                            {{2, 1, 3, 1}, {2, 4, 3, 5}},
                                            {{1, 4, 1, 5}, {2, 4, 3, 5}}};
  for (const auto& [from, to] : shapes) {
    const Var x = integer_variable(tape, from), g = integer_variable(tape, to, 5);
    const Var y = broadcast_to(x, to), added = x + tape.constant(to, Real{0});
    EXPECT_EQ(y.shape(), to);
    EXPECT_EQ(value(y), value(added));
    tape.backward(y, g.tensor());
    const Numbers adjoint_of_broadcast = adjoint(x);
    tape.backward(added, g.tensor());
    EXPECT_EQ(adjoint_of_broadcast, adjoint(x));
  }
}

TEST(Stack, SlicesAlongTheNewAxisAreTheParts) {
  Tape tape;
  const Var a = integer_variable(tape, {2, 3}, 1), b = integer_variable(tape, {2, 3}, 2);
  for (int axis = 0; axis < 3; ++axis) {
    const Var y = stack({a, b, a}, axis);
    EXPECT_EQ(value(y), value(stack({a, b, a}, axis - 3)));
    for (const Index i : {0, 1, 2}) {
      const Var part = reshape(slice(y, axis, i, i + 1), {2, 3});
      EXPECT_EQ(value(part), value(i == 1 ? b : a));
    }
  }
  EXPECT_EQ(stack({a, b}, 1).shape(), Shape({2, 2, 3}));
  EXPECT_EQ(stack({sum(a), sum(b)}, 0).shape(), Shape({2}));
}

TEST(Split, IsUndoneByConcat) {
  Tape tape;
  const Var x = integer_variable(tape, {6, 4, 6});
  for (const int axis : {0, 2, -1}) {
    EXPECT_EQ(value(concat(split(x, {1, 0, 3, 2}, axis), axis)), value(x));
    EXPECT_EQ(value(concat(split<3>(x, axis), axis)), value(x));
    EXPECT_EQ(value(split<3>(x, axis)[1]), value(slice(x, axis, 2, 4)));
  }
}

TEST(StraightThrough, HasTheValueOfOneAndTheGradientOfTheOther) {
  Tape tape;
  const Var hard = vector(tape, {0, 1, 1}), soft = vector(tape, {1, 2, 3});
  const Var y = straight_through(square(hard), square(soft));
  EXPECT_EQ(value(y), (Numbers{0, 1, 1}));
  tape.backward(y, vector({1, 10, 100}));
  EXPECT_EQ(adjoint(hard), (Numbers{0, 0, 0}));
  EXPECT_EQ(adjoint(soft), (Numbers{2, 40, 600}));
  EXPECT_FALSE(straight_through(soft, tape.constant(vector({1, 2, 3}))).needs_gradient());
}

// Ops that choose by index: each is a product with a one-hot matrix.

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

// where: one of two, element by element.

TEST(Where, ChoosesByBroadcasting) {
  Tape tape;
  const Var a = tape.variable(Tensor(Shape{2, 1}, {1, 2})), b = vector(tape, {10, 20, 30});
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
  const Var c = vector(tape, {0, 1}), a = vector(tape, {3, 4});
  tape.backward(sum(where(c, a, a * a)));
  EXPECT_EQ(adjoint(c), (Numbers{0, 0}));
  EXPECT_EQ(adjoint(a), (Numbers{6, 1}));
}

TEST(Where, ShapesThatDoNotBroadcast) {
  Tape tape;
  const Var a = tape.constant(vector({1, 2})), b = tape.constant(vector({1, 2, 3}));
  EXPECT_THROW(where(a, a, b), Refused);
  EXPECT_THROW(where(b, a, a), Refused);
}

// The classical trap: 0 times the infinite derivative of what was not chosen.
TEST(Where, WhatIsNotChosenStaysOutOfTheGradient) {
  Tape tape;
  const Var x = vector(tape, {0, 1, -1});
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
