// The matrix product of every instruction set against three nested loops.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

// An m x n matrix in memory: row-major or transposed, its rows (columns) `gap` numbers further apart than
// needed.
struct Matrix {
  Index rows, columns, row_stride, column_stride;
  std::vector<Real> data;

  Matrix(Index m, Index n, bool transposed = false, Index gap = 0, Real value = nan)
      : rows(m),
        columns(n),
        row_stride(transposed ? 1 : n + gap),
        column_stride(transposed ? m + gap : 1),
        data(static_cast<std::size_t>(transposed ? n * (m + gap) : m * (n + gap)), value) {}
  Real& operator()(Index i, Index j) {
    return data[static_cast<std::size_t>(i * row_stride + j * column_stride)];
  }
  Real operator()(Index i, Index j) const { return const_cast<Matrix&>(*this)(i, j); }
};

// Small integers: every sum is exact, so the order of additions does not matter.
Matrix integers(Index salt, Index m, Index n, bool transposed = false, Index gap = 0) {
  Matrix a(m, n, transposed, gap);
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < a.columns; ++j)
      a(i, j) = static_cast<Real>((i * 7 + j * 13 + i * j + salt) % 11 - 5);
  return a;
}

Matrix naive(const Matrix& a, const Matrix& b) {
  Matrix c(a.rows, b.columns);
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < b.columns; ++j) {
      Real sum = 0;
      for (Index p = 0; p < a.columns; ++p) sum += a(i, p) * b(p, j);
      c(i, j) = sum;
    }
  return c;
}

Matrix product(const Kernels& set, const Matrix& a, const Matrix& b) {
  Matrix c(a.rows, b.columns);
  set.matmul(a.rows, b.columns, a.columns, a.data.data(), a.row_stride, a.column_stride, b.data.data(),
             b.row_stride, b.column_stride, c.data.data(), false);
  return c;
}

void expect_exact(Index m, Index n, Index k) {
  const Matrix expected = naive(integers(1, m, k), integers(2, k, n));
  for (const bool transpose_a : {false, true})
    for (const bool transpose_b : {false, true})
      for (const Index gap : {0, 3})
        for (const Kernels* set : available_kernels()) {
          const Matrix a = integers(1, m, k, transpose_a, gap), b = integers(2, k, n, transpose_b, gap);
          const std::string where = std::string(set->name) + " [" + std::to_string(m) + "," +
                                    std::to_string(k) + "] x [" + std::to_string(k) + "," +
                                    std::to_string(n) + "]" + (transpose_a ? " A transposed" : "") +
                                    (transpose_b ? " B transposed" : "");
          ASSERT_EQ(product(*set, a, b).data, expected.data) << where;
          std::vector<Real> added = expected.data;  // C += A B on top of A B is 2 A B
          set->matmul(m, n, k, a.data.data(), a.row_stride, a.column_stride, b.data.data(), b.row_stride,
                      b.column_stride, added.data(), true);
          for (std::size_t i = 0; i < added.size(); ++i) ASSERT_EQ(added[i], 2 * expected.data[i]) << where;
        }
}

TEST(MatrixProduct, IsExactOnIntegersForEverySmallSize) {
  const std::initializer_list<Index> sizes = {0, 1, 2, 7, 8, 9, 23, 25, 48};
  for (const Index m : sizes)
    for (const Index n : sizes)
      for (const Index k : sizes) ASSERT_NO_FATAL_FAILURE(expect_exact(m, n, k));
}

TEST(MatrixProduct, IsExactOnIntegersAcrossBlocksOfTheInnerDimension) {
  for (const Index k : {255, 256, 257, 513})
    for (const Index n : {1, 24, 25, 49}) ASSERT_NO_FATAL_FAILURE(expect_exact(9, n, k));
  ASSERT_NO_FATAL_FAILURE(expect_exact(257, 9, 24));
  ASSERT_NO_FATAL_FAILURE(expect_exact(33, 257, 31));
}

// Every number of rows in a tile, up to past two of them, meets every number of columns in a panel.
TEST(MatrixProduct, IsExactOnIntegersForEveryRemainderOfRowsAndColumns) {
  for (Index m = 1; m <= 17; ++m) ASSERT_NO_FATAL_FAILURE(expect_exact(m, 3 * m + 1, 5));
  for (Index n = 1; n <= 81; ++n) ASSERT_NO_FATAL_FAILURE(expect_exact(1 + n % 9, n, 3));
  for (Index k = 1; k <= 33; ++k) ASSERT_NO_FATAL_FAILURE(expect_exact(6, 19, k));
}

