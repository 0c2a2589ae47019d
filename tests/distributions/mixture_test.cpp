#include "doxa/distributions/mixture.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/monte_carlo.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// Two events, of three normals each.
Mixture<Normal> of_normals(Tape& tape) {
  return Mixture(Categorical(normal_variable(tape, {2, 3}, 1)),
                 Normal::from_log_scale(2 * normal_variable(tape, {2, 3}, 2),
                                        Real(0.5) * normal_variable(tape, {2, 3}, 3)));
}

// ---- one type -----------------------------------------------------------------------------------

TEST(Mixture, OfOneComponentIsThatComponent) {
  Tape tape;
  const Categorical one(tape.constant({1}, Real(3)));
  const Var loc = normal_variable(tape, {4, 1}, 4), scale = exp(normal_variable(tape, {4, 1}, 5)),
            x = normal_variable(tape, {4}, 6);
  const Normal component(loc, scale), same(reshape(loc, {4}), reshape(scale, {4}));
  const Mixture q(one, component);
  ASSERT_EQ(q.shape(), Shape({4}));
  expect_close(log_prob(q, x), log_prob(same, x), 4, 1);
  expect_close(mean(q), mean(same), 2);
  expect_close(variance(q), variance(same), 4);
  expect_close(stddev(q), stddev(same), 4);
}

TEST(Mixture, ItsDensityIsTheWeightedSumOfTheDensities) {
  Tape tape;
  const Mixture<Normal> q = of_normals(tape);
  const Var w = softmax(q.weights.logits, -1), x = normal_variable(tape, {7, 2}, 7);
  const Var expected =
      sum(w * exp(log_prob(q.components, broadcast_to(reshape(x, {7, 2, 1}), {7, 2, 3}))), -1);
  expect_close(exp(log_prob(q, x)), expected, 64);
}

TEST(Mixture, OfVectorsHasEventsOfTheSameLength) {
  Tape tape;
  const Categorical w(normal_variable(tape, {3}, 8));
  const Var loc = normal_variable(tape, {2, 3, 4}, 9), log_scale = normal_variable(tape, {3, 4}, 10),
            x = normal_variable(tape, {5, 2, 4}, 11);
  const DiagonalNormal components = DiagonalNormal::from_log_scale(loc, log_scale);
  const Mixture q(w, components);
  EXPECT_EQ(q.shape(), Shape({2, 4}));
  EXPECT_EQ(mean(q).shape(), Shape({2, 4}));
  EXPECT_EQ(variance(q).shape(), Shape({2, 4}));
  const Var expected = logsumexp(
      w.log_probs() + log_prob(components, broadcast_to(reshape(x, {5, 2, 1, 4}), {5, 2, 3, 4})), -1);
  expect_close(log_prob(q, x), expected, 4);

  const Var factor = tape.constant({2, 2}, {1, 0, Real(0.5), 2});
  const MultivariateNormal two(normal_variable(tape, {3, 2}, 12), factor);
  const Mixture p(w, two);
  EXPECT_EQ(p.shape(), Shape({2}));
  const Var y = normal_variable(tape, {6, 2}, 13);
  expect_close(log_prob(p, y),
               logsumexp(w.log_probs() + log_prob(two, broadcast_to(reshape(y, {6, 1, 2}), {6, 3, 2})), -1),
               4);
}

TEST(Mixture, OfBernoullisIsTheAveragedBernoulli) {
  Tape tape;
  const Categorical w(normal_variable(tape, {4}, 14));
  const Var logits = 3 * normal_variable(tape, {5, 4}, 15),
            p = sum(softmax(w.logits, -1) * sigmoid(logits), -1);
  const Mixture q(w, Bernoulli(logits));
  const Bernoulli average = Bernoulli::from_probs(p);
  for (const Real x : {Real(0), Real(1)})
    expect_close(log_prob(q, tape.constant(x)), log_prob(average, tape.constant(x)), 64);
  expect_close(mean(q), p, 8);
  expect_close(variance(q), variance(average), 64);
}

// The mean of a number that is 0 or 1 is that of its square: the law of total variance is p (1 - p).
TEST(Mixture, OfCategoricalsIsTheAveragedCategorical) {
  Tape tape;
  const Categorical w(normal_variable(tape, {2, 3}, 16));
  const Var logits = 2 * normal_variable(tape, {2, 3, 5}, 17);
  const Var p = sum(reshape(softmax(w.logits, -1), {2, 3, 1}) * softmax(logits, -1), 1);
  const Mixture q(w, Categorical(logits));
  const Categorical average = Categorical::from_probs(p);
  ASSERT_EQ(q.shape(), Shape({2}));
  for (Index i = 0; i < 5; ++i) {
    const std::array<Index, 2> x{i, 4 - i};
    expect_close(log_prob(q, x), log_prob(average, x), 64, 1);
  }
  const Mixture one_hot_mixture(w, OneHotCategorical(logits));
  expect_close(mean(one_hot_mixture), p, 8);
  expect_close(variance(one_hot_mixture), variance(OneHotCategorical(average)), 64);
}

