#include "doxa/models/numerics/symmetric_eigen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/random_matrix.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// A V = V Λ, VᵀV = I, Σ λ = tr A, Σ λ² = |A|², in descending order.
void expect_decomposition(const Matrix& a) {
  const auto n = static_cast<double>(a.rows);
  const SymmetricEigen e = symmetric_eigen(a);
  const double rounding = 8 * n * double_roundoff * n * largest_magnitude(a);  // |A|₂ ≤ n max |a|
  EXPECT_LE(largest_magnitude(a * e.vectors - e.vectors * diagonal(e.values)), rounding);
  EXPECT_LE(largest_magnitude(transpose(e.vectors) * e.vectors - identity(a.rows)), 16 * n * double_roundoff);
  EXPECT_TRUE(std::ranges::is_sorted(e.values, std::greater{}));
  double sum = 0, squares = 0;
  for (const double value : e.values) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum, trace(a), n * rounding);
  EXPECT_NEAR(squares, trace(a * a), 4 * n * rounding * n * largest_magnitude(a));
}

TEST(SymmetricEigen, DecomposesRandomMatrices) {
  Philox random(1);
  for (const Index n : {1, 2, 3, 5, 8, 20, 60}) {
    expect_decomposition(random_symmetric(n, random));
    expect_decomposition(random_positive_definite(n, random));
    expect_decomposition(random_semidefinite(n, 2, random));
  }
}

TEST(SymmetricEigen, OfTwoByTwoIsTheQuadraticFormula) {
  const SymmetricEigen e = symmetric_eigen(Matrix(2, 2, {2, 3, 3, -1}));
  EXPECT_NEAR(e.values[0], 0.5 + std::sqrt(45.0) / 2, 16 * double_roundoff);
  EXPECT_NEAR(e.values[1], 0.5 - std::sqrt(45.0) / 2, 16 * double_roundoff);
}

// The second difference with fixed ends: λ_j = 2 - 2 cos(jπ / (n+1)), with sines for eigenvectors.
TEST(SymmetricEigen, OfTheSecondDifferenceIsKnown) {
  const Index n = 12;
  Matrix a(n, n);
  for (Index i = 0; i < n; ++i) {
    a(i, i) = 2;
    if (i > 0) a(i, i - 1) = a(i - 1, i) = -1;
  }
  const SymmetricEigen e = symmetric_eigen(a);
  for (Index j = 0; j < n; ++j) {
    const double angle = static_cast<double>(n - j) * std::numbers::pi / static_cast<double>(n + 1);
    EXPECT_NEAR(e.values[static_cast<std::size_t>(j)], 2 - 2 * std::cos(angle), 200 * double_roundoff);
    double cosine = 0;
    for (Index i = 0; i < n; ++i)
      cosine += e.vectors(i, j) * std::sin(static_cast<double>(i + 1) * angle) *
                std::sqrt(2 / static_cast<double>(n + 1));
    EXPECT_NEAR(std::abs(cosine), 1, 1e3 * double_roundoff);
  }
}

TEST(SymmetricEigen, RecoversASpectrumWithRepetitions) {
  Philox random(2);
  const std::vector<double> spectrum{5, 5, 5, 1, 0, 0, -2, -2};
  const Matrix q = symmetric_eigen(random_symmetric(8, random)).vectors;
  const Matrix a = q * diagonal(spectrum) * transpose(q);
  expect_decomposition(a);
  const SymmetricEigen e = symmetric_eigen(a);
  for (std::size_t j = 0; j < spectrum.size(); ++j)
    EXPECT_NEAR(e.values[j], spectrum[j], 500 * double_roundoff);
}

TEST(SymmetricEigen, LeavesADiagonalMatrixAsItIsInOrder) {
  const SymmetricEigen e = symmetric_eigen(diagonal({1, -4, 9}));
  EXPECT_EQ(e.values, (std::vector<double>{9, 1, -4}));
  Matrix order(3, 3);
  order(2, 0) = order(0, 1) = order(1, 2) = 1;
  EXPECT_EQ(e.vectors.elements, order.elements);
  EXPECT_EQ(symmetric_eigen(diagonal({-7})).values, std::vector<double>{-7});
  EXPECT_EQ(symmetric_eigen(diagonal({-7})).vectors.elements, std::vector<double>{1});
  EXPECT_EQ(symmetric_eigen(Matrix(4, 4)).values, std::vector<double>(4, 0.0));
  EXPECT_EQ(symmetric_eigen(identity(4)).vectors.elements, identity(4).elements);
}

TEST(SymmetricEigen, WorksAtTheEndsOfTheRange) {
  Philox random(3);
  const Matrix a = random_symmetric(5, random);
  const SymmetricEigen e = symmetric_eigen(a);
  for (const double scale : {0x1p-1000, 0x1p1000}) {
    const SymmetricEigen scaled = symmetric_eigen(scale * a);
    for (std::size_t j = 0; j < 5; ++j)
      EXPECT_NEAR(scaled.values[j] / scale, e.values[j], 100 * double_roundoff);
  }
}

TEST(SymmetricEigen, RefusesWhatIsNotAFiniteSymmetricMatrix) {
  EXPECT_THROW(symmetric_eigen(Matrix()), Refused);
  EXPECT_THROW(symmetric_eigen(Matrix(2, 3)), Refused);
  for (const double bad : {double{nan}, double{infinity}}) {
    Matrix a = identity(3);
    a(1, 2) = a(2, 1) = bad;
    EXPECT_THROW(symmetric_eigen(a), Refused);
    Matrix on_the_diagonal = identity(3);
    on_the_diagonal(0, 0) = bad;
    EXPECT_THROW(symmetric_eigen(on_the_diagonal), Refused);
  }
  Matrix a = identity(2);
  a(0, 1) = 1e-9;
  EXPECT_THROW(symmetric_eigen(a), Refused);
  a(1, 0) = 1e-9 * (1 + 4 * double_roundoff);  // the rounding of a product
  EXPECT_NO_THROW(symmetric_eigen(a));
}

}  // namespace
}  // namespace doxa