// Blocks of the caches end within m and k, and the last ones are smaller.
TEST(MatrixProduct, IsExactOnIntegersBeyondTheBlocksOfTheCaches) {
  ASSERT_NO_FATAL_FAILURE(expect_exact(530, 11, 391));
  ASSERT_NO_FATAL_FAILURE(expect_exact(259, 70, 18));
  ASSERT_NO_FATAL_FAILURE(expect_exact(5, 150, 790));
  ASSERT_NO_FATAL_FAILURE(expect_exact(18, 100, 130));
}

// Both operands are copied, in blocks that end within m, n and k: where each of these is at least 128, and their
// product at least 512 x 512 x 128.
TEST(MatrixProduct, IsExactOnIntegersBeyondTheBlocksOfLargeProducts) {
  ASSERT_NO_FATAL_FAILURE(expect_exact(130, 1069, 601));
  ASSERT_NO_FATAL_FAILURE(expect_exact(389, 353, 257));
}

// An element of C is a sum in the same order in a large product and in one of a few rows of A.
TEST(MatrixProduct, HasTheSameRowsAsThatOfAFewRows) {
  Philox random(1);
  for (const Index k : {200, 600, 800})
    for (const bool transpose_a : {false, true}) {
      const Index m = 260, n = 330, few = 65;
      Matrix a(m, k, transpose_a), b(k, n);
      for (Matrix* x : {&a, &b})
        for (Real& x_i : x->data) x_i = static_cast<Real>(random.normal());
      for (const Kernels* set : available_kernels()) {
        const Matrix whole = product(*set, a, b);
        Matrix c(m, n);
        for (Index i = 0; i < m; i += few)
          set->matmul(few, n, k, a.data.data() + i * a.row_stride, a.row_stride, a.column_stride,
                      b.data.data(), b.row_stride, b.column_stride, c.data.data() + i * n, false);
        EXPECT_EQ(whole.data, c.data) << set->name << " k = " << k;
      }
    }
}

// Rows a power of two apart crowd into few sets of a cache, and are copied elsewhere.
TEST(MatrixProduct, IsExactOnIntegersForStridesOfAPowerOfTwo) {
  ASSERT_NO_FATAL_FAILURE(expect_exact(50, 256, 64));
  ASSERT_NO_FATAL_FAILURE(expect_exact(37, 512, 40));
  ASSERT_NO_FATAL_FAILURE(expect_exact(1024, 100, 33));
  ASSERT_NO_FATAL_FAILURE(expect_exact(16, 33, 512));
}

// Every second row and every third column of a larger matrix: neither is contiguous.
TEST(MatrixProduct, IsExactOnIntegersForOperandsWithNoContiguousDirection) {
  for (const Index m : {1, 7, 81, 90})
    for (const Index n : {1, 9, 50})
      for (const Index k : {1, 5, 200}) {
        const Matrix left = integers(1, m, k), right = integers(2, k, n);
        const Matrix expected = naive(left, right);
        Matrix a(2 * m, 3 * k), b(2 * k, 3 * n);
        for (Index i = 0; i < m; ++i)
          for (Index p = 0; p < k; ++p) a(2 * i, 3 * p) = left(i, p);
        for (Index p = 0; p < k; ++p)
          for (Index j = 0; j < n; ++j) b(2 * p, 3 * j) = right(p, j);
        for (const Kernels* set : available_kernels()) {
          Matrix c(m, n);
          set->matmul(m, n, k, a.data.data(), 6 * k, 3, b.data.data(), 6 * n, 3, c.data.data(), false);
          ASSERT_EQ(c.data, expected.data)
              << set->name << " [" << m << "," << k << "] x [" << k << "," << n << "]";
        }
      }
}

// Nothing beyond the m n numbers of C is written, and nothing beyond the operands has a part in them: the
// numbers around all three are NaN.
TEST(MatrixProduct, KeepsToItsOperands) {
  constexpr Index margin = 40;
  const auto framed = [](Index count, Real x) {
    std::vector<Real> all(static_cast<std::size_t>(count + 2 * margin), nan);
    for (Index i = 0; i < count; ++i) all[static_cast<std::size_t>(margin + i)] = x;
    return all;
  };
  for (const Kernels* set : available_kernels())
    for (const Index m : {1, 3, 8, 13, 40})
      for (const Index n : {1, 6, 17, 20, 33, 60})
        for (const Index k : {1, 4, 11, 64})
          for (const int form : {0, 1, 2}) {
            const std::vector<Real> a = framed(m * k, 1), b = framed(k * n, 1);
            std::vector<Real> c = framed(m * n, 0);
            const bool a_transposed = form == 2, b_transposed = form == 1;
            set->matmul(m, n, k, a.data() + margin, a_transposed ? 1 : k, a_transposed ? m : 1,
                        b.data() + margin, b_transposed ? 1 : n, b_transposed ? k : 1, c.data() + margin,
                        form != 0);
            for (std::size_t i = 0; i < c.size(); ++i)
              if (i < margin || i >= c.size() - margin)
                ASSERT_TRUE(std::isnan(c[i])) << set->name << ' ' << m << ' ' << n << ' ' << k << ' ' << form;
              else
                ASSERT_EQ(c[i], static_cast<Real>(k))
                    << set->name << ' ' << m << ' ' << n << ' ' << k << ' ' << form;
          }
}