TEST(Mixture, OfFiniteSupportHasThatSupport) {
  Tape tape;
  const Categorical w(normal_variable(tape, {2, 3}, 18));
  const Var logits = normal_variable(tape, {2, 3, 4}, 19);
  const auto expect_total_one = [](const auto& q) {
    const Index k = q.support_size();
    const Var log_probs = log_prob(q.repeated(k), q.support());
    ASSERT_EQ(log_probs.shape(), Shape({k, 2}));
    for (const Real total : sum(exp(log_probs), 0).value()) EXPECT_NEAR(total, 1, 32 * unit_roundoff);
  };
  expect_total_one(Mixture(w, Categorical(logits)));
  expect_total_one(Mixture(w, OneHotCategorical(logits)));
  expect_total_one(Mixture(w, Bernoulli(reshape(slice(logits, -1, 0, 1), {2, 3}))));
}

TEST(Mixture, OfMixturesIsTheMixtureOfAll) {
  Tape tape;
  const Var outer = normal_variable(tape, {2}, 20), inner = normal_variable(tape, {2, 3}, 21),
            loc = normal_variable(tape, {2, 3}, 22);
  const Var scale = tape.constant(1), x = normal_variable(tape, {9}, 23);
  const Mixture nested(Categorical(outer), Mixture(Categorical(inner), Normal(loc, scale)));
  const Var joint = reshape(Categorical(outer).log_probs(), {2, 1}) + Categorical(inner).log_probs();
  const Mixture flat(Categorical(reshape(joint, {6})), Normal(reshape(loc, {6}), scale));
  EXPECT_EQ(nested.shape(), Shape());
  expect_close(log_prob(nested, x), log_prob(flat, x), 32);
  expect_close(mean(nested), mean(flat), 32, 1);
  expect_close(variance(nested), variance(flat), 32, 1);
}

// ---- what has densities -------------------------------------------------------------------------

TEST(Mixture, ItsDensityIntegratesToOneAndHasItsMoments) {
  constexpr Index n = 4001;
  Tape tape;
  const Mixture<Normal> q = of_normals(tape);
  // The trapezoidal rule of a sum of normal densities of scale s errs by exp(-2π² s² / h²): nothing, here.
  const Real h = Real(0.01);
  const Var x = tape.constant(Shape{n, 1}, [&](std::span<Real> all) {
    for (Index i = 0; i < n; ++i) all[static_cast<std::size_t>(i)] = h * static_cast<Real>(i - n / 2);
  });
  const Var density = exp(log_prob(q, broadcast_to(x, {n, 2}))), m = mean(q), v = variance(q);
  const double tolerance = 200 * unit_roundoff;  // x/s of up to 20, whose squares are exponents
  expect_close(h * sum(density, 0), tape.constant(Shape{2}, Real{1}), tolerance / unit_roundoff);
  expect_close(h * sum(x * density, 0), m, tolerance / unit_roundoff, 5);
  expect_close(h * sum(square(x - m) * density, 0), v, tolerance / unit_roundoff, 25);
}

TEST(Mixture, DoesNotUnderflowFarFromAllComponents) {
  Tape tape;
  const Mixture q(Categorical(tape.constant(vector({0, 1}))),
                  Normal(tape.constant(vector({0, 5})), tape.constant(vector({1, 2}))));
  for (const double x : {-1e3, 1e3, 1e5}) {
    const auto term = [&](double log_w, double m, double s) {
      const long double z = (static_cast<long double>(x) - m) / s;
      return log_w - z * z / 2 - std::log(s) - std::log(2 * std::numbers::pi_v<long double>) / 2;
    };
    const double log_total = std::log1p(std::numbers::e);
    const long double narrow = term(-log_total, 0, 1), wide = term(1 - log_total, 5, 2);
    const long double expected = wide + std::log1p(std::exp(narrow - wide));
    EXPECT_NEAR(log_prob(q, tape.constant(static_cast<Real>(x))).item(), static_cast<double>(expected),
                8 * unit_roundoff * static_cast<double>(std::abs(expected)));
  }
}

TEST(Mixture, ItsResponsibilitiesAreTheRuleOfBayes) {
  Tape tape;
  const Mixture<Normal> q = of_normals(tape);
  const Var x = normal_variable(tape, {7, 2}, 24), r = log_responsibilities(q, x);
  ASSERT_EQ(r.shape(), Shape({7, 2, 3}));
  expect_close(sum(exp(r), -1), tape.constant(Shape{7, 2}, Real{1}), 8);
  expect_close(r + reshape(log_prob(q, x), {7, 2, 1}),
               q.weights.log_probs() + log_prob(q.components, broadcast_to(reshape(x, {7, 2, 1}), {7, 2, 3})),
               16, 4);
}

