// The normal's distribution function and its logarithm, from the lower tail to the upper.

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/autograd/ops.h"
#include "doxa/distributions/normal.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

using Wide = long double;

Wide exact_cdf(Wide z) { return std::erfc(-z / std::sqrt(Wide{2})) / 2; }
Wide exact_density(Wide z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::acos(Wide{-1})); }
Wide exact_log_cdf(Wide z) { return z > 0 ? std::log1p(-exact_cdf(-z)) : std::log(exact_cdf(z)); }

// Where long double is no wider than double, the references lose z² units.
constexpr bool wide_enough = std::numeric_limits<Wide>::digits > 53 || sizeof(Real) < 8;

struct AtPoint {
  Real value, slope;
};
AtPoint at(Var (*f)(const Normal&, Var), Real z) {
  Tape tape;
  const Var x = tape.variable(z), y = f(Normal(tape.constant(0), tape.constant(1)), x);
  tape.backward(y);
  return {y.item(), x.adjoint()[0]};
}

TEST(NormalCdf, KeepsItsDigitsInTheLowerTail) {
  if (!wide_enough) GTEST_SKIP() << "no wider reference";
  for (double point = -38; point <= 9; point += 0.0619) {
    const Real z = static_cast<Real>(point);
    EXPECT_LE(ulps(at(cdf, z).value, exact_cdf(z)), 16) << z;
    EXPECT_LE(ulps(at(cdf, z).slope, exact_density(z)), 8) << z;
  }
}

TEST(NormalCdf, ItsLogarithmKeepsThemToo) {
  if (!wide_enough) GTEST_SKIP() << "no wider reference";
  for (double point = -38; point <= 9; point += 0.0619) {
    const Real z = static_cast<Real>(point);
    EXPECT_LE(ulps(at(log_cdf, z).value, exact_log_cdf(z)), 16) << z;
    EXPECT_LE(ulps(at(log_cdf, z).slope, exact_density(z) / exact_cdf(z)), 24) << z;
  }
}

// Beyond the range of Φ: with t = -z, log Φ(z) = -t²/2 - log(t √2π) + log(1 - 1/t² + 3/t⁴ - 15/t⁶ …).
TEST(NormalCdf, ItsLogarithmFollowsTheAsymptoticSeries) {
  for (const Wide t : {100.0L, 1000.0L, 1e4L, 1e8L, 1e15L}) {
    const Wide v = 1 / (t * t), series = -v * (1 - v * (3 - v * (15 - v * (105 - v * 945))));
    const Wide expected = -t * t / 2 - std::log(t * std::sqrt(2 * std::acos(Wide{-1}))) + std::log1p(series);
    EXPECT_LE(ulps(at(log_cdf, static_cast<Real>(-t)).value, expected), 4) << t;
    EXPECT_LE(ulps(at(log_cdf, static_cast<Real>(-t)).slope, t / (1 + series)), 4) << t;
  }
}

TEST(NormalCdf, AtInfinity) {
  EXPECT_EQ(at(cdf, infinity).value, 1);
  EXPECT_EQ(at(cdf, infinity).slope, 0);
  EXPECT_EQ(at(cdf, -infinity).value, 0);
  EXPECT_EQ(at(cdf, -infinity).slope, 0);
  EXPECT_EQ(at(log_cdf, infinity).value, 0);
  EXPECT_EQ(at(log_cdf, infinity).slope, 0);
  EXPECT_EQ(at(log_cdf, -infinity).value, -infinity);
  EXPECT_EQ(at(log_cdf, -infinity).slope, infinity);
  for (const auto f : {cdf, log_cdf}) EXPECT_TRUE(std::isnan(at(f, nan).value));
}

// The part of the normal on either side of x adds up to 1, and its density is its slope.
TEST(NormalCdf, IsTheIntegralOfTheDensity) {
  Tape tape;
  const Var x = normal_variable(tape, {40}), loc = number(tape, 0.3), log_scale = number(tape, -0.4);
  const Normal q = Normal::from_log_scale(loc, log_scale), mirrored = Normal::from_log_scale(-loc, log_scale);
  expect_within(cdf(q, x) + cdf(mirrored, -x), tape.constant({40}, Real{1}), 8 * unit_roundoff);
  expect_within(exp(log_cdf(q, x)), cdf(q, x), 8 * unit_roundoff);
  tape.backward(sum(cdf(q, x)));
  const Numbers slope = adjoint(x);
  double total = 0;
  for (const Real s : slope) total += static_cast<double>(s);
  EXPECT_NEAR(loc.adjoint()[0], -total, 64 * unit_roundoff * total);
  expect_within(tape.constant({40}, slope), exp(log_prob(q, x)), 32 * unit_roundoff);
}

TEST(NormalCdf, ACotangentOfZeroAddsZero) {
  Tape tape;
  const Var x = vector(tape, {1, nan, infinity, -infinity}), loc = number(tape, 0);
  for (const auto f : {cdf, log_cdf}) {
    tape.backward(f(Normal(loc, tape.constant(1)), x), vector({0, 0, 0, 0}));
    EXPECT_EQ(loc.adjoint()[0], 0);
    EXPECT_EQ(adjoint(x), (Numbers{0, 0, 0, 0}));
  }
}

}  // namespace
}  // namespace doxa
