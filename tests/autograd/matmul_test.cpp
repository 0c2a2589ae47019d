// The matrix product and its stacks: algebra, exact on small integers. The kernel itself is tested in
// matmul_kernel_test.cpp, the gradients in tests/gradcheck.

#include <gtest/gtest.h>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

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

// Matrix (i, j) of a stack with two leading axes; an axis of extent 1 stands for every index.
Var matrix(Var x, Index i, Index j) {
  const Shape s = x.shape();
  const Index rows = s[s.rank() - 2], columns = s[s.rank() - 1];
  const Index outer = s.rank() > 3 ? s[0] : 1, inner = s.rank() > 2 ? s[s.rank() - 3] : 1;
  const Index at = i % outer * inner + j % inner;
  return reshape(slice(reshape(x, {outer * inner, rows, columns}), 0, at, at + 1), {rows, columns});
}

TEST(Matmul, OfStacksIsThatOfTheirMatricesForwardAndBackward) {
  Tape tape;
  const std::initializer_list<std::array<Shape, 3>> shapes = {
      {Shape{3, 2, 4}, Shape{4, 5}, Shape{3, 2, 5}},
      {Shape{2, 4}, Shape{3, 4, 5}, Shape{3, 2, 5}},
      {Shape{3, 2, 4}, Shape{3, 4, 1}, Shape{3, 2, 1}},
      {Shape{1, 2, 4}, Shape{3, 4, 5}, Shape{3, 2, 5}},
      {Shape{3, 2, 4}, Shape{1, 4, 5}, Shape{3, 2, 5}},
      {Shape{2, 3, 1, 4}, Shape{4, 2}, Shape{2, 3, 1, 2}},
      {Shape{2, 1, 3, 4}, Shape{5, 4, 2}, Shape{2, 5, 3, 2}},
      {Shape{1, 5, 3, 4}, Shape{2, 1, 4, 2}, Shape{2, 5, 3, 2}},
      {Shape{2, 3, 4}, Shape{5, 1, 4, 2}, Shape{5, 2, 3, 2}},
      {Shape{2, 0, 4}, Shape{4, 2}, Shape{2, 0, 2}},
      {Shape{2, 3, 0}, Shape{0, 2}, Shape{2, 3, 2}},
      {Shape{0, 3, 4}, Shape{4, 2}, Shape{0, 3, 2}},
  };
  for (const auto& [sa, sb, sy] : shapes) {
    const Var a = integer_variable(tape, sa, 1), b = integer_variable(tape, sb, 2), y = matmul(a, b);
    ASSERT_EQ(y.shape(), sy) << sa.str() << sb.str();
    if (y.size() == 0) continue;
    const Var g = integer_variable(tape, sy, 3);
    Var expected = tape.constant(0);
    for (Index i = 0; i < (sy.rank() > 3 ? sy[0] : 1); ++i)
      for (Index j = 0; j < sy[sy.rank() - 3]; ++j) {
        const Var product = matmul(matrix(a, i, j), matrix(b, i, j));
        EXPECT_EQ(value(matrix(y, i, j)), value(product)) << sa.str() << sb.str();
        expected = expected + sum(product * matrix(stop_gradient(g), i, j));
      }
    tape.backward(y, g.tensor());
    const Numbers da = adjoint(a), db = adjoint(b);
    tape.backward(expected);
    EXPECT_EQ(da, adjoint(a)) << sa.str() << sb.str();
    EXPECT_EQ(db, adjoint(b)) << sa.str() << sb.str();
  }
}

TEST(Matmul, OfAStackAndOneMatrixIsOneTallProduct) {
  Tape tape;
  const Var a = normal_variable(tape, {3, 5, 4}), b = normal_variable(tape, {4, 6}, 2);
  EXPECT_EQ(value(matmul(a, b)), value(matmul(reshape(a, {15, 4}), b)));
}

TEST(Dot, IsTheSumOfProductsAndAOneByOneMatrixProduct) {
  Tape tape;
  const Var a = integer_variable(tape, {13}, 1), b = integer_variable(tape, {13}, 2), y = dot(a, b);
  EXPECT_EQ(y.item(), sum(a * b).item());
  EXPECT_EQ(y.item(), matmul(reshape(a, {1, 13}), reshape(b, {13, 1})).item());
  tape.backward(y + dot(a, a));
  EXPECT_EQ(adjoint(a), value(b + 2 * a));
  EXPECT_EQ(adjoint(b), value(a));
}

}  // namespace
}  // namespace doxa
