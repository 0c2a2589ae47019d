// Gumbel noise, P(g <= x) = exp(-e^-x).

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "tests/support/goodness_of_fit.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

TEST(GumbelDraws, HaveTheirDistributionFunctionMeanAndVariance) {
  constexpr int n = 1000000;
  Philox random(21);
  const Tensor g = gumbel_noise(Shape{n}, random);
  double m1 = 0, m2 = 0;
  for (const double x : g.span()) m1 += x / n;
  for (const double x : g.span()) m2 += (x - m1) * (x - m1) / n;
  // Mean γ, variance π²/6, excess kurtosis 12/5: Var of a squared deviation is (2 + 12/5) variance².
  const double variance = std::numbers::pi * std::numbers::pi / 6;
  EXPECT_NEAR(m1, std::numbers::egamma, 4 * std::sqrt(variance / n));
  EXPECT_NEAR(m2, variance, 4 * variance * std::sqrt(4.4 / n));
  expect_distributed({g.span().begin(), g.span().end()}, [](double x) { return std::exp(-std::exp(-x)); });
}

// One uniform number each, at which the quantile function is evaluated without cancellation at either end.
TEST(GumbelDraws, AreTheQuantilesOfUniformDrawsToTheLastDigits) {
  Philox random(22), uniforms(22);
  random.discard(3);
  uniforms.discard(3);
  const Tensor g = gumbel_noise(Shape{100'001}, random);
  for (const Real x : g.span()) {
    const long double exponential = -std::log1p(-static_cast<long double>(uniforms.uniform()));
    // A relative error of 2 ulp in the inner logarithm is an absolute one of the outer.
    EXPECT_NEAR(static_cast<double>(x), static_cast<double>(-std::log(exponential)),
                4 * unit_roundoff * (1 + std::abs(static_cast<double>(x))));
  }
  EXPECT_EQ(random.state(), uniforms.state());
}

TEST(GumbelDraws, OnATapeAreThoseOfATensor) {
  Tape tape;
  Philox a(23), b(23);
  const Var x = gumbel_noise(tape, Shape{3, 100}, a);
  const Tensor y = gumbel_noise(Shape{3, 100}, b);
  EXPECT_FALSE(x.needs_gradient());
  for (Index i = 0; i < 300; ++i) EXPECT_EQ(x.value()[static_cast<std::size_t>(i)], y[i]);
}

}  // namespace
}  // namespace doxa
