// Every row of kernels/derivatives.def, in every instruction set, against values and derivatives in extended
// precision. A row without a reference here does not compile.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

using Limits = std::numeric_limits<Real>;
using Exact = long double;

namespace exact {
Exact logistic(Exact x) { return 1 / (1 + std::exp(-x)); }
Exact silu_slope(Exact x) { return std::isinf(x) ? (x > 0 ? 1 : 0) : logistic(x) * (1 + x * logistic(-x)); }
Exact log1mexp(Exact x) {
  if (x > 0 || std::isnan(x)) return std::numeric_limits<Exact>::quiet_NaN();
  return x > -0.7L ? std::log(-std::expm1(x)) : std::log1p(-std::exp(x));
}
Exact log_cosh(Exact x) {
  const Exact a = std::abs(x), half = std::sinh(a / 2);
  return a < 1 ? std::log1p(2 * half * half) : a + (std::log1p(std::exp(-2 * a)) - std::log(2.0L));
}
Exact share(bool chosen, Exact a, Exact b) { return chosen || std::isnan(a) ? 1 : a == b ? 0.5L : 0; }
}  // namespace exact

// f and f', and the error of the latter in units of u |g| that comes on top of the relative one: derivatives
// made from a rounded y near 1, or that change sign.
struct UnaryRow {
  const char* name;
  Exact (*value)(Exact);
  Exact (*slope)(Exact);
  double absolute = 0;
};

#define ROW(name, value, ...)                                                                  \
  UnaryRow {                                                                                   \
    name, [](Exact x) -> Exact { return value; }, [](Exact x) -> Exact { return __VA_ARGS__; } \
  }
#define ROW_WITHIN(absolute, name, value, slope)                                                   \
  UnaryRow {                                                                                       \
    name, [](Exact x) -> Exact { return value; }, [](Exact x) -> Exact { return slope; }, absolute \
  }

// In the order of the table.
const UnaryRow unary_rows[] = {
    ROW("negate", -x, x != x ? x : -1),
    ROW("exp", std::exp(x), std::exp(x)),
    ROW("expm1", std::expm1(x), std::exp(x)),
    ROW("log", std::log(x), 1 / x),
    ROW("log1p", std::log1p(x), 1 / (1 + x)),
    ROW("square", x* x, 2 * x),
    ROW("sqrt", std::sqrt(x), x == 0 ? 0 : 1 / (2 * std::sqrt(x))),
    ROW("reciprocal", 1 / x, -1 / (x * x)),
    ROW("abs", std::abs(x), x == 0 ? 0 : std::copysign(1.0L, x)),
    ROW("sin", std::sin(x), std::cos(x)),
    ROW("cos", std::cos(x), -std::sin(x)),
    ROW_WITHIN(8, "tanh", std::tanh(x), 1 / (std::cosh(x) * std::cosh(x))),
    ROW_WITHIN(4, "sigmoid", exact::logistic(x), exact::logistic(x) * exact::logistic(-x)),
    ROW("softplus", x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)), exact::logistic(x)),
    ROW("log_sigmoid", x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x)), exact::logistic(-x)),
    ROW("log1mexp", exact::log1mexp(x), std::exp(-std::abs(x)) / std::expm1(-std::abs(x))),
    ROW("log_tanh_slope", -2 * exact::log_cosh(x), -2 * std::tanh(x)),
    ROW("relu", x < 0 ? 0 : x, x <= 0 ? 0 : 1),
    ROW("elu", x > 0 ? x : std::expm1(x), x > 0 ? 1 : std::exp(x)),
    ROW_WITHIN(8, "silu", x == -infinity ? 0 : x * exact::logistic(x), exact::silu_slope(x)),
};
static_assert(std::size(unary_rows) == static_cast<std::size_t>(Unary::count));

