#include "doxa/distributions/relaxed_one_hot_categorical.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/support/goodness_of_fit.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

using Relaxed = RelaxedOneHotCategorical;

// ---- density ------------------------------------------------------------------------------------

// Logits of points along a grid of n steps of size h to both sides of 0 in each of K - 1 directions, the last
// logit being 0.
Var grid(Tape& tape, Index k, Index n, Real h) {
  const Index line = 2 * n + 1, points = k == 2 ? line : line * line;
  return tape.constant({points, k}, [=](std::span<Real> y) {
    for (Index i = 0; i < points; ++i)
      for (Index j = 0; j < k; ++j)
        y[static_cast<std::size_t>(i * k + j)] =
            j == k - 1 ? 0 : h * static_cast<Real>((j == 0 ? i % line : i / line) - n);
  });
}

// In the logits the integrand is smooth and falls off like e^-τ|y|, so that the trapezoidal rule errs by
// exp(-2π² / hτ) only; dx_1 … dx_{K-1} = x_1 … x_K dy.
void expect_integrates_to_one(const Relaxed& q, Index n, Real h) {
  const Var y = grid(q.tape(), q.index.support_size(), n, h), x = softmax(y, -1);
  const Real cell = std::pow(h, static_cast<Real>(q.index.support_size() - 1));
  const double tolerance = 500 * unit_roundoff;  // terms of up to 100 in each exponent
  EXPECT_NEAR(sum(exp(log_prob(q, x) + sum(log_softmax(y, -1), -1))).item() * cell, 1, tolerance);
  EXPECT_NEAR(sum(exp(log_prob_of_logits(q, y))).item() * cell, 1, tolerance);
}

TEST(RelaxedOneHot, ItsDensityIntegratesToOneOverTheSimplex) {
  Tape tape;
  const Var two = tape.constant(vector({Real(0.3), Real(-0.9)}));
  for (const Real t : {Real(0.5), Real(1), Real(2)})
    expect_integrates_to_one(Relaxed(two, t), static_cast<Index>(160 / t), Real(0.25));
  const Var three = tape.constant(vector({1, Real(-0.5), Real(0.2)}));
  expect_integrates_to_one(Relaxed(three, 1), 100, Real(0.4));
  expect_integrates_to_one(Relaxed(three, 2), 100, Real(0.2));
}

// The logarithm of x_1 / x_2 is a logistic number of location (l_1 - l_2) / τ and scale 1 / τ.
TEST(RelaxedOneHot, OfTwoCoordinatesIsALogisticNumber) {
  Tape tape;
  for (const Real t : {Real(0.25), Real(1), Real(3)})
    for (const Real a : {Real(-4), Real(0), Real(1), Real(7)}) {
      const Relaxed q(tape.constant(vector({2, Real(0.5)})), t);
      const double z = double{t} * double{a} - 1.5;
      const double logistic = std::log(double{t}) - z - 2 * std::log1p(std::exp(-z));
      EXPECT_NEAR(log_prob_of_logits(q, tape.constant(vector({a, 0}))).item(), logistic,
                  16 * unit_roundoff * (1 + std::abs(z)));
      const double x = 1 / (1 + std::exp(-double{a}));  // its density has the Jacobian 1 / x (1 - x)
      const Tensor point = vector({static_cast<Real>(x), static_cast<Real>(1 - x)});
      EXPECT_NEAR(log_prob(q, tape.constant(point)).item(), logistic - std::log(x * (1 - x)),
                  16 * unit_roundoff * (1 + double{t}) / (1 - x));
    }
}

// At a draw s_i = -ε_i but for a constant: neither logits nor temperature matter, however extreme.
TEST(RelaxedOneHot, ItsDensityAtADrawIsOneOfTheNoise) {
  Tape tape;
  Philox random(31);
  const Var noise = gumbel_noise(tape, {50, 4}, random);
  const Var of_noise = sum(log_softmax(-noise, -1), -1);
  for (const Real t : {Real(1e-3), Real(0.5), Real(100)})
    for (const Real spread : {Real(1), Real(300)}) {
      const Relaxed q(spread * normal_noise(tape, {4}, random), t);
      const Var at_draw = log_prob_of_logits(q, q.logits_from_noise(noise));
      for (std::size_t i = 0; i < 50; ++i)
        EXPECT_NEAR(at_draw.value()[i], double{of_noise.value()[i]} + 3 * std::log(double{t}) + std::log(6.0),
                    32 * unit_roundoff * (40 + 4 * double{spread}));
    }
}

