// Products with a triangular matrix: those of the whole matrix with zeros in its other half.

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

struct Kind {
  Triangle triangle;
  bool transposed;
  bool holds(Index i, Index j) const { return triangle == Triangle::lower ? j <= i : j >= i; }
};
constexpr Kind kinds[] = {
    {Triangle::lower, false}, {Triangle::lower, true}, {Triangle::upper, false}, {Triangle::upper, true}};

// T with zeros in its other half, as a function of all of T.
Var masked(Var t, const Kind& kind) {
  const Index n = t.shape()[0];
  Tensor mask(Shape{n, n});
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) mask(i, j) = kind.holds(i, j) ? Real{1} : Real{0};
  return t * t.tape().constant(mask);
}

// Sums of n products of normal numbers: rounding is far below n units of 16.
TEST(TriangularMatmul, IsTheProductWithZerosInTheOtherHalf) {
  for (const Index n : {1, 2, 31, 32, 33, 70})
    for (const Index m : {1, 5, 40})
      for (const Kind& kind : kinds) {
        Tape tape;
        const auto seed = static_cast<std::uint64_t>(n);
        const Var t = normal_variable(tape, {n, n}, seed), x = normal_variable(tape, {n, m}, seed + 1);
        const Tensor g = normal_variable(tape, {n, m}, seed + 2).tensor();
        const Var half = masked(t, kind);
        const Var whole = matmul(kind.transposed ? transpose(half) : half, x);
        const Var y = triangular_matmul(t, x, kind.triangle, kind.transposed);
        expect_close(y, whole, 16, static_cast<double>(n));
        tape.backward(whole, g);
        const Tensor dt = t.gradient(), dx = x.gradient();
        tape.backward(y, g);
        for (Index i = 0; i < n * n; ++i)
          EXPECT_NEAR(t.adjoint()[static_cast<std::size_t>(i)], dt[i], 16 * unit_roundoff * double(m)) << n;
        for (Index i = 0; i < n * m; ++i)
          EXPECT_NEAR(x.adjoint()[static_cast<std::size_t>(i)], dx[i], 16 * unit_roundoff * double(n)) << n;
      }
}

TEST(TriangularMatmul, ReadsOneTriangleAndGivesAGradientToItAlone) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2, 1}, {2, 6}));
  const Var lower = tape.variable(Tensor(Shape{2, 2}, {3, nan, 4, 1}));
  const Var y = triangular_matmul(lower, x);
  EXPECT_EQ(value(y), (Numbers{6, 14}));
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(lower), (Numbers{2, 0, 2, 6}));
  EXPECT_EQ(adjoint(x), (Numbers{7, 1}));
  const Var z = triangular_matmul(lower, x, Triangle::lower, true);
  EXPECT_EQ(value(z), (Numbers{30, 6}));
  tape.backward(sum(z));
  EXPECT_EQ(adjoint(lower), (Numbers{2, 0, 6, 6}));
  EXPECT_EQ(adjoint(x), (Numbers{3, 5}));
}

// The first row of a lower triangle meets the first element of x alone, and a cotangent of 0 adds 0.
TEST(TriangularMatmul, AnInfinityGoesWhereItIsUsed) {
  Tape tape;
  const Var t = tape.variable(Tensor(Shape{2, 2}, {3, 5, 4, 1}));
  const Var x = tape.variable(Tensor(Shape{2, 1}, {2, infinity}));
  const Var y = triangular_matmul(t, x);
  EXPECT_EQ(value(y), (Numbers{6, infinity}));
  tape.backward(y, Tensor(Shape{2, 1}, {1, 0}));
  EXPECT_EQ(adjoint(t), (Numbers{2, 0, 0, 0}));
  EXPECT_EQ(adjoint(x), (Numbers{3, 0}));
  tape.backward(triangular_matmul(t, tape.constant(Shape{2, 1}, {1, 1}), Triangle::lower, true),
                Tensor(Shape{2, 1}, {0, infinity}));
  EXPECT_EQ(adjoint(t), (Numbers{0, 0, 0, infinity}));
}

TEST(TriangularMatmul, UndoesSolving) {
  Tape tape;
  const Var b = normal_variable(tape, {40, 3}, 1), noise = normal_variable(tape, {40, 40}, 2);
  Tensor diagonal(Shape{40, 40});
  for (Index i = 0; i < 40; ++i) diagonal(i, i) = 80;
  const Var t = noise + tape.constant(diagonal);
  for (const Kind& kind : kinds) {
    const Var x = solve_triangular(t, b, kind.triangle, kind.transposed);
    expect_close(triangular_matmul(t, x, kind.triangle, kind.transposed), b, 4, 100);
  }
}

TEST(TriangularMatmul, OfAStackIsThatOfItsMatrices) {
  Tape tape;
  const Var t = normal_variable(tape, {2, 3, 3}), b = normal_variable(tape, {3, 4}, 2);
  const Var x = triangular_matmul(t, b);
  EXPECT_EQ(x.shape(), Shape({2, 3, 4}));
  for (const Index i : {0, 1})
    EXPECT_EQ(value(slice(x, 0, i, i + 1)),
              value(triangular_matmul(reshape(slice(t, 0, i, i + 1), {3, 3}), b)));
}

}  // namespace
}  // namespace doxa
