// The vectorised elementary functions against the same in extended precision, over the whole range.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

using Limits = std::numeric_limits<Real>;

struct Function {
  Unary op;
  const char* name;
  long double (*exact)(long double);
};

void PrintTo(const Function& f, std::ostream* out) { *out << f.name; }

const Function functions[] = {
    {Unary::exp, "exp", [](long double x) { return std::exp(x); }},
    {Unary::expm1, "expm1", [](long double x) { return std::expm1(x); }},
    {Unary::log, "log", [](long double x) { return std::log(x); }},
    {Unary::log1p, "log1p", [](long double x) { return std::log1p(x); }},
    {Unary::sin, "sin", [](long double x) { return std::sin(x); }},
    {Unary::cos, "cos", [](long double x) { return std::cos(x); }},
    {Unary::tanh, "tanh", [](long double x) { return std::tanh(x); }},
    {Unary::sigmoid, "sigmoid", [](long double x) { return 1 / (1 + std::exp(-x)); }},
    {Unary::softplus, "softplus",
     [](long double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }},
    {Unary::log_sigmoid, "log_sigmoid",
     [](long double x) { return x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x)); }},
    {Unary::log1mexp, "log1mexp",
     [](long double x) { return x > -0.7L ? std::log(-std::expm1(x)) : std::log1p(-std::exp(x)); }},
    {Unary::log_tanh_slope, "log_tanh_slope",
     [](long double x) {
       const long double a = std::abs(x), s = std::sinh(a / 2);
       return a < 1 ? -2 * std::log1p(2 * s * s) : -2 * (a + (std::log1p(std::exp(-2 * a)) - std::log(2.0L)));
     }},
    {Unary::elu, "elu", [](long double x) { return x > 0 ? x : std::expm1(x); }},
    {Unary::sqrt, "sqrt", [](long double x) { return std::sqrt(x); }},
};

std::vector<Real> special_points() {
  const Real smallest = Limits::denorm_min(), normal = Limits::min();
  const Real overflow = static_cast<Real>(std::log(static_cast<long double>(Limits::max())));
  const Real underflow = static_cast<Real>(std::log(static_cast<long double>(smallest)));
  std::vector<Real> points;
  for (const Real x : {Real{0}, infinity, smallest, 3 * smallest, normal, std::nextafter(normal, Real{0}),
                       Limits::max(), Limits::epsilon(), Real{1}, overflow,
                       std::nextafter(overflow, infinity), -underflow, std::nextafter(-underflow, infinity),
                       static_cast<Real>(std::sqrt(0.5L)), static_cast<Real>(std::sqrt(2.0L))})
    points.insert(points.end(), {x, -x});
  return points;
}

std::vector<Real> random_and_special_points() {
  Philox random(1);
  std::vector<Real> points = special_points();
  const double range = 1.1 * Limits::max_exponent * std::log(2.0);
  for (int i = 0; i < 20000; ++i) {
    points.push_back(static_cast<Real>(range * (2 * random.uniform() - 1)));
    points.push_back(static_cast<Real>(40 * random.uniform() - 20));
    points.push_back(static_cast<Real>(2 * random.uniform() - 1));
    for (const int centre : {0, 1}) {
      const double size = std::exp2(-60 * random.uniform());
      points.push_back(static_cast<Real>(centre + size * (random.uniform() - 0.5)));
    }
    const std::uint64_t bits = random();  // every exponent alike, denormal numbers too
    Real any;
    std::memcpy(&any, &bits, sizeof any);
    points.push_back(any);
  }
  return points;  // of a number that is no multiple of a vector's width
}

class Elementary : public testing::TestWithParam<Function> {};

TEST_P(Elementary, IsWithinTwoUlpOfTheExactValueInEverySet) {
  const Function& f = GetParam();
  const std::vector<Real> x = random_and_special_points();
  // Where long double is no wider than Real the reference itself is off by up to one.
  const double allowed = 2 + (std::numeric_limits<long double>::digits > Limits::digits ? 0 : 1);
  std::vector<long double> exact(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) exact[i] = f.exact(x[i]);
  for (const Kernels* set : available_kernels()) {
    std::vector<Real> y(x.size());
    set->unary[static_cast<int>(f.op)](static_cast<Index>(x.size()), x.data(), y.data());
    double worst = 0;
    Real at = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (const double error = ulps(y[i], exact[i]); error > worst) worst = error, at = x[i];
    EXPECT_LE(worst, allowed) << f.name << '(' << at << "), " << set->name;
    RecordProperty(std::string("ulps_") + set->name, std::to_string(worst));
  }
}

