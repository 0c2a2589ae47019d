#include "doxa/distributions/categorical.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// What a sum of K terms p log p is off by: each log p by a few u of its size and of the largest logit's.
double tolerance_of_sum(double largest, double k) { return 16 * unit_roundoff * (largest + std::log(k) + 1); }

TEST(Categorical, ItsProbabilitiesSumToOne) {
  Tape tape;
  const Categorical q(10 * normal_variable(tape, {6, 9}, 1));
  for (const Real total : sum(exp(q.log_probs()), -1).value()) EXPECT_NEAR(total, 1, tolerance_of_sum(60, 9));
}

TEST(Categorical, ItsProbabilitiesAreInTheProportionsOfTheExponentials) {
  Tape tape;
  const Var log_probs =
      Categorical(vector(tape, {std::log(Real{1}), std::log(Real{2}), std::log(Real{5})})).log_probs();
  for (const auto& [i, p] : {std::pair{0u, 0.125}, {1u, 0.25}, {2u, 0.625}})
    EXPECT_NEAR(log_probs.value()[i], std::log(p), tolerance_of_sum(2, 3));
}

TEST(Categorical, DoesNotNoticeAConstantAddedToTheLogits) {
  Tape tape;
  const Var x = 2 * normal_variable(tape, {4, 5}, 2);
  const Categorical q(x), shifted(x + 512);
  expect_within(q.log_probs(), shifted.log_probs(), tolerance_of_sum(512, 5));
  for (const Real kl : kl_divergence(q, shifted).value()) EXPECT_NEAR(kl, 0, tolerance_of_sum(512, 5));
}

TEST(Categorical, ItsLogProbIsTheNormalisedLogitOfTheValue) {
  Tape tape;
  const Categorical q(2 * normal_variable(tape, {2, 3, 4}, 3));
  const std::array<Index, 6> x{3, 0, 1, 2, 2, 0};
  const Var y = log_prob(q, x);
  ASSERT_EQ(y.shape(), Shape({2, 3}));
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_EQ(y.value()[i], q.log_probs().value()[4 * i + static_cast<std::size_t>(x[i])]);
}

// ---- entropy ------------------------------------------------------------------------------------

TEST(CategoricalEntropy, IsMinusTheExpectedLogProbability) {
  Tape tape;
  const Categorical q(2 * normal_variable(tape, {5, 7}, 4));
  const Var h = entropy(q);
  ASSERT_EQ(h.shape(), Shape({5}));
  for (std::size_t i = 0; i < 5; ++i) {
    double expected = 0;
    for (std::size_t k = 0; k < 7; ++k) {
      const double l = q.log_probs().value()[7 * i + k];
      expected -= std::exp(l) * l;
    }
    EXPECT_NEAR(h.value()[i], expected, tolerance_of_sum(8, 7));
  }
}

TEST(CategoricalEntropy, IsAtMostLogKAndThatForEqualLogits) {
  Tape tape;
  for (const Index k : {1, 2, 3, 10, 100}) {
    const double log_k = std::log(static_cast<double>(k));
    EXPECT_NEAR(entropy(Categorical(tape.constant({k}, Real{3}))).item(), log_k,
                tolerance_of_sum(3, double(k)));
    if (k > 1) {
      EXPECT_LT(entropy(Categorical(2 * normal_variable(tape, {k}, 5))).item(), log_k);
    }
  }
}

// p log p -> 0 as p -> 0: a value that cannot occur adds nothing.
TEST(CategoricalEntropy, AnImpossibleValueAddsNothing) {
  Tape tape;
  const Var x = vector(tape, {0, 0, -infinity});
  const Var h = entropy(Categorical(x));
  EXPECT_NEAR(h.item(), std::log(2.0), tolerance_of_sum(1, 3));
  tape.backward(h);
  for (const Real g : x.adjoint())
    EXPECT_NEAR(g, 0, tolerance_of_sum(1, 3));  // the maximum over the two that can
}

// ---- KL -----------------------------------------------------------------------------------------

