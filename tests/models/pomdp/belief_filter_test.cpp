#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/path_enumeration.h"
#include "doxa/models/pomdp/simulate.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

TEST(BeliefFilter, OfTigerDependsOnlyOnTheNetCount) {
  const Pomdp m = tiger();
  Philox random(3);
  Belief belief = initial_belief(m);
  int net = 0;
  for (int k = 0; k < 60; ++k) {
    const std::size_t heard = random.uniform() < 0.5 ? hear_left : hear_right;
    net += heard == hear_left ? 1 : -1;
    update(m, belief, listen, heard);
    const double left = std::pow(0.85, net), right = std::pow(0.15, net);
    EXPECT_NEAR(probability(belief, 0), left / (left + right), 1e-14);
  }
}

TEST(BeliefFilter, ForgetsEverythingWhenADoorIsOpened) {
  const Pomdp m = tiger();
  for (const std::size_t door : {open_left, open_right}) {
    Belief belief = initial_belief(m);
    for (int k = 0; k < 5; ++k) update(m, belief, listen, hear_left);
    EXPECT_NEAR(std::exp(update(m, belief, door, hear_right)), 0.5, 1e-15);
    EXPECT_DOUBLE_EQ(probability(belief, 0), 0.5);
    EXPECT_DOUBLE_EQ(probability(belief, 1), 0.5);
  }
}

TEST(BeliefFilter, EvidenceAndBeliefEqualTheSumOverAllStatePaths) {
  Philox random(1);
  for (int trial = 0; trial < 40; ++trial) {
    const auto [m, t] = random_episode(6, random);
    const PathSum sum = enumerate_paths(m, t);
    EXPECT_NEAR(log_evidence(m, t), std::log(sum.evidence), 1e-12);
    Belief belief = initial_belief(m);
    for (std::size_t k = 0; k < t.horizon(); ++k) update(m, belief, t.actions[k], t.observations[k]);
    for (std::size_t s = 0; s < m.states.size(); ++s)
      EXPECT_NEAR(probability(belief, s), sum.belief[s], 1e-13);
  }
}

TEST(BeliefFilter, PredictiveSumsToOneAndIsTheEvidenceOfEachObservation) {
  Philox random(2);
  const auto [m, t] = random_episode(5, 2, 7, 200, random);
  Belief belief = initial_belief(m);
  std::vector<double> p(m.observations.size());
  for (std::size_t k = 0; k < t.horizon(); ++k) {
    predict(m, belief, t.actions[k]);
    predictive(m, belief, t.actions[k], p);
    EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-14);
    EXPECT_NEAR(std::exp(update(m, belief, t.actions[k], t.observations[k])), p[t.observations[k]], 1e-14);
  }
}

// The belief today is the average of the beliefs tomorrow, weighted by how likely each observation is.
TEST(BeliefFilter, PredictionIsTheExpectationOfThePosterior) {
  Philox random(4);
  const Pomdp m = random_pomdp(4, 2, 5, random);
  Belief before = initial_belief(m);
  predict(m, before, 1);
  std::vector<double> p(m.observations.size()), expectation(m.states.size(), 0.0);
  predictive(m, before, 1, p);
  for (std::size_t o = 0; o < p.size(); ++o) {
    if (p[o] == 0) continue;
    Belief after = before;
    condition(m, after, 1, o);
    for (std::size_t s = 0; s < expectation.size(); ++s) expectation[s] += p[o] * probability(after, s);
  }
  for (std::size_t s = 0; s < expectation.size(); ++s)
    EXPECT_NEAR(expectation[s], static_cast<double>(before.predicted[s]), 1e-15);
}

TEST(BeliefFilter, IsInvariantToRelabellingTheStates) {
  Philox random(5);
  const Pomdp m = random_pomdp(5, 2, 3, random);
  const std::vector<Index> order = random.permutation(5);
  const Pomdp permuted = relabelled(m, order);
  const Trajectory t = simulate(m, open_loop_policy(m), 50, random);
  Belief belief = initial_belief(m), other = initial_belief(permuted);
  for (std::size_t k = 0; k < t.horizon(); ++k) {
    const double log_p = update(m, belief, t.actions[k], t.observations[k]);
    EXPECT_NEAR(update(permuted, other, t.actions[k], t.observations[k]), log_p, 1e-13);
    for (std::size_t s = 0; s < 5; ++s)
      EXPECT_NEAR(probability(other, s), probability(belief, static_cast<std::size_t>(order[s])), 1e-13);
  }
}

