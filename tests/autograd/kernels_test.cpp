// Every instruction set computes the same thing: see kernels.h.

#include "doxa/autograd/kernels/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "tests/support/numbers.h"
#include "tests/support/page.h"

namespace doxa {
namespace {

bool same_bits(const std::vector<Real>& a, const std::vector<Real>& b) {
  return std::ranges::equal(std::as_bytes(std::span(a)), std::as_bytes(std::span(b)));
}

TEST(Kernels, TheFastestSetIsOneOfThoseAvailable) {
  ASSERT_FALSE(available_kernels().empty());
  EXPECT_EQ(std::string(available_kernels().front()->name), "baseline");
  EXPECT_EQ(&kernels(), available_kernels().back());
}

// One IEEE operation an element has one right answer.
TEST(Kernels, SingleOperationsAreTheSameBitsInEverySet) {
  constexpr Index n = 1027;
  const std::vector<Real> a = noise(n, 1), b = noise(n, 2);
  for (const Kernels* set : available_kernels()) {
    const auto expect_all = [&](Binary op, auto f) {
      for (const Index stride_a : {0, 1})
        for (const Index stride_b : {0, 1}) {
          std::vector<Real> y(n), expected(n);
          set->binary[static_cast<int>(op)](n, a.data(), stride_a, b.data(), stride_b, y.data());
          for (std::size_t i = 0; i < n; ++i) expected[i] = f(a[stride_a ? i : 0], b[stride_b ? i : 0]);
          EXPECT_TRUE(same_bits(y, expected)) << set->name << " op " << static_cast<int>(op);
        }
    };
    expect_all(Binary::add, [](Real x, Real y) { return x + y; });
    expect_all(Binary::subtract, [](Real x, Real y) { return x - y; });
    expect_all(Binary::multiply, [](Real x, Real y) { return x * y; });
    expect_all(Binary::divide, [](Real x, Real y) { return x / y; });
    std::vector<Real> y(n), expected(n);
    set->unary[static_cast<int>(Unary::square)](n, a.data(), y.data());
    for (std::size_t i = 0; i < n; ++i) expected[i] = a[i] * a[i];
    EXPECT_TRUE(same_bits(y, expected)) << set->name;
  }
}

// Values differ by a few u, and so do derivatives, which for all of these functions are a sum of at most two
// terms no larger than 1 + |f'|.
TEST(Kernels, DerivativesAgreeAcrossSets) {
  constexpr Index n = 515;
  std::vector<Real> x = noise(n, 3), g = noise(n, 4);
  for (Real& v : x) v = std::abs(v) + Real(0.01);
  const Kernels* baseline = available_kernels().front();
  for (int op = 0; op < static_cast<int>(Unary::count); ++op) {
    std::vector<Real> y(n), expected(n);
    baseline->unary[op](n, x.data(), y.data());
    baseline->unary_adjoint[op](n, x.data(), y.data(), g.data(), expected.data());
    for (const Kernels* set : available_kernels()) {
      std::vector<Real> dx(n);
      set->unary[op](n, x.data(), y.data());
      set->unary_adjoint[op](n, x.data(), y.data(), g.data(), dx.data());
      for (std::size_t i = 0; i < n; ++i)
        EXPECT_NEAR(dx[i], expected[i], 16 * unit_roundoff * (std::abs(g[i]) + std::abs(expected[i])))
            << set->name << " op " << op << " at " << x[i];
    }
  }
}

// An operand with stride 0 stands for n equal ones, so its adjoint is the sum of theirs. With integers it is
// exact.
TEST(Kernels, TheAdjointOfABroadcastOperandIsASum) {
  for (const Kernels* set : available_kernels())
    for (const Index n : {0, 1, 3, 8, 31, 100}) {
      const auto size = static_cast<std::size_t>(n);
      std::vector<Real> g(size), y(size), b(size, 2);
      for (std::size_t i = 0; i < size; ++i) g[i] = static_cast<Real>(i % 7) - 3;
      Real total = 5;
      for (const Real v : g) total += 2 * v;
      const Real a = 1;
      Real d = 5;
      set->binary_adjoint_a[static_cast<int>(Binary::multiply)](n, &a, 0, b.data(), 1, y.data(), g.data(),
                                                                &d);
      EXPECT_EQ(d, total) << set->name << " n=" << n;
      d = 5;
      set->binary_adjoint_b[static_cast<int>(Binary::multiply)](n, b.data(), 1, &a, 0, y.data(), g.data(),
                                                                &d);
      EXPECT_EQ(d, total) << set->name << " n=" << n;
    }
}

TEST(Kernels, AdjointsAreAddedNotAssigned) {
  const std::array<Real, 3> x{1, 2, 3}, y{1, 2, 3}, g{1, 1, 1};
  for (const Kernels* set : available_kernels()) {
    std::array<Real, 3> d{10, 20, 30};
    set->unary_adjoint[static_cast<int>(Unary::square)](3, x.data(), y.data(), g.data(), d.data());
    EXPECT_EQ(d, (std::array<Real, 3>{12, 24, 36})) << set->name;
  }
}

TEST(Kernels, SumsOfIntegersAreExactForEveryLength) {
  for (const Kernels* set : available_kernels())
    for (Index n = 0; n <= 100; ++n) {
      std::vector<Real> x(static_cast<std::size_t>(n));
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(i + 1);
      EXPECT_EQ(set->sum(n, x.data()), static_cast<Real>(n * (n + 1) / 2)) << set->name;
    }
}

// In whatever order, each element takes part in at most n - 1 additions: |error| <= (n - 1) u Σ|x| / (1 - n
// u).
TEST(Kernels, SumsAreWithinTheirRoundingErrorBound) {
  constexpr Index n = 10007;
  const std::vector<Real> x = noise(n, 5);
  long double exact = 0, absolute = 0;
  for (const Real v : x) exact += v, absolute += std::abs(v);
  const double bound = n * unit_roundoff / (1 - n * unit_roundoff) * static_cast<double>(absolute);
  for (const Kernels* set : available_kernels())
    EXPECT_NEAR(set->sum(n, x.data()), static_cast<double>(exact), bound) << set->name;
}

// Rows apart by more than their length, and one row that stands for all.
TEST(Kernels, RowsAreCopiedAndAddedAndNothingBetweenThemIsTouched) {
  for (const Kernels* set : available_kernels())
    for (const Index m : {0, 1, 5, 37})
      for (const Index n : {0, 1, 2, 3, 4, 6, 8, 21, 77, 157}) {
        const Index apart = n + 3;
        std::vector<Real> x(static_cast<std::size_t>(m * apart), nan), row(static_cast<std::size_t>(n)),
            close = row, y(static_cast<std::size_t>(m * n)), spread(x.size(), nan);
        const auto at = [&](Index i, Index j) { return static_cast<std::size_t>(i * apart + j); };
        for (Index i = 0; i < m; ++i)
          for (Index j = 0; j < n; ++j) x[at(i, j)] = static_cast<Real>(10 * i + j);
        set->copy_rows(m, n, x.data(), apart, y.data(), n);
        set->copy_rows(m, n, y.data(), n, spread.data(), apart);
        EXPECT_TRUE(same_bits(spread, x)) << set->name;
        set->add_rows(m, n, y.data(), n, spread.data(), apart);
        set->add_rows(m, n, x.data(), apart, row.data(), 0);
        set->add_rows(m, n, y.data(), n, close.data(), 0);
        EXPECT_EQ(close, row) << set->name << ", rows without a gap, " << m << " by " << n;
        for (Index i = 0; i < m; ++i)
          for (Index j = 0; j < n; ++j) EXPECT_EQ(spread[at(i, j)], 2 * x[at(i, j)]) << set->name;
        for (Index j = 0; j < n; ++j)
          EXPECT_EQ(row[static_cast<std::size_t>(j)], static_cast<Real>(5 * m * (m - 1) + m * j))
              << set->name;
      }
}

TEST(Kernels, OneNumberOutsideTheBoundsIsSeenAnywhere) {
  constexpr Real infinity = std::numeric_limits<Real>::infinity();
  for (const Kernels* set : available_kernels())
    for (const Index n : {0, 1, 7, 8, 31, 32, 33, 64, 77, 157}) {
      std::vector<Real> x(static_cast<std::size_t>(n), Real(0.5));
      EXPECT_TRUE(set->all_between(n, 0, 1, x.data()) && set->all_between(n, -infinity, infinity, x.data()));
      for (Real& x_i : x)
        for (const Real number : {nan, infinity, -infinity, Real(-0.25), Real(1.25)}) {
          x_i = number;
          EXPECT_FALSE(set->all_between(n, 0, 1, x.data())) << set->name << ", " << n;
          EXPECT_EQ(set->all_between(n, -infinity, infinity, x.data()), std::isfinite(number)) << set->name;
          x_i = Real(0.5);
        }
    }
}

TEST(Kernels, AProductIsWhatAnAdjointAddsToZero) {
  constexpr Index n = 21;
  std::vector<Real> x = noise(n, 3), g = noise(n, 4);
  for (Real& v : x) v = std::abs(v) + Real(0.01);
  for (const Kernels* set : available_kernels())
    for (int op = 0; op < static_cast<int>(Unary::count); ++op) {
      std::vector<Real> y(n), added(n), product(n, nan);
      set->unary[op](n, x.data(), y.data());
      set->unary_adjoint[op](n, x.data(), y.data(), g.data(), added.data());
      set->unary_product[op](n, x.data(), y.data(), g.data(), product.data());
      for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(product[i], added[i]) << set->name << " op " << op;
    }
}

TEST(Kernels, AffineAndItsRelativesAreExactOnIntegers) {
  for (const Kernels* set : available_kernels())
    for (const std::size_t n : {0u, 1u, 7u, 16u, 33u}) {
      std::vector<Real> x(n), y(n), z(n, 1);
      for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<Real>(i);
      const auto count = static_cast<Index>(n);
      set->affine(count, 3, -2, x.data(), y.data());
      set->add_scaled(count, 3, x.data(), z.data());
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_EQ(y[i], 3 * x[i] - 2) << set->name;
        EXPECT_EQ(z[i], 3 * x[i] + 1) << set->name;
      }
    }
}

// Arrays that an optimiser's step, a change of scale or sign, or a constant leaves alike in most of their
// bits.
TEST(Kernels, TheHashTellsArraysApartAndIsTheSameInEverySet) {
  for (const Index n : {1, 2, 7, 16, 32, 64, 100, 256, 1024, 4096, 16384})
    for (const Index stride : {1, 4, 9}) {
      if (stride > n) continue;
      std::vector<std::vector<Real>> arrays;
      const auto size = static_cast<std::size_t>(n);
      for (const double c : {0.0, -0.0, 1.0, -1.0, 0.5, 0.75, 1.5, 2.0, 4.0, 1e-3})
        arrays.emplace_back(size, static_cast<Real>(c));
      const std::vector<Real> random = noise(n, 5);
      for (const double factor : {1.0, -1.0, 2.0, -2.0, 0.5, 4.0, 1.5, 0.999}) {
        std::vector<Real>& x = arrays.emplace_back(random);
        std::vector<Real>& short_numbers = arrays.emplace_back(random);
        for (Real& x_i : x) x_i *= static_cast<Real>(factor);
        for (Real& x_i : short_numbers)
          x_i = static_cast<Real>(std::round(64 * static_cast<double>(x_i)) / 64 * factor);
      }
      std::vector<std::uint64_t> hashes;
      for (const std::vector<Real>& x : arrays) {
        hashes.push_back(kernels().hash(n, stride, x.data()));
        for (const Kernels* set : available_kernels())
          EXPECT_EQ(set->hash(n, stride, x.data()), hashes.back()) << set->name;
      }
      for (std::size_t i = 0; i < arrays.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (!same_bits(arrays[i], arrays[j])) {
            EXPECT_NE(hashes[i], hashes[j]) << n << " numbers, " << i << " and " << j;
          }
    }
}

TEST(Kernels, TheHashSeesEveryColumnOfALongArray) {
  for (const Index columns : {2, 3, 8, 9, 16, 17}) {
    const Index rows = 1 << 13, n = rows * columns, stride = (n + 1023) / 1024;
    for (Index c = 0; c < columns; ++c) {
      std::vector<Real> x(static_cast<std::size_t>(n), 1);
      const std::uint64_t before = kernels().hash(n, stride, x.data());
      for (Index r = 0; r < rows; ++r) x[static_cast<std::size_t>(r * columns + c)] = 2;
      EXPECT_NE(kernels().hash(n, stride, x.data()), before) << c << " of " << columns;
    }
  }
}

#ifdef DOXA_HAS_PAGES
TEST(Kernels, TouchNothingOutsideTheirArrays) {
  for (const Kernels* set : available_kernels()) {
    const bool done = for_arrays_at_page_boundaries([set](Index n, Real* x, Real* y, Real* g, Real* d) {
      for (const auto f : set->unary) f(n, x, y);
      for (const auto f : set->unary_adjoint) f(n, x, y, g, d);
      for (const auto f : set->unary_product) f(n, x, y, g, d);
      for (const Index a : {0, 1})
        for (const Index b : {0, 1}) {
          for (const auto f : set->binary) f(n, x, a, g, b, y);
          for (const auto f : set->binary_adjoint_a) f(n, x, a, g, b, y, g, d);
          for (const auto f : set->binary_adjoint_b) f(n, x, a, g, b, y, g, d);
        }
      for (const auto f : set->binary_adjoints) f(n, x, x, y, g, d, true, y, false);
      set->affine(n, 2, 3, x, y);
      set->add_scaled(n, 2, x, y);
      set->copy_rows(1, n, x, n, y, n);
      set->add_rows(1, n, x, n, y, n);
      set->add_rows(1, n, x, n, y, 0);
      EXPECT_TRUE(set->all_between(n, 0, 2, x));
      set->bias_tanh(1, n, x, y);
      set->bias_sigmoid(1, n, x, y);
      set->multiply_add(n, x, g, g, d);
      set->multiply_add_adjoint(n, x, x, g, y, d, d);
      EXPECT_EQ(set->sum(n, x), static_cast<Real>(n));
      for (const Index stride : {1, 2, 3}) EXPECT_NE(set->hash(n, stride, x), 0u);
    });
    if (!done) GTEST_SKIP() << "no memory protection";
  }
}
#endif

}  // namespace
}  // namespace doxa
