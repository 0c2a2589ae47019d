// Derivatives by a log scale, of values that are finite, against closed forms in extended precision: they are
// finite up to the range of Real, however small or large the scale is.

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/distributions/normal.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

using Exact = long double;
constexpr bool is_double = std::numeric_limits<Real>::digits > 24;

void expect_relative(Real got, Exact exact, double units, const char* what) {
  EXPECT_LE(std::abs(got - exact), static_cast<Exact>(units * unit_roundoff) * std::abs(exact) +
                                       std::numeric_limits<Real>::denorm_min())
      << what << ": " << got << ", expected " << static_cast<double>(exact);
}

// Log scales whose e^-2l fits into Real, and the relative error that rounding of l gives e^l.
std::vector<Real> log_scales() {
  if (is_double) return {-350, -300, -240, -171, -100, -1, 0, 1, 100, 300, 700};
  return {-43, -40, -30, -22, -1, 0, 1, 30, 43, 80};
}
double units(Real l) { return 16 + 8 * std::abs(static_cast<double>(l)); }

TEST(LogScale, OfADensity) {
  for (const Real l : log_scales()) {
    Tape tape;
    const Var loc = tape.variable(0), log_scale = tape.variable(l), x = tape.variable(1);
    const Var y = log_prob(Normal::from_log_scale(loc, log_scale), x);
    ASSERT_TRUE(std::isfinite(y.item())) << l;
    tape.backward(y);
    const Exact square = std::exp(-2 * static_cast<Exact>(l));  // z² for x - loc = 1
    if (l != 0) expect_relative(log_scale.adjoint()[0], square - 1, units(l), "log scale");
    expect_relative(loc.adjoint()[0], square, units(l), "loc");
    expect_relative(x.adjoint()[0], -square, units(l), "x");
  }
}

TEST(LogScale, OfSeveralDensitiesOfOneScale) {
  const Real l = is_double ? -240 : -30;
  Tape tape;
  const Var log_scale = tape.variable(l), loc = vector(tape, {0, 0, 0});
  tape.backward(sum(log_prob(DiagonalNormal::from_log_scale(loc, log_scale),
                             tape.constant({2, 3}, {1, 2, 0, -1, Real(0.5), 0}))));
  const Exact square = std::exp(-2 * static_cast<Exact>(l));
  expect_relative(log_scale.adjoint()[0], (1 + 4 + 1 + 0.25L) * square - 6, units(l), "log scale");
}

// A scale gets (z² - 1)/s, which overflows where that does.
TEST(LogScale, OfADensityByTheScale) {
  for (const Exact s : {1e-90L, 1e-30L, 1e30L})
    if (is_double || s > 1e-40L) {
      const Exact unit = is_double ? 1 : 1e-28L;  // x - loc
      Tape tape;
      const Var scale = tape.variable(static_cast<Real>(s));
      const Real x = static_cast<Real>(unit);
      tape.backward(log_prob(Normal(tape.constant(0), scale), tape.constant(x)));
      const Exact rounded = static_cast<Real>(s), z = x / rounded;
      const Exact slope = (z * z - 1) / rounded;
      if (slope > std::numeric_limits<Real>::max())
        EXPECT_EQ(scale.adjoint()[0], infinity);
      else
        expect_relative(scale.adjoint()[0], slope, 16, "scale");
    }
}