struct BinaryRow {
  const char* name;
  Exact (*value)(Exact, Exact);
  Exact (*slope_a)(Exact, Exact);
  Exact (*slope_b)(Exact, Exact);
};
const BinaryRow binary_rows[] = {
    {"add", [](Exact a, Exact b) { return a + b; }, [](Exact, Exact) { return 1.0L; },
     [](Exact, Exact) { return 1.0L; }},
    {"subtract", [](Exact a, Exact b) { return a - b; }, [](Exact, Exact) { return 1.0L; },
     [](Exact, Exact) { return -1.0L; }},
    {"multiply", [](Exact a, Exact b) { return a * b; }, [](Exact, Exact b) { return b; },
     [](Exact a, Exact) { return a; }},
    {"divide", [](Exact a, Exact b) { return a / b; }, [](Exact, Exact b) { return 1 / b; },
     [](Exact a, Exact b) { return -(a / b) / b; }},
    {"minimum", [](Exact a, Exact b) { return std::isnan(a) || a < b ? a : b; },
     [](Exact a, Exact b) { return exact::share(a < b, a, b); },
     [](Exact a, Exact b) { return exact::share(b < a, b, a); }},
    {"maximum", [](Exact a, Exact b) { return std::isnan(a) || a > b ? a : b; },
     [](Exact a, Exact b) { return exact::share(a > b, a, b); },
     [](Exact a, Exact b) { return exact::share(b > a, b, a); }},
};
static_assert(std::size(binary_rows) == static_cast<std::size_t>(Binary::count));

std::vector<Real> points() {
  std::vector<Real> x{0,
                      infinity,
                      Limits::denorm_min(),
                      Limits::min(),
                      Limits::max(),
                      1,
                      Limits::epsilon(),
                      std::nextafter(Real{1}, Real{0}),
                      Real(1e4),
                      Real(1e6),
                      100};
  for (std::size_t i = 0, n = x.size(); i < n; ++i) x.push_back(-x[i]);
  Philox random(2);
  for (int i = 0; i < 3000; ++i)
    for (const double scale : {0.01, 1.0, 20.0, 900.0})
      x.push_back(static_cast<Real>(scale * (2 * random.uniform() - 1)));
  return x;
}

// Adjoints between 1 and 2, of either sign.
std::vector<Real> adjoints(std::size_t n) {
  Philox random(3);
  std::vector<Real> g(n);
  for (Real& v : g) {
    const double magnitude = 1 + random.uniform();
    v = static_cast<Real>(random.uniform() < 0.5 ? -magnitude : magnitude);
  }
  return g;
}

constexpr bool wide_reference = std::numeric_limits<Exact>::digits > Limits::digits;

// Values are within 2 ulp, and derivatives are made of at most two of them and three more operations.
constexpr double value_ulps = 2 + !wide_reference, slope_ulps = 6 + 4 * !wide_reference;

void expect_within(double ulp, double absolute, Real y, Exact exact, const std::string& where) {
  if (ulps(y, exact) <= ulp) return;
  EXPECT_LE(std::abs(y - exact), static_cast<Exact>(absolute * unit_roundoff)) << where << ": " << y;
}

std::string at(const char* name, const Kernels* set, Real x) {
  return std::string(name) + '(' + std::to_string(x) + "), " + set->name;
}

TEST(Derivatives, OfOneOperand) {
  const std::vector<Real> x = points(), g = adjoints(x.size());
  const auto n = static_cast<Index>(x.size());
  for (std::size_t op = 0; op < std::size(unary_rows); ++op)
    for (const Kernels* set : available_kernels()) {
      const UnaryRow& row = unary_rows[op];
      std::vector<Real> y(x.size()), dx(x.size());
      set->unary[op](n, x.data(), y.data());
      set->unary_adjoint[op](n, x.data(), y.data(), g.data(), dx.data());
      for (std::size_t i = 0; i < x.size(); ++i) {
        // silu is a product with a sigmoid, whose rounding errors both count.
        const bool product = std::string(row.name) == "silu";
        expect_within(product ? 2 * value_ulps : value_ulps, product ? 1 : 0, y[i], row.value(x[i]),
                      at(row.name, set, x[i]));
        expect_within(slope_ulps, row.absolute * static_cast<double>(std::abs(g[i])), dx[i],
                      g[i] * row.slope(x[i]), at(row.name, set, x[i]) + " slope");
      }
    }
}

