#include "doxa/distributions/monte_carlo.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

constexpr Index samples = 20'000;

// Every element is within 4 of its own standard errors, which are not just large.
template <class D>
void expect_closed_form(const D& q, const D& p) {
  Philox random(5);
  const MonteCarloEstimate estimate = monte_carlo_kl(q, p, samples, random);
  const Var exact = kl_divergence(q, p);
  ASSERT_EQ(estimate.mean.shape(), exact.shape());
  for (Index i = 0; i < exact.size(); ++i) {
    const double error = estimate.mean[i] - exact.value()[static_cast<std::size_t>(i)];
    EXPECT_LE(std::abs(error), 4 * double{estimate.standard_error[i]});
    EXPECT_LT(estimate.standard_error[i], 0.1);
    EXPECT_GT(estimate.standard_error[i], 0);
  }
}

TEST(MonteCarloKL, OfEveryPairIsTheClosedForm) {
  Tape tape;
  const Var a = normal_variable(tape, {2, 3}, 1), b = normal_variable(tape, {2, 3}, 2),
            c = normal_variable(tape, {3}, 3);
  expect_closed_form(Normal::from_log_scale(a, Real(0.3) * b), Normal::from_log_scale(b, Real(0.3) * c));
  expect_closed_form(DiagonalNormal::from_log_scale(a, Real(0.3) * b),
                     DiagonalNormal::from_log_scale(b, Real(0.3) * c));
  expect_closed_form(Bernoulli(a), Bernoulli(c));
  expect_closed_form(Categorical(a), Categorical(b));
  expect_closed_form(OneHotCategorical(a), OneHotCategorical(b));
  const auto factor = [&](Real s) { return tape.constant({2, 2}, {1, 0, s, 1 + s * s}); };
  const Var loc = normal_variable(tape, {3, 2}, 4);
  expect_closed_form(MultivariateNormal(loc, factor(Real(0.5))),
                     MultivariateNormal(tape.constant(Shape{2}, Real{0}), factor(Real(-0.25))));
}

TEST(MonteCarloKL, ItsStandardErrorIsThatOfTheLogRatio) {
  // log q - log p of N(m, 1) and N(0, 1) is m x - m²/2, of variance m².
  Tape tape;
  const Real m = Real(0.7);
  Philox random(6);
  const MonteCarloEstimate e = monte_carlo_kl(Normal(tape.constant(m), tape.constant(1)),
                                              Normal(tape.constant(0), tape.constant(1)), samples, random);
  const double n = samples;
  // A sample variance of normal numbers has the relative standard error √(2/n), its root half of that.
  EXPECT_NEAR(e.standard_error[0], m / std::sqrt(n), 4 * m / std::sqrt(n) / std::sqrt(2 * n));
}

TEST(MonteCarloKL, LeavesNothingOnTheTape) {
  Tape tape;
  const Categorical q(normal_variable(tape, {4}, 7)), p(normal_variable(tape, {4}, 8));
  const std::size_t before = tape.size();
  Philox random(9);
  monte_carlo_kl(q, p, 10, random);
  EXPECT_EQ(tape.size(), before);
}

TEST(MonteCarloKL, IsInfiniteWhereADrawIsImpossible) {
  Tape tape;
  const Categorical q(tape.constant({2}, {0, 0})), p(tape.constant({2}, {0, -infinity}));
  Philox random(10);
  const MonteCarloEstimate e = monte_carlo_kl(q, p, 100, random);
  EXPECT_EQ(e.mean[0], infinity);
  EXPECT_EQ(e.standard_error[0], 0);
}

TEST(MonteCarloKL, NeedsTwoSamples) {
  Tape tape;
  const Bernoulli q(tape.constant(0));
  Philox random(11);
  EXPECT_SAYS(Refused, "monte_carlo_kl: 1 samples, expected at least 2", monte_carlo_kl(q, q, 1, random));
}

}  // namespace
}  // namespace doxa