TEST(RelaxedOneHot, ItsDensityDoesNotNoticeAConstantAddedToLogits) {
  Tape tape;
  Philox random(32);
  const Var l = normal_noise(tape, {3}, random), y = normal_noise(tape, {5, 3}, random);
  const Var expected = log_prob_of_logits(Relaxed(l, 1), y);
  expect_close(log_prob_of_logits(Relaxed(l + 64, 1), y - 16), expected, 64, 16);
  expect_close(log_prob(Relaxed(l, 1), softmax(y, -1)) + sum(log_softmax(y, -1), -1), expected, 32, 4);
}

TEST(RelaxedOneHot, PermutingTheCoordinatesPermutesEverything) {
  Tape tape;
  Philox random(33);
  const std::array<Index, 4> order{2, 0, 3, 1};
  const auto permuted = [&](Var x) { return take(x, order, -1); };
  const Var l = normal_noise(tape, {4}, random), noise = gumbel_noise(tape, {6, 4}, random);
  const Relaxed q(l, Real(0.5)), p(permuted(l), Real(0.5));
  expect_close(p.from_noise(permuted(noise)), permuted(q.from_noise(noise)), 16);
  const Var x = q.from_noise(noise);
  expect_close(log_prob(p, permuted(x)), log_prob(q, x), 64, 1);
}

TEST(RelaxedOneHot, HasNoDensityInsideWhereAValueIsImpossible) {
  Tape tape;
  const Relaxed q(tape.constant(vector({0, -infinity, 1})), Real(0.5));
  EXPECT_EQ(log_prob(q, tape.constant(vector({Real(0.25), Real(0.25), Real(0.5)}))).item(), -infinity);
  Philox random(34);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sample(q, random).value()[1], 0);
}

// ---- draws --------------------------------------------------------------------------------------

// Gumbel-max: at every temperature, and exactly.
TEST(RelaxedOneHot, TheLargestCoordinateIsDistributedAsTheCategorical) {
  constexpr Index n = 1'000'000;
  Tape tape;
  Philox random(35);
  const Var l = tape.constant(vector({0, 1, -2, Real(0.5)}));
  const Var p = softmax(l), x = sample(Relaxed(l, Real(0.5)).repeated(n), random);
  ASSERT_EQ(x.shape(), Shape({n, 4}));
  std::vector<double> counts(4);
  for (std::size_t row = 0; row < n; ++row) {
    const auto at = x.value().subspan(4 * row, 4);
    counts[static_cast<std::size_t>(std::ranges::max_element(at) - at.begin())] += 1;
  }
  expect_frequencies(counts, {p.value().begin(), p.value().end()});
}

// The distribution function of the first of two coordinates is that of a logistic number.
TEST(RelaxedOneHot, DrawsOfTwoCoordinatesPassKolmogorovAndSmirnov) {
  constexpr Index n = 1'000'000;
  const double t = 0.75, location = 1.25;
  Tape tape;
  Philox random(36);
  const Relaxed q(tape.constant(vector({Real(location), 0})), Real(t));
  const Var x = slice(sample(q.repeated(n), random), -1, 0, 1);
  expect_distributed({x.value().begin(), x.value().end()}, [=](double v) {
    return v == 1 ? 1 : 1 / (1 + std::exp(location - t * std::log(v / (1 - v))));
  });
}

// All coordinates but the largest add up to less than (K - 1) e^(-gap / τ), gap being the lead of its l + ε.
TEST(RelaxedOneHot, AsTheTemperatureGoesToZeroADrawGoesToACorner) {
  constexpr Index k = 5;
  Tape tape;
  Philox random(37);
  const Var l = normal_noise(tape, {k}, random), noise = gumbel_noise(tape, {100, k}, random);
  for (const Real t : {Real(1), Real(0.1), Real(0.01), Real(1e-4)}) {
    const Var x = Relaxed(l, t).from_noise(noise), scores = l + noise;
    for (std::size_t row = 0; row < 100; ++row) {
      const auto s = scores.value().subspan(k * row, k), at = x.value().subspan(k * row, k);
      std::vector<Real> sorted(s.begin(), s.end());
      std::ranges::sort(sorted);
      const double gap = double{sorted[k - 1]} - double{sorted[k - 2]};
      double others = 0;
      const auto largest = std::ranges::max_element(s) - s.begin();
      for (std::size_t i = 0; i < k; ++i)
        if (static_cast<std::ptrdiff_t>(i) != largest) others += double{at[i]};
      EXPECT_LE(others, (k - 1) * std::exp(-gap / double{t}) * (1 + 64 * unit_roundoff / double{t}) + 1e-300);
    }
  }
}

