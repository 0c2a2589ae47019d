// Draws of 0 or 1 and of an index, for many rows of logits at once.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "tests/support/goodness_of_fit.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// Whatever the length of a row, and where the generator's blocks begin.
TEST(CategoricalOfLogits, IsTheDrawByWeightsRowByRow) {
  for (const std::size_t k : {1u, 2u, 3u, 7u, 64u, 255u, 257u, 1500u}) {
    const std::size_t rows = k < 100 ? 1001 : 301;
    const std::vector<Real> logits = noise(static_cast<Index>(rows * k), k);
    Philox one(41), many(41);
    one.discard(3);
    many.discard(3);
    std::vector<Index> draws(rows);
    many.categorical(logits, draws);
    std::vector<double> weights(k);
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < k; ++i) weights[i] = std::exp(double{logits[row * k + i]});
      EXPECT_EQ(draws[row], one.categorical(weights)) << "row " << row << " of " << k;
    }
    EXPECT_EQ(one.state(), many.state());
  }
}

TEST(CategoricalOfLogits, NeitherOverflowsNorDrawsWhatIsImpossible) {
  constexpr Real far = std::numeric_limits<Real>::max(), none = -infinity;
  const std::vector<Real> rows{none, far, none, -far, none, none, far, -far, far, 0, none, -1};
  Philox random(42);
  for (int i = 0; i < 1000; ++i) {
    std::vector<Index> draws(4);
    random.categorical(rows, draws);
    EXPECT_EQ(draws[0], 1);
    EXPECT_EQ(draws[1], 0);
    EXPECT_NE(draws[2], 1);
    EXPECT_NE(draws[3], 1);
  }
}

TEST(CategoricalOfLogits, RefusesRowsWithoutALargestLogit) {
  const auto draw = [](std::vector<Real> logits, std::size_t rows) {
    std::vector<Index> draws(rows);
    return thrown<Refused>([&] { Philox().categorical(logits, draws); });
  };
  EXPECT_EQ(draw({0, 1, -infinity, -infinity}, 2),
            "categorical: the largest logit of row 1 is -inf, expected a finite number");
  EXPECT_EQ(draw({0, infinity}, 1),
            "categorical: the largest logit of row 0 is inf, expected a finite number");
  EXPECT_NE(draw({0, nan}, 1), "nothing was thrown");
  EXPECT_EQ(draw({0, 1, 2}, 2), "categorical: 3 logits for 2 draws");
  EXPECT_NE(draw({}, 1), "nothing was thrown");
  EXPECT_EQ(draw({}, 0), "nothing was thrown");
}

TEST(BernoulliOfLogits, IsAUniformNumberBelowTheProbability) {
  const std::vector<Real> logits = noise(1001, 5);
  Philox one(43), many(43);
  std::vector<Real> draws(logits.size());
  many.bernoulli(logits, draws);
  for (std::size_t i = 0; i < logits.size(); ++i)
    EXPECT_EQ(draws[i], one.uniform() < 1 / (1 + std::exp(-double{logits[i]})) ? 1 : 0);
  EXPECT_EQ(one.state(), many.state());
  EXPECT_SAYS(Refused, "bernoulli: 1001 logits for 7 draws", many.bernoulli(logits, {draws.data(), 7}));
}

// Gumbel noise, P(g <= x) = exp(-e^-x).

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
