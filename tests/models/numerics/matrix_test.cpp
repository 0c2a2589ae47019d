#include "doxa/models/numerics/matrix.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_matrix.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(Matrix, ProductIsAssociativeAndTransposesInReverse) {
  Philox random(1);
  const Matrix a = random_matrix(3, 4, random), b = random_matrix(4, 5, random),
               c = random_matrix(5, 2, random);
  EXPECT_LE(largest_magnitude((a * b) * c - a * (b * c)), 400 * double_roundoff);
  EXPECT_EQ(largest_magnitude(transpose(a * b) - transpose(b) * transpose(a)), 0);
  EXPECT_EQ(largest_magnitude(identity(3) * a - a), 0);
  EXPECT_NEAR(trace(a * transpose(a)), trace(transpose(a) * a), 100 * double_roundoff);
}

TEST(Matrix, OfListedElementsRowByRow) {
  const Matrix a(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(a(1, 0), 4);
  EXPECT_EQ(a[5], a(1, 2));
  EXPECT_EQ((a * column({1, 10, 100})).elements, (std::vector<double>{321, 654}));
  EXPECT_EQ(tensor(a)(1, 2), 6);
  EXPECT_EQ(tensor(a.elements).shape(), Shape({6}));
  EXPECT_EQ(Matrix(tensor(a)).elements, a.elements);
  EXPECT_EQ(sum_of_squares(a), trace(transpose(a) * a));
  EXPECT_EQ(sum_of_squares(Matrix()), 0);
}

TEST(Matrix, CholeskyFactorGivesTheMatrixItsInverseAndItsDeterminant) {
  Philox random(2);
  for (const Index n : {1, 2, 7}) {
    const Matrix a = random_positive_definite(n, random), l = cholesky_factor(a);
    EXPECT_LE(largest_magnitude(l * transpose(l) - a), 100 * double_roundoff * largest_magnitude(a));
    const Matrix b = random_matrix(n, 3, random);
    // |A⁻¹| ≤ 1, so the residual bounds the error.
    EXPECT_LE(largest_magnitude(a * solve_with_factor(l, b) - b),
              1e3 * double_roundoff * largest_magnitude(a));
    EXPECT_LE(largest_magnitude(l * solve_lower(l, b) - b), 1e3 * double_roundoff * largest_magnitude(a));
  }
  const Matrix two = diagonal({4, 9});
  EXPECT_NEAR(log_det_of_factor(cholesky_factor(two)), std::log(36), 8 * double_roundoff);
}

TEST(Matrix, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Matrix(2, 3) * Matrix(2, 3), Refused);
  EXPECT_THROW(Matrix(2, 3) + Matrix(3, 2), Refused);
  EXPECT_THROW(Matrix(2, 3) - Matrix(3, 2), Refused);
  EXPECT_THROW(Matrix(-1, 3), Refused);
  EXPECT_THROW(Matrix(2, 2, {1, 2, 3}), Refused);
  EXPECT_THROW(Matrix(Tensor(Shape{2, 2, 2})), Refused);
  EXPECT_THROW(cholesky_factor(Matrix(2, 3)), Refused);
  EXPECT_THROW(solve_lower(identity(2), Matrix(3, 1)), Refused);
  EXPECT_THROW(cholesky_factor(diagonal({1, -1})), std::domain_error);
  EXPECT_THROW(cholesky_factor(diagonal({1, std::nan("")})), std::domain_error);
}

}  // namespace
}  // namespace doxa
