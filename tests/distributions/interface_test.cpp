// What every distribution has in common: copies along a new axis, detached copies, supports, moments,
// probabilities in place of logits, and parameters refused by name and index.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// log q of draws of n copies is, copy by copy, log q of each draw.
template <class D>
void expect_copies(const D& q) {
  constexpr Index n = 3;
  Philox random(1);
  const D copies = q.repeated(n);
  EXPECT_EQ(copies.shape(), with_first_axis(n, q.shape()));
  const auto x = sample(copies, random);
  const Var all = log_prob(copies, x);
  const std::size_t events = all.value().size() / n;
  for (Index i = 0; i < n; ++i) {
    const Var one = [&] {
      if constexpr (std::same_as<typename D::Value, Var>)
        return log_prob(q, reshape(slice(x, 0, i, i + 1), q.shape()));
      else
        return log_prob(q, std::span(x).subspan(static_cast<std::size_t>(i) * events, events));
    }();
    for (std::size_t e = 0; e < events; ++e)
      EXPECT_EQ(all.value()[static_cast<std::size_t>(i) * events + e], one.value()[e]);
  }
  EXPECT_FALSE(log_prob(q.detached(), sample(q, random)).needs_gradient());
}

TEST(Distribution, CopiesAlongANewAxisAreTheDistribution) {
  Tape tape;
  const Var a = normal_variable(tape, {2, 4}, 2), b = normal_variable(tape, {4}, 3);
  expect_copies(Normal::from_log_scale(b, a));
  expect_copies(DiagonalNormal::from_log_scale(a, b));
  expect_copies(Bernoulli(a));
  expect_copies(Categorical(a));
  expect_copies(OneHotCategorical(a));
  expect_copies(
      MultivariateNormal(normal_variable(tape, {2, 2}, 4), tape.constant({2, 2}, {1, 0, Real(0.5), 2})));
}

// Over its support the probabilities of a distribution add up to 1, and its mean and variance are sums.
template <class D>
void expect_support(const D& q) {
  const D copies = q.repeated(q.support_size());
  const auto x = q.support();
  const Var p = exp(log_prob(copies, x));
  for (const Real total : sum(p, 0).value()) EXPECT_NEAR(total, 1, 16 * unit_roundoff);
  if constexpr (requires { mean(q); }) {
    Shape weights = copies.shape();
    for (int i = 0; i < D::event_rank; ++i) weights = weights.with(weights.rank() - 1 - i, 1);
    const Var w = reshape(p, weights), m = sum(w * x, 0), v = sum(w * square(x - m), 0);
    for (std::size_t i = 0; i < m.value().size(); ++i) {
      EXPECT_NEAR(mean(q).value()[i], m.value()[i], 16 * unit_roundoff);
      EXPECT_NEAR(variance(q).value()[i], v.value()[i], 16 * unit_roundoff);
      EXPECT_NEAR(stddev(q).value()[i], std::sqrt(v.value()[i]), 32 * unit_roundoff);
    }
  }
}

TEST(FiniteSupport, IsAllThereIs) {
  Tape tape;
  const Var logits = normal_variable(tape, {3, 4}, 5);
  expect_support(Bernoulli(logits));
  expect_support(Categorical(logits));
  expect_support(OneHotCategorical(logits));
}

// Far from p = 1/2 the standard deviation is e^(-|l|/2), long after p (1 - p) has underflowed.
TEST(Bernoulli, ItsStandardDeviationDoesNotUnderflowWithItsVariance) {
  Tape tape;
  const Real l = sizeof(Real) < sizeof(double) ? 150 : 1200;
  const Var s = stddev(Bernoulli(tape.constant({2}, {l, -l})));
  for (const Real v : s.value()) EXPECT_NEAR(v / std::exp(-l / 2), 1, 4 * l * unit_roundoff);
}

TEST(Probabilities, AreLogits) {
  Tape tape;
  const Var p = tape.variable(Tensor(Shape{2, 3}, {Real(0.25), Real(0.5), Real(0.25), 1, 0, 0}));
  const Categorical q = Categorical::from_probs(p);
  const Real expected[] = {std::log(Real(0.25)), std::log(Real(0.5)), std::log(Real(0.25)), 0};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(q.log_probs().value()[i], expected[i], 4 * unit_roundoff);
  EXPECT_EQ(q.log_probs().value()[5], -std::numeric_limits<Real>::infinity());
  tape.backward(sum(entropy(q)));
  for (const Real g : p.adjoint())
    EXPECT_TRUE(std::isfinite(g));  // 0 where an impossible value's is infinite
  EXPECT_NEAR(mean(Bernoulli::from_probs(tape.constant(Real(0.125)))).item(), 0.125, 2 * unit_roundoff);
}

TEST(Probabilities, ThatAreNoneAreRefusedByNameAndIndex) {
  Tape tape;
  const auto probs = [&](std::initializer_list<Real> p) { return tape.constant({2, 2}, p); };
  EXPECT_SAYS(Refused, "Categorical: probs[1,0…1] add up to 0.75, expected 1",
              Categorical::from_probs(probs({Real(0.5), Real(0.5), Real(0.5), Real(0.25)})));
  EXPECT_SAYS(Refused, "Categorical: probs[1,0] is 1.5, expected a number from 0 to 1",
              OneHotCategorical::from_probs(probs({Real(0.5), Real(0.5), Real(1.5), Real(-0.5)})));
  EXPECT_SAYS(Refused, "Bernoulli: probs[0,1] is 1.5, expected a number from 0 to 1",
              Bernoulli::from_probs(probs({Real(0.5), Real(1.5), 0, 0})));
  EXPECT_SAYS(Refused, "Categorical: probs is a single number, expected a last axis of probabilities",
              Categorical::from_probs(tape.constant(1)));
}

TEST(Normal, RefusesALogScaleWhoseExponentialIsNoScale) {
  Tape tape;
  const Var zero = tape.constant(0);
  EXPECT_SAYS(Refused,
              "Normal: log_scale[0,1] is -2000, expected a number whose exponential is positive and finite",
              Normal::from_log_scale(zero, tape.constant({1, 2}, {0, -2000})));
  EXPECT_SAYS(Refused,
              "Normal: log_scale is 2000, expected a number whose exponential is positive and finite",
              Normal::from_log_scale(zero, tape.constant(2000)));
}

}  // namespace
}  // namespace doxa