TEST(RelaxedOneHot, HasATemperatureForEachEvent) {
  Tape tape;
  Philox random(38);
  const Var l = normal_noise(tape, {2, 3}, random), t = tape.constant(vector({Real(0.5), 2}));
  const Relaxed q(l, t);
  const Var noise = q.noise(random), x = q.from_noise(noise), density = log_prob(q, x);
  ASSERT_EQ(x.shape(), Shape({2, 3}));
  ASSERT_EQ(density.shape(), Shape({2}));
  for (const Index i : {0, 1}) {
    const auto row = [i](Var v) { return reshape(slice(v, 0, i, i + 1), {3}); };
    const Relaxed one(row(l), t.value()[static_cast<std::size_t>(i)]);
    expect_close(row(x), one.from_noise(row(noise)), 8);
    expect_close(slice(density, 0, i, i + 1), reshape(log_prob(one, row(x)), {1}), 32, 1);
  }
  EXPECT_EQ(q.repeated(4).shape(), Shape({4, 2, 3}));
  EXPECT_EQ(log_prob(q.repeated(4), sample(q.repeated(4), random)).shape(), Shape({4, 2}));
  EXPECT_EQ(Relaxed(reshape(slice(l, 0, 0, 1), {3}), t).shape(), Shape({2, 3}));
}

TEST(RelaxedOneHot, ADetachedOneAndASamplePassNoGradient) {
  Tape tape;
  Philox random(39);
  const Var l = normal_variable(tape, {3}), t = tape.variable(Real(0.5));
  const Relaxed q(l, t);
  EXPECT_FALSE(sample(q, random).needs_gradient());
  EXPECT_FALSE(rsample(q.detached(), q.noise(random)).needs_gradient());
  EXPECT_TRUE(rsample(q, q.noise(random)).needs_gradient());
}

// ---- wrong parameters and values ----------------------------------------------------------------

TEST(RelaxedOneHot, RefusesATemperatureThatIsNoneNamingItsIndex) {
  Tape tape;
  const Var l = tape.constant(Tensor(Shape{2, 3}));
  EXPECT_SAYS(Refused, "RelaxedOneHotCategorical: temperature[1] is 0, expected a positive finite number",
              Relaxed(l, tape.constant(vector({1, 0}))));
  EXPECT_SAYS(Refused, "RelaxedOneHotCategorical: temperature is -1, expected a positive finite number",
              Relaxed(l, -1));
  EXPECT_THROW(Relaxed(l, infinity), Refused);
  EXPECT_THROW(Relaxed(l, nan), Refused);
  EXPECT_SAYS(Refused, "RelaxedOneHotCategorical: shapes do not broadcast: [2] and [3]",
              Relaxed(l, tape.constant(vector({1, 1, 1}))));
}

TEST(RelaxedOneHot, RefusesAPointThatIsNotInside) {
  Tape tape;
  const Relaxed q(tape.constant(Tensor(Shape{3})), 1);
  const auto at = [&](Real a, Real b, Real c) {
    return thrown<Refused>([&] { log_prob(q, tape.constant(vector({a, b, c}))); });
  };
  EXPECT_EQ(
      at(Real(0.5), 0, Real(0.5)),
      "log_prob of RelaxedOneHotCategorical: x[1] is 0, expected a positive number; where it underflows "
      "use log_prob_of_logits");
  EXPECT_EQ(at(Real(0.5), Real(0.25), Real(0.5)),
            "log_prob of RelaxedOneHotCategorical: x[0…2] add up to 1.25, expected 1");
  EXPECT_SAYS(Refused, "log_prob of RelaxedOneHotCategorical: x has shape [2], expected a last axis of 3",
              log_prob(q, tape.constant(vector({Real(0.5), Real(0.5)}))));
}

}  // namespace
}  // namespace doxa
