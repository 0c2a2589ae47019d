// What a wrong shape says.

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "doxa/autograd/ops.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(ShapeErrors, NameTheOpAndTheShapesAndLeaveTheTapeUsable) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2}, {1, 2}));
  const auto of = [&](const Shape& shape) { return tape.variable(Tensor(shape)); };
  EXPECT_SAYS(Refused, "add: shapes do not broadcast: [2,3] and [2]", of({2, 3}) + of({2}));
  EXPECT_SAYS(Refused, "subtract: shapes do not broadcast: [2] and [3]", of({2}) - of({3}));
  EXPECT_SAYS(Refused, "multiply: shapes do not broadcast: [4,1,3] and [2]", of({4, 1, 3}) * of({2}));
  EXPECT_SAYS(Refused, "multiply_add: shapes do not broadcast: [2] and [3]",
              multiply_add(of({2}), of({1}), of({3})));
  EXPECT_SAYS(Refused, "divide: shapes do not broadcast: [0] and [2]", of({0}) / of({2}));
  EXPECT_SAYS(Refused, "matmul: inner dimensions differ: [32,8] x [16,4]", matmul(of({32, 8}), of({16, 4})));
  EXPECT_SAYS(Refused, "affine: expected [m,k] x [k,n] + [n], got [2,3] x [4,5] + [5]",
              affine(of({2, 3}), of({4, 5}), of({5})));
  EXPECT_SAYS(Refused, "affine: expected [m,k] x [k,n] + [n], got [2,3], [3,1] x [4,5] + [5]",
              affine(std::array{of({2, 3}), of({3, 1})}, of({4, 5}), of({5})));
  EXPECT_SAYS(Refused, "affine: expected [m,k] x [k,n] + [n], got [2,4] x [4,5] + [1,5]",
              affine(of({2, 4}), of({4, 5}), of({1, 5})));
  EXPECT_SAYS(Refused, "affine: expected [m,k] x [k,n] + [n], got  x [4,5] + [5]",
              affine(std::span<const Var>(), of({4, 5}), of({5})));
  EXPECT_SAYS(Refused, "matmul: expected two matrices, got [3] x [3,2]", matmul(of({3}), of({3, 2})));
  EXPECT_SAYS(Refused, "matmul: expected two matrices, got [2,3] x []", matmul(of({2, 3}), of({})));
  EXPECT_SAYS(Refused, "matmul: inner dimensions differ: [2,3,4] x [3,2]", matmul(of({2, 3, 4}), of({3, 2})));
  EXPECT_SAYS(Refused, "matmul: leading axes do not broadcast: [2,3,4] x [3,4,5]",
              matmul(of({2, 3, 4}), of({3, 4, 5})));
  EXPECT_SAYS(Refused, "dot: expected two vectors of one length, got [3] and [4]", dot(of({3}), of({4})));
  EXPECT_SAYS(Refused, "dot: expected two vectors of one length, got [1,3] and [1,3]",
              dot(of({1, 3}), of({1, 3})));
  EXPECT_SAYS(Refused, "cholesky: expected a square matrix, got [2,3]", cholesky(of({2, 3})));
  EXPECT_SAYS(Refused, "cholesky: expected a square matrix, got [4]", cholesky(of({4})));
  EXPECT_SAYS(Refused, "triangular_matmul: expected a square matrix, got [2,3]",
              triangular_matmul(of({2, 3}), of({3, 1})));
  EXPECT_SAYS(Refused, "triangular_matmul: inner dimensions differ: [2,2] x [3,1]",
              triangular_matmul(of({2, 2}), of({3, 1})));
  EXPECT_SAYS(Refused, "solve_triangular: expected a square matrix, got [2,3]",
              solve_triangular(of({2, 3}), of({2, 1})));
  EXPECT_SAYS(Refused, "solve_triangular: shapes do not fit: [2,2] \\ [3,1]",
              solve_triangular(of({2, 2}), of({3, 1})));
  EXPECT_SAYS(Refused, "solve_triangular: shapes do not fit: [2,2] \\ [2]",
              solve_triangular(of({2, 2}), of({2})));
  EXPECT_SAYS(Refused, "solve_triangular: leading axes do not broadcast: [2,2,2] x [3,2,1]",
              solve_triangular(of({2, 2, 2}), of({3, 2, 1})));
  EXPECT_SAYS(Refused, "log_det_from_cholesky: expected a square matrix, got []",
              log_det_from_cholesky(of({})));
  EXPECT_SAYS(Refused, "sum: axis 1 of shape [2,3] is there twice", sum(of({2, 3}), {1, -1}));
  EXPECT_SAYS(Refused, "sum: axis 2 is out of range for shape [2,3]", sum(of({2, 3}), 2));
  EXPECT_SAYS(Refused, "mean: axis -3 is out of range for shape [2,3]", mean(of({2, 3}), -3));
  EXPECT_SAYS(Refused, "logsumexp: axis 0 is out of range for shape []", logsumexp(of({}), 0));
  EXPECT_SAYS(Refused, "log_softmax: axis 1 is out of range for shape [5]", log_softmax(of({5}), 1));
  EXPECT_SAYS(Refused, "variance: axis 2 is out of range for shape [2,3]", variance(of({2, 3}), {0, 2}));
  EXPECT_SAYS(Refused, "softmax: axis 0 of shape [2,3] is there twice",
              softmax(of({2, 3}), {0, 1, 0, 1, 0, 1}));
  EXPECT_SAYS(Refused, "max: axis 3 is out of range for shape [2]", max(of({2}), 3));
  EXPECT_SAYS(Refused, "max: of no elements, in shape [0]", max(of({0})));
  EXPECT_SAYS(Refused, "min: of no elements, in shape [3,0]", min(of({3, 0}), -1));
  EXPECT_SAYS(Refused, "reshape: sizes differ: [2,3] to [4]", reshape(of({2, 3}), {4}));
  EXPECT_SAYS(Refused, "transpose: expected at least two axes, got [3]", transpose(of({3})));
  EXPECT_SAYS(Refused, "permute: 2 axes for shape [2,3,4]", permute(of({2, 3, 4}), {1, 0}));
  EXPECT_SAYS(Refused, "permute: axis 1 of shape [2,3,4] is there twice", permute(of({2, 3, 4}), {1, 0, -2}));
  EXPECT_SAYS(Refused, "permute: axis 3 is out of range for shape [2,3,4]",
              permute(of({2, 3, 4}), {1, 0, 3}));
  EXPECT_SAYS(Refused, "broadcast_to: [2,3] does not broadcast to [3,2]", broadcast_to(of({2, 3}), {3, 2}));
  EXPECT_SAYS(Refused, "broadcast_to: [1,3] does not broadcast to [3]", broadcast_to(of({1, 3}), {3}));
  EXPECT_SAYS(Refused, "slice: range [1,4) of axis 1 of shape [5,3]", slice(of({5, 3}), -1, 1, 4));
  EXPECT_SAYS(Refused, "slice: range [-1,2) of axis 0 of shape [5,3]", slice(of({5, 3}), 0, -1, 2));
  EXPECT_SAYS(Refused, "slice: range [2,1) of axis 0 of shape [5,3]", slice(of({5, 3}), 0, 2, 1));
  EXPECT_SAYS(Refused, "slice: axis 2 is out of range for shape [5,3]", slice(of({5, 3}), 2, 0, 1));
  EXPECT_SAYS(Refused, "concat: shapes differ beyond axis 1: [2,3] and [4,3]",
              concat({of({2, 3}), of({4, 3})}, 1));
  EXPECT_SAYS(Refused, "concat: shapes differ beyond axis 0: [2,3] and [3]",
              concat({of({2, 3}), of({3})}, 0));
  EXPECT_SAYS(Refused, "concat: axis 0 is out of range for shape []", concat({of({}), of({})}, 0));
  EXPECT_SAYS(Refused, "concat: no parts", concat(std::span<const Var>{}, 0));
  EXPECT_SAYS(Refused, "stack: no parts", stack(std::span<const Var>{}, 0));
  EXPECT_SAYS(Refused, "stack: shapes differ: [2,3] and [3,2]", stack({of({2, 3}), of({3, 2})}, 0));
  EXPECT_SAYS(Refused, "stack: axis 2 is out of range for shapes [4]", stack({of({4}), of({4})}, 2));
  EXPECT_SAYS(Refused, "stack: axis -3 is out of range for shapes [4]", stack({of({4}), of({4})}, -3));
  EXPECT_SAYS(Refused, "stack: no room for an axis beside those of [1,2,1,2]", stack({of({1, 2, 1, 2})}, 0));
  constexpr Index most = std::numeric_limits<Index>::max();
  EXPECT_SAYS(Refused, "split: sizes add up to 9223372036854775807, not to axis 0 of shape [7]",
              split(of({7}), {most, most, 9}, 0));
  EXPECT_SAYS(Refused, "split: size -1", split(of({7}), {-1, 8}, 0));
  EXPECT_SAYS(Refused, "split: sizes add up to 4, not to axis 1 of shape [2,3]",
              split(of({2, 3}), {1, 3}, -1));
  EXPECT_SAYS(Refused, "split: axis 0 of shape [7] does not divide into 2 equal parts", split<2>(of({7}), 0));
  EXPECT_SAYS(Refused, "split: axis 1 is out of range for shape [7]", split<2>(of({7}), 1));
  EXPECT_SAYS(Refused, "take: axis 1 is out of range for shape [3]",
              take(of({3}), std::array<Index, 1>{0}, 1));
  EXPECT_SAYS(Refused, "take: index 2 is out of range for shape [2,3]",
              take(of({2, 3}), std::array<Index, 2>{1, 2}));
  EXPECT_SAYS(Refused, "one_hot: index 3 is out of range for shape [2,3]",
              one_hot(tape, std::array<Index, 2>{0, 3}, 3));
  EXPECT_SAYS(Refused, "straight_through: shapes differ: [2] and [1,2]",
              straight_through(of({2}), of({1, 2})));
  EXPECT_SAYS(Refused, "gather: expected at least one axis, got []", gather(of({}), std::array<Index, 1>{0}));
  EXPECT_SAYS(Refused, "gather: 1 indices for shape [2,3]", gather(of({2, 3}), std::array<Index, 1>{0}));
  EXPECT_SAYS(Refused, "gather: index 3 is out of range for shape [2,3]",
              gather(of({2, 3}), std::array<Index, 2>{0, 3}));
  EXPECT_SAYS(Refused, "gather: index -1 is out of range for shape [2,3]",
              gather(of({2, 3}), std::array<Index, 2>{-1, 0}));
  tape.backward(sum(square(x)));
  EXPECT_EQ(x.adjoint()[1], 4);
}

}  // namespace
}  // namespace doxa