TEST(Derivatives, OfTwoOperandsWithEveryStride) {
  std::vector<Real> a, b;
  for (const Real x :
       {Real{0}, -Real{0}, Real{1}, Real{-1}, Real{2}, infinity, -infinity, nan, Limits::max()})
    for (const Real y :
         {Real{0}, -Real{0}, Real{1}, Real{-1}, Real{2}, infinity, -infinity, nan, Limits::max()})
      a.push_back(x), b.push_back(y);
  Philox random(4);
  for (int i = 0; i < 2000; ++i) {
    for (std::vector<Real>* of : {&a, &b}) {
      const double size = std::exp(20 * random.uniform() - 10);
      of->push_back(static_cast<Real>(size * (random.uniform() - 0.5)));
    }
  }
  const std::vector<Real> g = adjoints(a.size());
  const auto n = static_cast<Index>(a.size());
  for (std::size_t op = 0; op < std::size(binary_rows); ++op)
    for (const Kernels* set : available_kernels()) {
      const BinaryRow& row = binary_rows[op];
      std::vector<Real> y(a.size()), da(a.size()), db(a.size());
      set->binary[op](n, a.data(), 1, b.data(), 1, y.data());
      set->binary_adjoint_a[op](n, a.data(), 1, b.data(), 1, y.data(), g.data(), da.data());
      set->binary_adjoint_b[op](n, a.data(), 1, b.data(), 1, y.data(), g.data(), db.data());
      for (std::size_t i = 0; i < a.size(); ++i) {
        const std::string where = at(row.name, set, a[i]) + " with " + std::to_string(b[i]);
        expect_within(0.5 + !wide_reference, 0, y[i], row.value(a[i], b[i]), where);
        expect_within(2 + !wide_reference, 0, da[i], g[i] * row.slope_a(a[i], b[i]), where + " da");
        expect_within(2 + !wide_reference, 0, db[i], g[i] * row.slope_b(a[i], b[i]), where + " db");
        // An operand that stands for all elements is the same function of one.
        for (const auto [step_a, step_b] : {std::array<Index, 2>{0, 1}, {1, 0}, {0, 0}}) {
          Real one;
          set->binary[op](1, &a[i], step_a, &b[i], step_b, &one);
          EXPECT_EQ(ulps(one, y[i]), 0) << where;
        }
      }
    }
}

// The loss does not depend on y: whatever the derivative, x is not touched.
TEST(Derivatives, AnAdjointOfZeroAddsNothing) {
  const std::vector<Real> special{
      0, -Real{0}, 1, -1, infinity, -infinity, nan, Limits::max(), -Limits::max()};
  const std::vector<Real> zero(special.size(), 0);
  const auto n = static_cast<Index>(special.size());
  for (const Kernels* set : available_kernels()) {
    for (std::size_t op = 0; op < std::size(unary_rows); ++op) {
      std::vector<Real> y(special.size()), dx(special.size(), 5);
      set->unary[op](n, special.data(), y.data());
      set->unary_adjoint[op](n, special.data(), y.data(), zero.data(), dx.data());
      EXPECT_EQ(dx, std::vector<Real>(special.size(), 5)) << unary_rows[op].name << ' ' << set->name;
    }
    for (std::size_t op = 0; op < std::size(binary_rows); ++op)
      for (const Real b : special)
        for (const bool of_a : {false, true}) {
          const auto adjoint = of_a ? set->binary_adjoint_a[op] : set->binary_adjoint_b[op];
          std::vector<Real> y(special.size()), d(special.size(), 5);
          set->binary[op](n, special.data(), 1, &b, 0, y.data());
          adjoint(n, special.data(), 1, &b, 0, y.data(), zero.data(), d.data());
          EXPECT_EQ(d, std::vector<Real>(special.size(), 5)) << binary_rows[op].name << ' ' << set->name;
        }
  }
}

// Either alone, added to -0, is the derivative itself: nothing changes when -0 is added to it.
TEST(Derivatives, OfBothOperandsAtOnceAreThoseOfEach) {
  std::vector<Real> a, b, g;
  for (const Real x : {Real{0}, -Real{0}, Real{1}, Real{-3}, infinity, -infinity, nan, Limits::max()})
    for (const Real y : {Real{0}, -Real{0}, Real{1}, Real{-7}, infinity, nan})
      for (const Real cotangent : {Real{0}, Real{-1.25}})
        a.push_back(x), b.push_back(y), g.push_back(cotangent);
  const auto is_same = [](Real x, Real y) {
    return (std::isnan(x) && std::isnan(y)) || (x == y && std::signbit(x) == std::signbit(y));
  };
  for (const Kernels* set : available_kernels())
    for (std::size_t op = 0; op < std::size(binary_rows); ++op)
      for (std::size_t n = 0; n <= a.size(); ++n) {
        const auto count = static_cast<Index>(n);
        std::vector<Real> y(n);
        set->binary[op](count, a.data(), 1, b.data(), 1, y.data());
        for (const bool add_a : {false, true})
          for (const bool add_b : {false, true}) {
            std::vector<Real> da(n, add_a ? Real{5} : -Real{0}), db(n, add_b ? Real{7} : -Real{0});
            std::vector<Real> both_a(n, add_a ? Real{5} : nan), both_b(n, add_b ? Real{7} : nan);
            set->binary_adjoint_a[op](count, a.data(), 1, b.data(), 1, y.data(), g.data(), da.data());
            set->binary_adjoint_b[op](count, a.data(), 1, b.data(), 1, y.data(), g.data(), db.data());
            set->binary_adjoints[op](count, a.data(), b.data(), y.data(), g.data(), both_a.data(), add_a,
                                     both_b.data(), add_b);
            const std::string where =
                std::string(binary_rows[op].name) + ' ' + set->name + " of " + std::to_string(n);
            EXPECT_TRUE(std::ranges::equal(both_a, da, is_same)) << where << " da";
            EXPECT_TRUE(std::ranges::equal(both_b, db, is_same)) << where << " db";
          }
      }
}