TEST(CategoricalKL, IsTheExpectedLogRatioPositiveAndZeroOnlyForEqualOnes) {
  Tape tape;
  const Categorical q(2 * normal_variable(tape, {8, 5}, 6)), p(2 * normal_variable(tape, {8, 5}, 7));
  const Var kl = kl_divergence(q, p), self = kl_divergence(q, q);
  ASSERT_EQ(kl.shape(), Shape({8}));
  for (std::size_t i = 0; i < 8; ++i) {
    double expected = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      const double log_q = q.log_probs().value()[5 * i + k], log_p = p.log_probs().value()[5 * i + k];
      expected += std::exp(log_q) * (log_q - log_p);
    }
    EXPECT_NEAR(kl.value()[i], expected, tolerance_of_sum(16, 5));
    EXPECT_GT(kl.value()[i], 0);
    EXPECT_EQ(self.value()[i], 0);
  }
}

TEST(CategoricalKL, ToTheUniformDistributionIsLogKMinusTheEntropy) {
  Tape tape;
  const Categorical q(2 * normal_variable(tape, {8, 5}, 8)), uniform(tape.constant(Tensor(Shape{8, 5})));
  const Var log_k = tape.constant(Real(std::log(5.0)));
  expect_within(kl_divergence(q, uniform), log_k - entropy(q), tolerance_of_sum(8, 5));
}

TEST(CategoricalKL, AValueImpossibleUnderQAddsNothing) {
  Tape tape;
  const Categorical q(vector(tape, {0, 0, -infinity})), p(vector(tape, {0, 0, 0}));
  EXPECT_NEAR(kl_divergence(q, p).item(), std::log(1.5), tolerance_of_sum(1, 3));
  EXPECT_NEAR(kl_divergence(q, q).item(), 0, tolerance_of_sum(1, 3));
}

// e^-2000 is 0 in floating point: 0 · ∞ must not turn the rest into NaN.
TEST(CategoricalKL, AProbabilityThatUnderflowsIsNotNaN) {
  Tape tape;
  const Categorical q(vector(tape, {0, -2000})), p(vector(tape, {0, -infinity}));
  EXPECT_FALSE(std::isnan(kl_divergence(q, p).item()));
}

TEST(CategoricalKL, IsInfiniteIfQCanDoWhatPCannot) {
  Tape tape;
  const Categorical q(vector(tape, {0, 0, 0})), p(vector(tape, {0, 0, -infinity}));
  EXPECT_EQ(kl_divergence(q, p).item(), infinity);
}

// ---- draws --------------------------------------------------------------------------------------

TEST(CategoricalDraw, OneForEachRow) {
  Tape tape;
  Philox random(10);
  const Categorical q(tape.constant({2, 2, 3}, {9e3, 0, 0, 0, 9e3, 0, 0, 0, 9e3, 0, 9e3, 0}));
  EXPECT_EQ(sample(q, random), (std::vector<Index>{0, 1, 2, 1}));
}

// ---- wrong parameters and values ----------------------------------------------------------------

TEST(Categorical, RefusesLogitsThatAreNoneNamingTheirIndex) {
  Tape tape;
  const auto with = [&](Real l) { return [&, l] { Categorical(vector(tape, {1, l, 2})); }; };
  EXPECT_EQ(thrown<Refused>(with(infinity)),
            "Categorical: logits[1] is inf, expected a number below infinity");
  EXPECT_EQ(thrown<Refused>(with(nan)).substr(0, 25), "Categorical: logits[1] is");
  EXPECT_SAYS(Refused, "Categorical: logits have shape [], expected a last axis of at least one value",
              Categorical(tape.constant(1)));
}

TEST(Categorical, RefusesARowWithoutAPossibleValue) {
  Tape tape;
  EXPECT_THROW(Categorical(vector(tape, {-infinity, -infinity})), Refused);
  EXPECT_THROW(Categorical(tape.constant(Tensor(Shape{3, 0}))), Refused);
}

TEST(Categorical, RefusesAValueOutOfRange) {
  Tape tape;
  const Categorical q(2 * normal_variable(tape, {2, 3}, 11));
  EXPECT_THROW(log_prob(q, std::array<Index, 2>{0, 3}), Refused);
  EXPECT_THROW(log_prob(q, std::array<Index, 2>{-1, 0}), Refused);
  EXPECT_THROW(log_prob(q, std::array<Index, 1>{0}), Refused);
}

static_assert(Distribution<Categorical> && !Reparametrised<Categorical>);

}  // namespace
}  // namespace doxa