// d log q / d (weight logit k) = p(k | x) - w_k.
TEST(Mixture, TheGradientOfTheWeightsIsPosteriorLessPrior) {
  Tape tape;
  const Var l = vector(tape, {0, 1, Real(-0.5)});
  const Mixture q(Categorical(l), Normal(tape.constant(vector({-1, 0, 2})), tape.constant(1)));
  const Var x = tape.constant(Real(0.3)), y = log_prob(q, x);
  const Var expected = exp(log_responsibilities(q, x)) - softmax(l);
  tape.backward(y);
  expect_close(tape.constant(l.gradient()), expected, 16, 1);
}

// ---- divergence ---------------------------------------------------------------------------------

TEST(MixtureKL, ToItselfIsZero) {
  Tape tape;
  Philox random(25);
  const Mixture<Normal> q = of_normals(tape);
  const MonteCarloEstimate e = monte_carlo_kl(q, q, 1000, random);
  ASSERT_EQ(e.mean.shape(), Shape({2}));
  for (Index i = 0; i < 2; ++i) EXPECT_EQ(e.mean[i], 0);
  const Mixture p(Categorical(normal_variable(tape, {2}, 26)),
                  Categorical(normal_variable(tape, {2, 4}, 27)));
  EXPECT_EQ(monte_carlo_kl(p, p, 1000, random).mean[0], 0);
}

TEST(MixtureKL, IsTheIntegralOfTheLogRatio) {
  constexpr Index n = 6001;
  Tape tape;
  const Mixture<Normal> q = of_normals(tape);
  const Normal p(tape.constant(Real(0.5)), tape.constant(3));
  Philox random(28);
  const MonteCarloEstimate e = monte_carlo_kl(q, p, 40'000, random);
  const Var x = tape.constant(Shape{n, 1}, [&](std::span<Real> all) {
    for (Index i = 0; i < n; ++i)
      all[static_cast<std::size_t>(i)] = Real(0.01) * static_cast<Real>(i - n / 2);
  });
  const Var log_q = log_prob(q, broadcast_to(x, {n, 2})),
            exact = Real(0.01) * sum(exp(log_q) * (log_q - log_prob(p, x)), 0);
  for (Index i = 0; i < 2; ++i) {
    EXPECT_NEAR(e.mean[i], exact.value()[static_cast<std::size_t>(i)], 4 * double{e.standard_error[i]});
    EXPECT_LT(e.standard_error[i], 0.01);
  }
}

// ---- wrong shapes -------------------------------------------------------------------------------

TEST(Mixture, RefusesWeightsThatDoNotFitNamingTheShapes) {
  Tape tape;
  const Categorical three(tape.constant(Tensor(Shape{3}))), two_of_three(tape.constant(Tensor(Shape{2, 3})));
  const auto normal = [&](const Shape& s) { return Normal(tape.constant(Tensor(s)), tape.constant(1)); };
  EXPECT_SAYS(Refused,
              "Mixture: weights of shape [3] for components of shape [2,4], expected [..., M] for [..., M]",
              Mixture(three, normal({2, 4})));
  EXPECT_SAYS(
      Refused,
      "Mixture: weights of shape [3] for components of shape [4,3], expected [..., M] for [..., M, event]",
      Mixture(three, DiagonalNormal(normal({4, 3}))));
  EXPECT_THROW(Mixture(two_of_three, normal({3})), Refused);  // the batch is that of the components
  EXPECT_THROW(Mixture(two_of_three, normal({4, 3})), Refused);
  EXPECT_THROW(Mixture(three, normal({})), Refused);
  const Mixture q(three, Categorical(tape.constant(Tensor(Shape{2, 3, 4}))));
  EXPECT_SAYS(Refused, "log_prob of Mixture: 3 values for events of shape [2]",
              log_prob(q, std::array<Index, 3>{0, 1, 2}));
}

static_assert(Distribution<Mixture<Normal>> && Distribution<Mixture<Categorical>> &&
              Distribution<Mixture<Mixture<MultivariateNormal>>>);
static_assert(!Reparametrised<Mixture<Normal>>);
static_assert(FiniteSupport<Mixture<Bernoulli>> && FiniteSupport<Mixture<Categorical>> &&
              FiniteSupport<Mixture<OneHotCategorical>> && !FiniteSupport<Mixture<Normal>>);

template <class D>
concept HasMean = requires(const D& q) {
  mean(q);
};
static_assert(HasMean<Mixture<Normal>> && !HasMean<Mixture<Categorical>>);

}  // namespace
}  // namespace doxa
