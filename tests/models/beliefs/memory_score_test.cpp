#include "doxa/models/beliefs/memory_score.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/models/pomdp/belief.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// Where the observation is the state, p(o_k | o_{k-1}, a_{k-1}) is T, and before the first observation it is
// Σ_s b_0(s) T(·|s,a). A count is off by 5 binomial standard deviations at most.
TEST(BeliefScore, CountsConvergeToTheTransitionOfAnObservableChain) {
  Philox random(21);
  const Pomdp m = observable(random_pomdp(3, 2, 3, random));
  const LastObservationPredictor p = count_last_observation(m, open_loop_policy(m), 20, random, 10'000);
  for (std::size_t a = 0; a < 2; ++a) {
    Belief belief = initial_belief(m);
    predict(m, belief, a);
    for (std::size_t next = 0; next < 3; ++next) {
      const auto expect = [&](std::size_t previous, double exact) {
        const auto found = p.context_count.find(previous * 2 + a);
        if (found == p.context_count.end()) return;
        const double n = found->second;
        EXPECT_NEAR(p.probability(previous, a, next), exact, 5 * std::sqrt(exact * (1 - exact) / n) + 2 / n);
      };
      for (std::size_t s = 0; s < 3; ++s) expect(s, transition_row(m, a, s)[next]);
      expect(p.start_of_episode(), static_cast<double>(belief.predicted[next]));
    }
  }
}

TEST(BeliefScore, SmoothedCountsSumToOneAlsoWhereNothingWasCounted) {
  Philox random(22);
  const Pomdp m = random_pomdp(3, 2, 5, random);
  const LastObservationPredictor p = count_last_observation(m, open_loop_policy(m), 4, random, 3);
  for (std::size_t previous = 0; previous <= 5; ++previous)
    for (std::size_t a = 0; a < 2; ++a) {
      double sum = 0;
      for (std::size_t o = 0; o < 5; ++o) sum += p.probability(previous, a, o);
      EXPECT_NEAR(sum, 1, 1e-15);
    }
  const Trajectory t{{0, 1}, {0}, {2}};
  const LastObservationPredictor one = count_last_observation(m, std::vector<Trajectory>{t});
  EXPECT_DOUBLE_EQ(one.probability(one.start_of_episode(), 0, 2), 1.5 / 3.5);
  EXPECT_DOUBLE_EQ(last_nll(one, std::vector<Trajectory>{t})[0], -std::log(1.5 / 3.5));
}

// Known values of what memory is worth, nats per step at horizon 32; 20 000 trajectories to count, 2000 to
// score.
TEST(BeliefScore, MemoryGainOfTiger) {
  const Pomdp m = tiger();
  for (const auto& [weights, gain] : {std::pair(std::vector<double>{90, 5, 5}, 0.091), {{1, 1, 1}, 0.011}}) {
    Philox random(23);
    const std::vector<double> policy = open_loop_policy(m, weights);
    const LastObservationPredictor counts = count_last_observation(m, policy, 32, random);
    const std::vector<Trajectory> held_out = simulate(m, policy, 32, 2000, random);
    const std::vector<double> exact = exact_nll(m, held_out), last = last_nll(counts, held_out);
    const MemoryScore none = memory_score(last, last, exact), all = memory_score(last, exact, exact);
    EXPECT_NEAR(none.last - none.exact, gain, 0.005);  // about 4 standard errors
    EXPECT_EQ(none.score, 0);
    EXPECT_NEAR(all.score, 1, 1e-12);
    EXPECT_EQ(all.standard_error, 0);
  }
}

// With a constant denominator the score is a mean, and the jackknife its textbook standard error s/√n.
TEST(BeliefScore, JackknifeOfAMeanIsTheStandardErrorOfTheMean) {
  Philox random(24);
  const std::size_t n = 50;
  std::vector<double> last(n), model(n), exact(n);
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    last[i] = random.normal();
    exact[i] = last[i] - 0.5;
    model[i] = last[i] - 0.3 * random.normal();
    mean += (last[i] - model[i]) / 0.5 / static_cast<double>(n);
  }
  for (std::size_t i = 0; i < n; ++i) squares += std::pow((last[i] - model[i]) / 0.5 - mean, 2);
  const MemoryScore score = memory_score(last, model, exact);
  EXPECT_NEAR(score.score, mean, 1e-13);
  EXPECT_NEAR(score.standard_error, std::sqrt(squares / static_cast<double>(n * (n - 1))), 1e-13);
}

// The linearised ("delta") standard error of a ratio, to which the jackknife converges.
TEST(BeliefScore, JackknifeOfARatioIsItsDeltaMethod) {
  Philox random(25);
  const std::size_t n = 4000;
  std::vector<double> last(n), model(n), exact(n);
  double gained = 0, possible = 0;
  for (std::size_t i = 0; i < n; ++i) {
    exact[i] = random.normal();
    last[i] = exact[i] + 1 + 0.3 * random.normal();
    model[i] = exact[i] + 0.2 + 0.1 * random.normal();
    gained += last[i] - model[i];
    possible += last[i] - exact[i];
  }
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i)
    squares += std::pow((last[i] - model[i]) - gained / possible * (last[i] - exact[i]), 2);
  EXPECT_NEAR(memory_score(last, model, exact).standard_error / (std::sqrt(squares) / possible), 1, 0.01);
}