// Vectors, and what is left over at the end, are the same function.
TEST_P(Elementary, DoesNotDependOnThePositionInTheArray) {
  const Function& f = GetParam();
  const std::vector<Real> x = special_points();
  for (const Kernels* set : available_kernels()) {
    const auto apply = set->unary[static_cast<int>(f.op)];
    std::vector<Real> y(x.size());
    apply(static_cast<Index>(x.size()), x.data(), y.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      Real alone;
      apply(1, &x[i], &alone);
      EXPECT_LE(ulps(alone, y[i]), 1)
          << f.name << '(' << x[i] << "), " << set->name;  // a fused multiply-add more
      EXPECT_EQ(std::signbit(alone), std::signbit(y[i])) << f.name << '(' << x[i] << "), " << set->name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Functions, Elementary, testing::ValuesIn(functions),
                         [](const auto& test) { return std::string(test.param.name); });

Real apply(const Kernels* set, Unary op, Real x) {
  Real y;
  set->unary[static_cast<int>(op)](1, &x, &y);
  return y;
}

TEST(ElementaryFunctions, AtZeroAndInfinity) {
  for (const Kernels* set : available_kernels()) {
    const auto at = [&](Unary op, Real x) { return apply(set, op, x); };
    EXPECT_EQ(at(Unary::exp, -Real{0}), 1);
    EXPECT_EQ(at(Unary::exp, -infinity), 0);
    EXPECT_EQ(at(Unary::exp, infinity), infinity);
    EXPECT_EQ(at(Unary::log, 1), 0);
    EXPECT_EQ(at(Unary::log, 0), -infinity);
    EXPECT_EQ(at(Unary::log, -Real{0}), -infinity);
    EXPECT_EQ(at(Unary::log, infinity), infinity);
    EXPECT_TRUE(std::isnan(at(Unary::log, -1)));
    EXPECT_TRUE(std::isnan(at(Unary::log, -Limits::denorm_min())));
    EXPECT_TRUE(std::isnan(at(Unary::log, -infinity)));
    EXPECT_EQ(at(Unary::tanh, infinity), 1);
    EXPECT_EQ(at(Unary::tanh, -infinity), -1);
    EXPECT_EQ(at(Unary::sigmoid, 0), Real{0.5});
    EXPECT_EQ(at(Unary::sigmoid, infinity), 1);
    EXPECT_EQ(at(Unary::sigmoid, -infinity), 0);
    EXPECT_EQ(at(Unary::softplus, infinity), infinity);
    EXPECT_EQ(at(Unary::softplus, -infinity), 0);
    EXPECT_EQ(at(Unary::log1mexp, 0), -infinity);
    EXPECT_EQ(at(Unary::log1mexp, -infinity), 0);
    EXPECT_TRUE(std::isnan(at(Unary::log1mexp, Limits::denorm_min())));
    EXPECT_EQ(at(Unary::log_tanh_slope, 0), 0);
    EXPECT_EQ(at(Unary::log_tanh_slope, infinity), -infinity);
    EXPECT_EQ(at(Unary::log_tanh_slope, -infinity), -infinity);
    EXPECT_TRUE(std::isnan(at(Unary::sqrt, -1)));
  }
}

TEST(ElementaryFunctions, PropagateNaN) {
  for (const Kernels* set : available_kernels())
    for (int op = 0; op < static_cast<int>(Unary::count); ++op)
      EXPECT_TRUE(std::isnan(apply(set, static_cast<Unary>(op), nan))) << op << ' ' << set->name;
}

TEST(ElementaryFunctions, OddOnesAreOddToTheLastBit) {
  for (const Kernels* set : available_kernels())
    for (const Real x : special_points())
      for (const Unary op : {Unary::tanh, Unary::sin, Unary::negate}) {
        if (op == Unary::sin && std::isinf(x)) continue;
        const Real y = apply(set, op, x), z = apply(set, op, -x);
        EXPECT_EQ(y, -z) << x;
        EXPECT_NE(std::signbit(y), std::signbit(z)) << x;
      }
}

TEST(ElementaryFunctions, TheSquareRootIsCorrectlyRounded) {
  for (const Kernels* set : available_kernels())
    for (const Real x : random_and_special_points())
      if (x >= 0) {
        ASSERT_EQ(apply(set, Unary::sqrt, x), std::sqrt(x)) << x;
      }
}

// A probability of e^-700 is still a number: nothing is lost to an intermediate overflow or underflow.
TEST(ElementaryFunctions, KeepTheirTails) {
  const Real far = sizeof(Real) == 8 ? Real{700} : Real{80};
  for (const Kernels* set : available_kernels()) {
    EXPECT_GT(apply(set, Unary::sigmoid, -far), 0);
    EXPECT_EQ(apply(set, Unary::softplus, far), far);
    EXPECT_LE(ulps(apply(set, Unary::softplus, -far), std::exp(-static_cast<long double>(far))), 2);
    EXPECT_EQ(apply(set, Unary::tanh, far), 1);
  }
}

}  // namespace
}  // namespace doxa
