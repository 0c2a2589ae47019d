// Factors, substitutions and determinants: residuals within the backward error bounds of N. J. Higham,
// "Accuracy and Stability of Numerical Algorithms" (2nd ed.), and identities. γ_n = n u / (1 - n u).

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

double gamma(Index n) {
  const double nu = static_cast<double>(n) * unit_roundoff;
  return nu / (1 - nu);
}

Tensor identity(Index n, Real scale = 1) {
  Tensor one(Shape{n, n});
  for (Index i = 0; i < n; ++i) one(i, i) = scale;
  return one;
}

/// A Bᵀ of two random matrices that are the same, plus a little on the diagonal.
Tensor positive_definite(Index n, Real ridge = Real(0.125)) {
  Tape tape;
  const Var b = normal_variable(tape, {n, n}, static_cast<std::uint64_t>(n) + 1);
  return (matmul(b, transpose(b)) + tape.constant(identity(n, ridge))).tensor();
}

// Theorem 10.3: |A - L Lᵀ| <= γ_{n+1} |L| |Lᵀ|, element by element.
TEST(Cholesky, ReproducesTheMatrixWithinTheBackwardErrorBound) {
  for (const Index n : {1, 2, 3, 8, 17, 60}) {
    Tape tape;
    const Tensor a = positive_definite(n), l = cholesky(tape.constant(a)).tensor();
    for (Index i = 0; i < n; ++i) {
      EXPECT_GT(l(i, i), 0);
      for (Index j = 0; j < n; ++j) {
        EXPECT_TRUE(j <= i || l(i, j) == 0);
        long double product = 0, absolute = 0;
        for (Index p = 0; p < n; ++p) {
          product += static_cast<long double>(l(i, p)) * l(j, p);
          absolute += std::abs(static_cast<long double>(l(i, p)) * l(j, p));
        }
        const Real a_ij = i >= j ? a(i, j) : a(j, i);
        EXPECT_LE(std::abs(static_cast<double>(a_ij - product)), gamma(n + 1) * static_cast<double>(absolute))
            << n << ' ' << i << ' ' << j;
      }
    }
  }
}

TEST(Cholesky, OfPascalsMatrixIsPascalsTriangle) {
  Tape tape;
  const Var a = tape.constant({4, 4}, {1, 1, 1, 1, 1, 2, 3, 4, 1, 3, 6, 10, 1, 4, 10, 20});
  EXPECT_EQ(value(cholesky(a)), (Numbers{1, 0, 0, 0, 1, 1, 0, 0, 1, 2, 1, 0, 1, 3, 3, 1}));
  EXPECT_EQ(log_det_from_cholesky(cholesky(a)).item(), 0);
}

// What stands above the diagonal is not read, and gets no gradient.
TEST(Cholesky, IsAFunctionOfTheLowerTriangle) {
  Tape tape;
  const Var a = tape.variable(Tensor(Shape{2, 2}, {4, nan, 2, 5}));
  const Var l = cholesky(a);
  EXPECT_EQ(value(l), (Numbers{2, 0, 1, 2}));
  tape.backward(log_det_from_cholesky(l));  // log(a c - b²), with A = (a b; b c)
  EXPECT_NEAR(adjoint(a)[0], 5.0 / 16, 8 * unit_roundoff);
  EXPECT_EQ(adjoint(a)[1], 0);
  EXPECT_NEAR(adjoint(a)[2], -4.0 / 16, 8 * unit_roundoff);
  EXPECT_NEAR(adjoint(a)[3], 4.0 / 16, 8 * unit_roundoff);
}

// ∂ log det A = A⁻¹ for a symmetric change; of the lower triangle alone, 2 A⁻¹ below the diagonal.
TEST(Cholesky, TheGradientOfTheLogDeterminantIsTheInverse) {
  for (const Index n : {1, 2, 5, 12}) {
    Tape tape;
    const Var a = tape.variable(positive_definite(n, 4)), l = cholesky(a);
    tape.backward(log_det_from_cholesky(l));
    const Var half = solve_triangular(l, tape.constant(identity(n)));
    const Tensor inverse = matmul(transpose(half), half).tensor(), gradient = a.gradient();
    // The condition number of A, by norms of A and A⁻¹, scales what rounding does to either.
    double norm_a = 0, norm_inverse = 0;
    for (const Real x : a.value()) norm_a += double(x) * double(x);
    for (const Real x : inverse.span()) norm_inverse += double(x) * double(x);
    const double tolerance = 8 * gamma(n + 1) * std::sqrt(norm_a) * norm_inverse;
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j)
        EXPECT_NEAR(gradient(i, j), (i > j ? 2 : i == j ? 1 : 0) * inverse(i, j), tolerance);
  }
}