// With two trajectories, leaving one out gives the ratio of the other, and the error is half their
// difference.
TEST(BeliefScore, JackknifeOfTwoTrajectoriesIsHalfTheDifferenceOfTheirScores) {
  const std::vector<double> last{1.0, 2.0}, model{0.75, 1.5}, exact{0.5, 0.75};
  const MemoryScore score = memory_score(last, model, exact);
  EXPECT_DOUBLE_EQ(score.score, 0.75 / 1.75);
  EXPECT_DOUBLE_EQ(score.standard_error, (0.25 / 0.5 - 0.5 / 1.25) / 2);
}

// If there is nothing to gain, the ratio would be noise divided by rounding, or have the wrong sign.
TEST(BeliefScore, IsNotANumberWhereMemoryGainsNothing) {
  const std::vector<double> last{0.1 + 0.2, 0.7}, rounded{0.3, 0.7}, better{0.2, 0.6}, worse{0.4, 0.8};
  for (const std::vector<double>& exact : {last, rounded, worse}) {
    const MemoryScore none = memory_score(last, better, exact);
    EXPECT_TRUE(std::isnan(none.score));
    EXPECT_TRUE(std::isnan(none.standard_error));
    EXPECT_DOUBLE_EQ(none.last - none.model, 0.1);  // the means are still reported
  }
  // If all of the gain is in one trajectory, leaving it out leaves none.
  const MemoryScore fragile = memory_score(last, better, std::vector<double>{0.1, 0.7});
  EXPECT_DOUBLE_EQ(fragile.score, 0.2 / 0.2);
  EXPECT_TRUE(std::isnan(fragile.standard_error));
}

// With one observation every probability is 1, and what is left of -log of the filter's sums is rounding of
// 1, however small it is itself. (-0.8152 ± 0.23 was such a score.)
TEST(BeliefScore, IsNotANumberWhereTheGainIsRoundingOfProbabilitiesNearOne) {
  const std::vector<double> last{0, 0, 0, 0}, model{1e-17, 3e-17, 0, 2e-17};
  const MemoryScore score = memory_score(last, model, std::vector<double>{-2e-17, -1e-17, -3e-17, -1e-17});
  EXPECT_TRUE(std::isnan(score.score));
  EXPECT_TRUE(std::isnan(score.standard_error));
  // Beyond the rounding of 1 it is a score, though small: 1e-12 of 4e-12 nats.
  const std::vector<double> exact(4, -4e-12), quarter(4, -1e-12);
  EXPECT_NEAR(memory_score(last, quarter, exact).score, 0.25, 1e-12);
}

// Of a chain that can be predicted with certainty, a context counted n times has p = (n + ½) / (n + O/2), and
// its n steps lose n log((n + O/2) / (n + ½)) nats together: (O - 1)/2 for large n. That is all that is
// "gained" by memory.
TEST(BeliefScore, IsNotANumberWhereTheGainIsTheCostOfCounting) {
  const std::size_t n = 10'000;
  LastObservationPredictor p{1, 3, {{0, n}, {3, n}}, {{0, n}, {1, n}}};
  const double loss = std::log((n + 1.5) / (n + 0.5));
  EXPECT_NEAR(-std::log(p.probability(0, 0, 0)), loss, 1e-15);
  EXPECT_NEAR(p.cost_of_counting() / loss, 1, 2.0 / n);
  const std::vector<double> last(3, loss), model(3, 0.1), exact(3, 0);
  EXPECT_LT(memory_score(last, model, exact).score, -900);
  EXPECT_TRUE(std::isnan(memory_score(last, model, exact, p.cost_of_counting()).score));
  EXPECT_NEAR(memory_score(std::vector<double>(3, 0.2), model, exact, p.cost_of_counting()).score, 0.5,
              1e-12);
}

TEST(BeliefScore, OfAPredictorThatRuledOutWhatCameIsMinusInfinity) {
  const std::vector<double> last{1, 1, 1}, model{0.5, infinity, 0.5}, exact{0.5, 0.25, 0.5};
  const MemoryScore score = memory_score(last, model, exact);
  EXPECT_EQ(score.score, -infinity);
  EXPECT_EQ(score.excess(), infinity);
  EXPECT_TRUE(std::isnan(score.standard_error));
  EXPECT_THROW(memory_score(last, exact, model), Refused);
  EXPECT_THROW(memory_score(last, std::vector<double>{0, -infinity, 0}, exact), Refused);
}

TEST(BeliefScore, RefusesTrajectoriesThatTheModelCannotHave) {
  const Pomdp m = tiger();
  const auto one = [](std::vector<std::size_t> actions, std::vector<std::size_t> observations) {
    return std::vector<Trajectory>{{{}, std::move(actions), std::move(observations)}};
  };
  const LastObservationPredictor p = count_last_observation(m, one({0}, {1}));
  for (const std::vector<Trajectory>& wrong : {one({}, {}), one({0, 0}, {1}), one({0}, {1, 1})}) {
    EXPECT_THROW(exact_nll(m, wrong), Refused);
    EXPECT_THROW(last_nll(p, wrong), Refused);
    EXPECT_THROW(count_last_observation(m, wrong), Refused);
  }
  EXPECT_THROW(last_nll(p, one({3}, {0})), std::out_of_range);
  EXPECT_THROW(count_last_observation(m, one({0}, {2})), std::out_of_range);
}

TEST(BeliefScore, RefusesVectorsThatDoNotBelongTogether) {
  const std::vector<double> two{1, 2}, three{1, 2, 3}, one{1}, odd{1, nan};
  EXPECT_THROW(memory_score(two, three, two), Refused);
  EXPECT_THROW(memory_score(one, one, one), Refused);
  EXPECT_THROW(memory_score(two, odd, two), Refused);
  EXPECT_TRUE(std::isnan(memory_score(two, two, two).score));
}

}  // namespace
}  // namespace doxa::testing