// The bits do not depend on where the operands lie.
TEST(MatrixProduct, DoesNotDependOnAlignment) {
  constexpr Index m = 21, n = 37, k = 70, places = 8;
  std::vector<Real> a(m * k + places), b(k * n + places), c(m * n + places), first_c;
  Philox random(2);
  for (const Kernels* set : available_kernels())
    for (const bool transposed : {false, true}) {
      std::vector<Real> numbers(m * k + k * n);
      random.normal(numbers);
      for (Index at = 0; at < places; ++at) {
        std::copy_n(numbers.begin(), m * k, a.begin() + at);
        std::copy_n(numbers.begin() + m * k, k * n, b.begin() + places - 1 - at);
        set->matmul(m, n, k, a.data() + at, k, 1, b.data() + places - 1 - at, transposed ? 1 : n,
                    transposed ? k : 1, c.data() + at, false);
        const std::vector<Real> result(c.begin() + at, c.begin() + at + m * n);
        if (at == 0) first_c = result;
        ASSERT_EQ(result, first_c) << set->name << ' ' << at;
      }
    }
}

// |C - A B| <= k u |A| |B| / (1 - k u) element by element, for any order (Higham, "Accuracy and Stability of
// Numerical Algorithms", 2nd ed., eq. 3.13).
TEST(MatrixProduct, IsWithinItsRoundingErrorBound) {
  constexpr Index m = 13, n = 29, k = 301;
  Matrix a(m, k), b(k, n);
  Philox random(1);
  random.normal(a.data);
  random.normal(b.data);
  for (const Kernels* set : available_kernels()) {
    const Matrix c = product(*set, a, b);
    for (Index i = 0; i < m; ++i)
      for (Index j = 0; j < n; ++j) {
        long double exact = 0, absolute = 0;
        for (Index p = 0; p < k; ++p) {
          const long double term = static_cast<long double>(a(i, p)) * static_cast<long double>(b(p, j));
          exact += term;
          absolute += std::abs(term);
        }
        EXPECT_NEAR(c(i, j), static_cast<double>(exact),
                    k * unit_roundoff / (1 - k * unit_roundoff) * static_cast<double>(absolute))
            << set->name;
      }
  }
}

// One infinity in B meets a zero of A in every product of its column, 0 · ∞ = NaN, and in none of the others.
TEST(MatrixProduct, ZeroTimesInfinityIsNaN) {
  constexpr Index m = 9, n = 25, k = 10;
  for (const Kernels* set : available_kernels())
    for (const bool transposed : {false, true})
      for (Index p = 0; p < k; ++p)
        for (Index j = 0; j < n; ++j) {
          Matrix a(m, k, false, 0, 0), b(k, n, transposed, 0, 1);
          b(p, j) = infinity;
          const Matrix c = product(*set, a, b);
          for (Index i = 0; i < m; ++i)
            for (Index l = 0; l < n; ++l)
              ASSERT_TRUE(l == j ? std::isnan(c(i, l)) : c(i, l) == 0) << set->name << ' ' << p << ' ' << j;
        }
}

TEST(MatrixProduct, ANaNReachesItsRowAndNothingElse) {
  constexpr Index m = 11, n = 26, k = 9;
  for (const Kernels* set : available_kernels())
    for (const bool transpose_a : {false, true})
      for (const bool transpose_b : {false, true})
        for (Index at = 0; at < m; ++at) {
          Matrix a(m, k, transpose_a, 0, 1), b(k, n, transpose_b, 0, 0);
          a(at, at % k) = nan;
          const Matrix c = product(*set, a, b);
          for (Index i = 0; i < m; ++i)
            for (Index j = 0; j < n; ++j)
              ASSERT_TRUE(i == at ? std::isnan(c(i, j)) : c(i, j) == 0) << set->name;
        }
}

}  // namespace
}  // namespace doxa