// KL(N(1,s²)‖N(0,s²)) = 1/2s², and of scales that are far apart.
TEST(LogScale, OfADivergence) {
  for (const Real l : log_scales()) {
    Tape tape;
    const Var q_loc = tape.variable(1), p_loc = tape.variable(0), q_log = tape.variable(l),
              p_log = tape.variable(l);
    const Var y = kl_divergence(Normal::from_log_scale(q_loc, q_log), Normal::from_log_scale(p_loc, p_log));
    const Exact square = std::exp(-2 * static_cast<Exact>(l));
    expect_relative(y.item(), square / 2, units(l), "value");
    tape.backward(y);
    expect_relative(q_loc.adjoint()[0], square, units(l), "loc of q");
    expect_relative(p_loc.adjoint()[0], -square, units(l), "loc of p");
    EXPECT_EQ(q_log.adjoint()[0], 0);
    expect_relative(p_log.adjoint()[0], -square, units(l), "log scale of p");
  }
  const Real l = is_double ? -150 : -20;
  Tape tape;
  const Var q_log = tape.variable(-l), p_log = tape.variable(l), zero = tape.constant(0);
  tape.backward(kl_divergence(Normal::from_log_scale(zero, q_log), Normal::from_log_scale(zero, p_log)));
  const Exact excess = std::expm1(-4 * static_cast<Exact>(l));
  expect_relative(q_log.adjoint()[0], excess, 2 * units(l), "log scale of q");
  expect_relative(p_log.adjoint()[0], -excess, 2 * units(l), "log scale of p");
}

// z² is finite and z²/s is not: the derivative by a log scale is z² - 1, that by the scale infinite.
TEST(LogScale, OfADensityWhoseSlopeOverflows) {
  const Real s = is_double ? Real(1e-200L) : Real(1e-25L), x = is_double ? Real(1e-50L) : Real(1e-10L);
  Tape tape;
  const Var log_scale = tape.variable(std::log(s)), scale = tape.variable(s);
  const Exact z = static_cast<Exact>(x) / std::exp(static_cast<Exact>(log_scale.item()));
  const Var y = log_prob(Normal::from_log_scale(tape.constant(0), log_scale), tape.constant(x));
  expect_relative(y.item(), -z * z / 2, units(log_scale.item()), "value");
  tape.backward(y);
  expect_relative(log_scale.adjoint()[0], z * z, units(log_scale.item()), "log scale");
  tape.backward(log_prob(Normal(tape.constant(0), scale), tape.constant(x)));
  EXPECT_EQ(scale.adjoint()[0], std::numeric_limits<Real>::infinity());
}

TEST(LogScale, OfADensityAtInfinity) {
  Tape tape;
  const Var scale = tape.variable(1);
  tape.backward(log_prob(Normal(tape.constant(0), scale), tape.constant(infinity)));
  EXPECT_EQ(scale.adjoint()[0], infinity);
}

// 1/s overflows where s is the smallest subnormal. KL(N(m,s²)‖N(0,s²)) = (m/s)²/2.
TEST(LogScale, OfADivergenceOfSubnormalScales) {
  const Real s = std::numeric_limits<Real>::denorm_min();
  Tape tape;
  const Var loc = vector(tape, {0, 3 * s, 1}), scale = vector(tape, {s, s, s});
  const Normal q(loc, scale), p(tape.constant(0), scale);
  const Var y = kl_divergence(q, p);
  EXPECT_EQ(y.value()[0], 0);
  EXPECT_EQ(y.value()[1], Real(4.5));
  EXPECT_EQ(y.value()[2], infinity);
  tape.backward(sum(where(tape.constant({3}, {0, 0, 0}), y, tape.constant(0))));
  EXPECT_EQ(adjoint(loc), (Numbers{0, 0, 0}));
  EXPECT_EQ(adjoint(scale), (Numbers{0, 0, 0}));
  tape.backward(slice(y, 0, 0, 1));
  EXPECT_EQ(adjoint(loc), (Numbers{0, 0, 0}));
  EXPECT_EQ(adjoint(scale), (Numbers{0, 0, 0}));
  const Var constant = tape.variable(3 * s);
  tape.backward(kl_divergence(Normal(constant, tape.constant(s)), Normal(tape.constant(0), tape.constant(s))),
                Tensor(Shape{}, s));
  EXPECT_EQ(constant.adjoint()[0], 3);  // g m/s²
}

}  // namespace
}  // namespace doxa
