#include "doxa/models/kalman/square_root.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_matrix.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

double distance(const Matrix& a, const Matrix& b) { return largest_magnitude(a - b); }

void expect_lower(const Matrix& l) {
  for (Index i = 0; i < l.rows; ++i) {
    EXPECT_GE(l(i, i), 0);
    for (Index j = i + 1; j < l.columns; ++j) EXPECT_EQ(l(i, j), 0);
  }
}

TEST(TriangularFactor, HasTheSquareOfItsArrayWhateverItsShape) {
  Philox random(1);
  for (const Index rows : {1, 2, 5})
    for (const Index columns : {1, 2, 5, 11}) {
      const Matrix m = random_matrix(rows, columns, random), l = triangular_factor(m);
      expect_lower(l);
      EXPECT_LE(distance(l * transpose(l), m * transpose(m)), 100 * double_roundoff * sum_of_squares(m));
    }
  EXPECT_EQ(triangular_factor(Matrix(2, 3)).elements, Matrix(2, 2).elements);
}

TEST(TriangularFactor, IsCholeskysOfTheSquare) {
  Philox random(2);
  const Matrix m = random_matrix(4, 9, random);
  EXPECT_LE(distance(triangular_factor(m), cholesky_factor(m * transpose(m))), 1e-13);
}

// The square of the second row's part orthogonal to the first is 10^-30 of the whole: squared, it is lost.
TEST(TriangularFactor, KeepsDigitsThatTheSquareLoses) {
  const Matrix l = triangular_factor(Matrix(2, 3, {1, 0, 0, 1, 1e-15, 0}));
  EXPECT_NEAR(l(1, 1) / 1e-15, 1, 1e-14);
  const Matrix tiny = triangular_factor(Matrix(1, 2, {3e-200, 4e-200}));
  EXPECT_NEAR(tiny[0] / 5e-200, 1, 1e-15);
}

TEST(SquareRoot, IsOfAnyRank) {
  Philox random(3);
  for (const Index rank : {0, 1, 3, 4}) {
    const Matrix a = random_semidefinite(4, rank, random);
    const Matrix l = square_root(a, "a");
    expect_lower(l);
    EXPECT_LE(distance(l * transpose(l), a), 100 * double_roundoff * (1 + trace(a))) << rank;
  }
}

// Units of one coordinate against another's change nothing: 10^-20 beside 10^20 has all its digits.
TEST(SquareRoot, DoesNotDependOnUnits) {
  const Matrix unit = square_root(Matrix(2, 2, {1, 0.5, 0.5, 1}), "a");
  const Matrix l = square_root(Matrix(2, 2, {1e20, 0.5, 0.5, 1e-20}), "a");
  EXPECT_NEAR(l(0, 0) / 1e10, unit(0, 0), 1e-15);
  EXPECT_NEAR(l(1, 0) / 1e-10, unit(1, 0), 1e-15);
  EXPECT_NEAR(l(1, 1) / 1e-10, unit(1, 1), 1e-15);
}

TEST(SquareRoot, NamesWhatItRefuses) {
  const auto text = [](const Matrix& a) { return thrown<Refused>([&] { square_root(a, "Q"); }); };
  EXPECT_EQ(text(Matrix(1, 2)), "Q is [1,2], expected a square matrix");
  EXPECT_EQ(text(Matrix(2, 2, {1, 0.25, 0.5, 1})), "Q is not symmetric: (1,0) is 0.5 and (0,1) is 0.25");
  EXPECT_EQ(text(Matrix(1, 1, {-2})), "Q is indefinite: (0,0) is -2");
  EXPECT_EQ(text(Matrix(2, 2, {1, 2, 2, 1})), "Q is indefinite: (1,0) is 2, (1,1) is 1 and (0,0) is 1");
  EXPECT_EQ(text(Matrix(2, 2, {0, 1, 1, 0})).substr(0, 15), "Q is indefinite");
  EXPECT_EQ(text(Matrix(3, 3, {1, 0.9, 0.9, 0.9, 1, -0.9, 0.9, -0.9, 1})),
            "Q is indefinite: scaled to a unit diagonal it has the eigenvalue -0.8");
  EXPECT_EQ(text(Matrix(1, 1, {std::nan("")})), "Q (0,0) is nan, expected finite numbers");
}

TEST(Regression, SolvesTheNormalEquationsWhereTheyAreSingularToo) {
  Philox random(4);
  const Matrix x = random_matrix(2, 6, random), y = random_matrix(3, 6, random);
  Matrix dependent = above(y, Matrix(1, 6));  // a fourth row 2 y_0 - y_1, then a fifth
  for (Index c = 0; c < 6; ++c) dependent(3, c) = 2 * y(0, c) - y(1, c);
  dependent = above(dependent, random_matrix(1, 6, random));
  for (const Matrix& m : {y, dependent}) {
    const Matrix j = regression(x, m);
    EXPECT_LE(distance(j * m * transpose(m), x * transpose(m)), 1e-13);
  }
  const Matrix j = regression(x, dependent);
  EXPECT_EQ(j(0, 3), 0);  // it depends on those above
  EXPECT_NE(j(0, 4), 0);
  EXPECT_EQ(regression(x, Matrix(2, 6)).elements, Matrix(2, 2).elements);
}

TEST(Block, IsWhatWasPutTogether) {
  Philox random(5);
  const Matrix a = random_matrix(2, 3, random), b = random_matrix(2, 2, random),
               c = random_matrix(1, 5, random);
  const Matrix all = above(beside(a, b), c);
  EXPECT_EQ(block(all, 0, 0, 2, 3).elements, a.elements);
  EXPECT_EQ(block(all, 0, 3, 2, 2).elements, b.elements);
  EXPECT_EQ(block(all, 2, 0, 1, 5).elements, c.elements);
  EXPECT_THROW(block(all, 0, 3, 2, 3), Refused);
  EXPECT_THROW(above(a, b), Refused);
  EXPECT_THROW(beside(a, c), Refused);
  EXPECT_THROW(regression(a, b), Refused);
}

}  // namespace
}  // namespace doxa::testing