TEST(Cholesky, NamesThePivotThatIsNotPositive) {
  Tape tape;
  EXPECT_SAYS(std::domain_error, "cholesky: [2,2] is not positive definite: pivot 1",
              cholesky(tape.constant({2, 2}, {1, 0, 2, 3})));
  EXPECT_SAYS(std::domain_error, "cholesky: [1,1] is not positive definite: pivot 0",
              cholesky(tape.constant({1, 1}, {0})));
  EXPECT_SAYS(std::domain_error, "cholesky: [2,1,1] is not positive definite: pivot 0 of matrix 1",
              cholesky(tape.constant({2, 1, 1}, {4, -1})));
  EXPECT_TRUE(std::isnan(cholesky(tape.constant({1, 1}, {nan})).item()));
  const std::size_t records = tape.size();
  EXPECT_THROW(cholesky(tape.constant({1, 1}, {-1})), std::domain_error);
  EXPECT_EQ(tape.size(), records + 1);  // the constant; the factor that could not be is not there
}

// Theorem 8.5: (T + ΔT) x = b with |ΔT| <= γ_n |T|, so |b - T x| <= γ_n |T| |x|.
TEST(SolveTriangular, LeavesAResidualWithinTheBackwardErrorBound) {
  Tape tape;
  for (const Index n : {1, 2, 7, 40})
    for (const Triangle triangle : {Triangle::lower, Triangle::upper})
      for (const bool transposed : {false, true}) {
        const Tensor t = normal_variable(tape, {n, n}, 3).tensor(),
                     b = normal_variable(tape, {n, 3}, 4).tensor();
        const Tensor x = solve_triangular(tape.constant(t), tape.constant(b), triangle, transposed).tensor();
        for (Index i = 0; i < n; ++i)
          for (Index c = 0; c < 3; ++c) {
            long double product = 0, absolute = 0;
            for (Index j = 0; j < n; ++j) {
              const Index row = transposed ? j : i, column = transposed ? i : j;
              if (triangle == Triangle::lower ? column > row : column < row) continue;
              product += static_cast<long double>(t(row, column)) * x(j, c);
              absolute += std::abs(static_cast<long double>(t(row, column)) * x(j, c));
            }
            EXPECT_LE(std::abs(static_cast<double>(b(i, c) - product)),
                      gamma(n) * static_cast<double>(absolute));
          }
      }
}

TEST(SolveTriangular, ReadsOneTriangleAndGivesAGradientToItAlone) {
  Tape tape;
  const Var b = tape.constant({2, 1}, {2, 6});
  const Var lower = tape.variable(Tensor(Shape{2, 2}, {2, nan, 4, 1}));
  const Var x = solve_triangular(lower, b);
  EXPECT_EQ(value(x), (Numbers{1, 2}));
  tape.backward(sum(x));
  EXPECT_EQ(adjoint(lower)[1], 0);
  const Var upper = tape.variable(Tensor(Shape{2, 2}, {2, 4, nan, 1}));
  EXPECT_EQ(value(solve_triangular(upper, b, Triangle::upper, true)), (Numbers{1, 2}));
  const Var y = solve_triangular(upper, b, Triangle::upper);
  EXPECT_EQ(value(y), (Numbers{-11, 6}));
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(upper)[2], 0);
}

TEST(SolveTriangular, OfAStackIsThatOfItsMatrices) {
  Tape tape;
  const Var t = normal_variable(tape, {2, 3, 3}), b = normal_variable(tape, {3, 4}, 2);
  const Var x = solve_triangular(t, b);
  EXPECT_EQ(x.shape(), Shape({2, 3, 4}));
  for (const Index i : {0, 1}) {
    const Var one = solve_triangular(reshape(slice(t, 0, i, i + 1), {3, 3}), b);
    EXPECT_EQ(value(slice(x, 0, i, i + 1)), value(one));
  }
}

TEST(LogDet, OfAStackAndOfAScaledIdentity) {
  Tape tape;
  const Var a = tape.constant(identity(3, 4)), b = tape.constant(identity(3, Real(0.25)));
  const Var y = log_det_from_cholesky(cholesky(stack({a, b}, 0)));
  EXPECT_EQ(y.shape(), Shape({2}));
  for (const int i : {0, 1})
    EXPECT_NEAR(y.value()[static_cast<std::size_t>(i)], (i ? -3 : 3) * std::log(4.0), 16 * unit_roundoff);
}

TEST(LinearAlgebra, OfNoElementsIsEmpty) {
  Tape tape;
  const Var none = tape.variable(Tensor(Shape{0, 0})), l = cholesky(none);
  EXPECT_EQ(log_det_from_cholesky(l).item(), 0);  // det of an empty matrix is 1
  EXPECT_EQ(solve_triangular(l, tape.constant(Tensor(Shape{0, 3}))).shape(), Shape({0, 3}));
  EXPECT_EQ(triangular_matmul(l, tape.constant(Tensor(Shape{0, 3}))).shape(), Shape({0, 3}));
  tape.backward(sum(triangular_matmul(tape.variable(identity(3)), tape.variable(Tensor(Shape{3, 0})))));
  const Var no_right_side = solve_triangular(tape.variable(identity(3)), tape.constant(Tensor(Shape{3, 0})));
  EXPECT_EQ(no_right_side.shape(), Shape({3, 0}));
  tape.backward(sum(no_right_side) + log_det_from_cholesky(l));
}

}  // namespace
}  // namespace doxa