TEST(BeliefFilter, StaysFiniteAndNormalisedOverAHundredThousandSteps) {
  Philox random(6);
  const auto [m, t] = random_episode(6, 3, 4, 100'000, random);
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < t.horizon(); ++k) update(m, belief, t.actions[k], t.observations[k]);
  const std::vector<double> b = probabilities(belief);
  EXPECT_NEAR(std::accumulate(b.begin(), b.end(), 0.0), 1, 1e-14);
  EXPECT_TRUE(std::isfinite(belief.log_evidence));
  EXPECT_LT(belief.log_evidence, -1000);  // its exponential underflows
  EXPECT_EQ(belief.step, t.horizon());
}

// 0.15^5000 is far below the smallest double. A filter that rounds it to 0 could never believe in that state
// again.
TEST(BeliefFilter, EvidenceAgainstAStateCanBeTakenBackAfterAnyNumberOfSteps) {
  const Pomdp m = tiger();
  Belief belief = initial_belief(m);
  for (int k = 0; k < 5000; ++k) update(m, belief, listen, hear_left);
  EXPECT_EQ(probability(belief, 1), 0);
  for (int k = 0; k < 5000; ++k) update(m, belief, listen, hear_right);
  EXPECT_NEAR(probability(belief, 0), 0.5, 1e-12);
  // Together: p(left) .85^n .15^n + p(right) .15^n .85^n.
  EXPECT_NEAR(belief.log_evidence / (5000 * std::log(0.85 * 0.15)), 1, 1e-13);
}

TEST(BeliefFilter, AnImpossibleObservationIsNamed) {
  const Pomdp m = always_left();
  Belief belief = initial_belief(m);
  update(m, belief, listen, hear_left);
  try {
    update(m, belief, open_left, hear_right);
    FAIL();
  } catch (const ImpossibleObservation& error) {
    EXPECT_STREQ(error.what(), "step 2: observation hear-right is impossible after action open-left");
    EXPECT_EQ(error.step, 2u);
    EXPECT_EQ(error.action, open_left);
    EXPECT_EQ(error.observation, hear_right);
  }
}

TEST(BeliefFilter, RefusesIndicesThatTheModelLacks) {
  const Pomdp m = tiger();
  Belief belief = initial_belief(m);
  EXPECT_THROW(update(m, belief, 3, 0), std::out_of_range);
  EXPECT_THROW(update(m, belief, 0, 2), std::out_of_range);
  EXPECT_THROW(log_evidence(m, {std::vector<std::size_t>{0}, std::vector<std::size_t>{}}), Refused);
}

TEST(PathEnumeration, SumsToOneOverAllObservationSequences) {
  Philox random(7);
  const Pomdp m = random_pomdp(3, 2, 3, random);
  const std::vector<std::size_t> actions{0, 1, 1, 0};
  double sum = 0;
  for (std::size_t code = 0; code < 81; ++code) {
    const std::vector<std::size_t> o{code % 3, code / 3 % 3, code / 9 % 3, code / 27};
    sum += enumerate_paths(m, {actions, o}).evidence;
  }
  EXPECT_NEAR(sum, 1, 1e-14);
}

TEST(PathEnumeration, RefusesMoreThanItCanWalk) {
  const Pomdp m = tiger();
  EXPECT_EQ(enumerable_horizon(m, 50, 1024), 9u);  // 2^(9+1)
  EXPECT_EQ(enumerable_horizon(m, 5, 1024), 5u);
  EXPECT_EQ(enumerable_horizon(m, 5, 2), 0u);
  const std::vector<std::size_t> many(40, 0);
  EXPECT_THROW(enumerate_paths(m, {many, many}), Refused);
}

TEST(ExtendedRange, AgreesWithDoubleInsideItsRangeAndGoesOnOutside) {
  Philox random(8);
  for (int i = 0; i < 1000; ++i) {
    const double a = std::exp(1200 * random.uniform() - 600), b = std::exp(-400 * random.uniform());
    const Extended x(a);
    EXPECT_EQ(static_cast<double>(x), a);
    if (std::isnormal(a * b)) {
      EXPECT_EQ(static_cast<double>(x * b), a * b);
    }
    EXPECT_EQ(static_cast<double>(x + Extended(b)), a + b);
    EXPECT_NEAR(log(x), std::log(a), 1e-13 * std::abs(std::log(a)));
  }
  Extended small(1);
  for (int i = 0; i < 1000; ++i) small = small * 1e-300;
  EXPECT_NEAR(log(small), -300'000 * std::log(10.0), 1e-8);
  EXPECT_EQ(static_cast<double>(small), 0);
  EXPECT_NEAR(static_cast<double>((small + small) / small), 2, 1e-15);
  EXPECT_EQ(static_cast<double>(Extended(5e-324) * 1.0), 5e-324);
  EXPECT_EQ(static_cast<double>(Extended(0x1p-1000) * 0x1p-1000 / Extended(0x1p-1000)), 0x1p-1000);
}

}  // namespace
}  // namespace doxa::testing
