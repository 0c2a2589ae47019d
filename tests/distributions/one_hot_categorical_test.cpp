#include "doxa/distributions/one_hot_categorical.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

Var every_value(Tape& tape, Index k) {
  std::vector<Index> all;
  for (Index i = 0; i < k; ++i) all.push_back(i);
  return one_hot(tape, all, k);
}
constexpr double one_hot_tolerance =
    256 * unit_roundoff;  // for logits around 8, a few terms of a few roundings

TEST(OneHotCategorical, ItsProbabilitiesSumToOneAndAreItsMean) {
  Tape tape;
  const OneHotCategorical q(2 * normal_variable(tape, {7}, 1));
  const Var p = exp(log_prob(q, every_value(tape, 7))), m = mean(q);
  EXPECT_NEAR(sum(p).item(), 1, one_hot_tolerance);
  expect_within(p, m, one_hot_tolerance);
}

// The covariance is diag(p) - p pᵀ.
TEST(OneHotCategorical, ItsVarianceIsTheExpectedSquareLessThatOfTheMean) {
  Tape tape;
  const OneHotCategorical q(2 * normal_variable(tape, {5, 4}, 2));
  const Var m = mean(q), v = variance(q);
  expect_within(v, m - square(m), one_hot_tolerance);
}

TEST(OneHotCategorical, IsTheCategoricalOfThePlaceOfTheOne) {
  Tape tape;
  const Var l = 2 * normal_variable(tape, {6, 5}, 3), k = 2 * normal_variable(tape, {6, 5}, 4);
  const OneHotCategorical q(l), p(k);
  const std::array<Index, 6> places{4, 0, 2, 2, 1, 3};
  const auto expect_equal = [](Var a, Var b) { expect_within(a, b, one_hot_tolerance); };
  expect_equal(log_prob(q, one_hot(tape, places, 5)), log_prob(Categorical(l), places));
  expect_equal(entropy(q), entropy(Categorical(l)));
  expect_equal(kl_divergence(q, p), kl_divergence(Categorical(l), Categorical(k)));
  Philox a(5), b(5);
  const Var x = sample(q, a);
  expect_equal(x, one_hot(tape, sample(Categorical(l), b), 5));
  EXPECT_FALSE(x.needs_gradient());
}

// E_q[log q] over all values: log_prob is linear in x, so it may be taken at the mean.
TEST(OneHotCategorical, ItsEntropyIsMinusTheLogProbabilityAtTheMean) {
  Tape tape;
  const OneHotCategorical q(2 * normal_variable(tape, {3, 6}, 6)), p(2 * normal_variable(tape, {3, 6}, 7));
  const Var h = entropy(q), minus_h = log_prob(q, mean(q)), cross = log_prob(p, mean(q)),
            kl = kl_divergence(q, p);
  expect_within(h, -minus_h, one_hot_tolerance);
  expect_within(kl, minus_h - cross, 2 * one_hot_tolerance);
  for (const Real positive : kl.value()) EXPECT_GT(positive, 0);
  for (const Real zero : kl_divergence(q, q).value()) EXPECT_EQ(zero, 0);
}

TEST(OneHotCategorical, AnImpossibleValueThatDoesNotOccurAddsNothing) {
  Tape tape;
  const Var l = vector(tape, {0, 0, -infinity}), x = vector(tape, {0, 1, 0});
  const OneHotCategorical q(l);
  const Var y = log_prob(q, x);
  EXPECT_NEAR(y.item(), std::log(0.5), one_hot_tolerance);
  tape.backward(y);
  EXPECT_NEAR(l.adjoint()[0], -0.5, one_hot_tolerance);
  EXPECT_NEAR(l.adjoint()[1], 0.5, one_hot_tolerance);
  EXPECT_EQ(l.adjoint()[2], 0);
  EXPECT_EQ(x.adjoint()[2], 0);
  EXPECT_EQ(log_prob(q, vector(tape, {0, 0, 1})).item(), -infinity);
}

TEST(OneHotCategorical, ManyValuesUnderOneRowOfLogits) {
  Tape tape;
  const OneHotCategorical q(2 * normal_variable(tape, {4}, 8));
  const Var all = log_prob(q, every_value(tape, 4));
  ASSERT_EQ(all.shape(), Shape({4}));
  EXPECT_EQ(value(all), value(q.index.log_probs()));
}

// ---- draws --------------------------------------------------------------------------------------

// The value is the draw's; the gradient of a linear function of it is that of the function of the mean.
TEST(OneHotCategoricalDraw, StraightThroughHasTheGradientOfTheProbabilities) {
  Tape tape;
  const Var l = tape.variable((2 * normal_variable(tape, {3, 4}, 10)).tensor()),
            weights = vector(tape, {1, -2, 3, Real(0.5)});
  const OneHotCategorical q(l);
  Philox a(11), b(11);
  const Var x = straight_through_sample(q, a), plain = sample(q, b);
  EXPECT_EQ(value(x), value(plain));
  tape.backward(sum(x * weights));
  const Tensor through = l.gradient();
  tape.backward(sum(mean(q) * weights));
  EXPECT_EQ(numbers(through), adjoint(l));
}

// ---- wrong parameters and values ----------------------------------------------------------------

TEST(OneHotCategorical, RefusesLogitsThatAreNoneNamingTheirIndex) {
  Tape tape;
  const std::string text = thrown<Refused>([&] { OneHotCategorical(vector(tape, {1, nan})); });
  EXPECT_NE(text.find("Categorical: logits[1] is"), std::string::npos) << text;
  EXPECT_THROW(OneHotCategorical(tape.constant(1)), Refused);
}

TEST(OneHotCategorical, RefusesAVectorThatIsNotOneHot) {
  Tape tape;
  const OneHotCategorical q(2 * normal_variable(tape, {3}, 12));
  EXPECT_SAYS(Refused, "log_prob of OneHotCategorical: x[1,0…2] add up to 0, expected 1",
              log_prob(q, tape.constant({2, 3}, {1, 0, 0, 0, 0, 0})));
  EXPECT_SAYS(Refused, "log_prob of OneHotCategorical: x[2] is -0.5, expected a number that is not negative",
              log_prob(q, vector(tape, {1, Real(0.5), Real(-0.5)})));
  EXPECT_THROW(log_prob(q, vector(tape, {2, -1, 0})), Refused);
  EXPECT_THROW(log_prob(q, vector(tape, {1, 1, 0})), Refused);
  EXPECT_THROW(log_prob(q, vector(tape, {1, 0})), Refused);
  EXPECT_THROW(log_prob(q, vector(tape, {1})), Refused);
}

static_assert(Distribution<OneHotCategorical> && !Reparametrised<OneHotCategorical>);

}  // namespace
}  // namespace doxa