// Arrays of every short length, each between guards that must stay as they are.
constexpr std::size_t guard = 32;
constexpr Real mark = 1234;

void expect_marks(const std::vector<Real>& v, std::size_t written, const Kernels* set) {
  EXPECT_EQ(std::count(v.begin(), v.begin() + guard, mark), guard) << set->name;
  const auto behind = v.begin() + static_cast<std::ptrdiff_t>(guard + written);
  EXPECT_EQ(std::count(behind, v.end(), mark), v.end() - behind) << set->name;
}

TEST(Derivatives, NothingOutsideTheArrayIsWrittenAndEveryElementOnce) {
  constexpr std::size_t longest = 35;
  std::vector<Real> x(longest), g = adjoints(longest), whole(longest), whole_dx(longest);
  for (std::size_t i = 0; i < longest; ++i) x[i] = Real(0.1) + static_cast<Real>(i) / 8;
  for (const Kernels* set : available_kernels())
    for (std::size_t op = 0; op < std::size(unary_rows); ++op) {
      set->unary[op](longest, x.data(), whole.data());
      std::fill(whole_dx.begin(), whole_dx.end(), Real{0});
      set->unary_adjoint[op](longest, x.data(), whole.data(), g.data(), whole_dx.data());
      for (std::size_t n = 0; n <= longest; ++n) {
        std::vector<Real> y(n + 2 * guard, mark), dx(n + 2 * guard, mark);
        std::fill_n(&dx[guard], n, Real{0});
        set->unary[op](static_cast<Index>(n), x.data(), &y[guard]);
        set->unary_adjoint[op](static_cast<Index>(n), x.data(), &y[guard], g.data(), &dx[guard]);
        for (std::size_t i = 0; i < n; ++i) {
          EXPECT_LE(ulps(y[guard + i], whole[i]), 1) << unary_rows[op].name << ' ' << set->name;
          EXPECT_LE(ulps(dx[guard + i], whole_dx[i]), 4) << unary_rows[op].name << ' ' << set->name;
        }
        for (const std::vector<Real>& v : {y, dx}) expect_marks(v, n, set);
      }
    }
}

TEST(Derivatives, NothingOutsideTheArraysOfTwoOperandsIsWritten) {
  const std::vector<Real> a = adjoints(40), b = adjoints(40), g = adjoints(40);
  for (const Kernels* set : available_kernels())
    for (std::size_t op = 0; op < std::size(binary_rows); ++op)
      for (std::size_t n = 0; n <= 35; ++n)
        for (const Index step_a : {0, 1})
          for (const Index step_b : {0, 1}) {
            const auto count = static_cast<Index>(n);
            std::vector<Real> y(n + 2 * guard, mark), d(n + 2 * guard, mark);
            set->binary[op](count, a.data(), step_a, b.data(), step_b, &y[guard]);
            set->binary_adjoint_a[op](count, a.data(), step_a, b.data(), step_b, &y[guard], g.data(),
                                      &d[guard]);
            expect_marks(y, n, set);
            expect_marks(d, step_a == 1 ? n : 1, set);
          }
  for (const Kernels* set : available_kernels())
    for (const auto f : set->binary_adjoints)
      for (std::size_t n = 0; n <= 35; ++n)
        for (const bool add : {false, true}) {
          std::vector<Real> da(n + 2 * guard, mark), db(n + 2 * guard, mark);
          f(static_cast<Index>(n), a.data(), b.data(), a.data(), g.data(), &da[guard], add, &db[guard], !add);
          for (const std::vector<Real>& v : {da, db}) expect_marks(v, n, set);
        }
}

}  // namespace
}  // namespace doxa
