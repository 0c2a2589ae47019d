#include "doxa/models/pomdp/simulate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "doxa/models/pomdp/belief.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// Every sequence (a_0,o_1,a_1,o_2) has frequency π(a_0) π(a_1) p(o_1,o_2 ‖ a_0,a_1), within 5 standard
// deviations of a binomial count.
TEST(PomdpSimulate, FrequenciesAreTheEvidence) {
  Philox random(11);
  const Pomdp m = random_pomdp(4, 2, 3, random);
  const std::vector<double> policy = open_loop_policy(m, std::vector<double>{3, 1});
  const std::size_t n = 100'000;
  std::map<std::vector<std::size_t>, std::size_t> seen;
  for (const Trajectory& t : simulate(m, policy, 2, n, random))
    ++seen[{t.actions[0], t.observations[0], t.actions[1], t.observations[1]}];
  double total = 0;
  for (std::size_t code = 0; code < 36; ++code) {
    const std::vector<std::size_t> a{code % 2, code / 2 % 2}, o{code / 4 % 3, code / 12};
    double p = policy[a[0]] * policy[a[1]];
    try {
      p *= std::exp(log_evidence(m, {a, o}));
    } catch (const ImpossibleObservation&) {
      p = 0;
    }
    total += p;
    const double count = static_cast<double>(n), deviation = std::sqrt(count * p * (1 - p));
    EXPECT_NEAR(static_cast<double>(seen[{a[0], o[0], a[1], o[1]}]), count * p, 5 * deviation);
  }
  EXPECT_NEAR(total, 1, 1e-14);
}

TEST(PomdpSimulate, IsActionFirstAndRepeatsWithTheSeed) {
  const Pomdp m = tiger();
  const std::vector<double> listening = open_loop_policy(m, std::vector<double>{1, 0, 0});
  Philox random(1), same(1);
  const Trajectory t = simulate(m, listening, 20, random);
  EXPECT_EQ(t.states.size(), 21u);
  EXPECT_EQ(t.actions.size(), 20u);
  EXPECT_EQ(t.observations.size(), 20u);
  for (const std::size_t s : t.states) EXPECT_EQ(s, t.states[0]);  // listening moves nothing
  EXPECT_EQ(simulate(m, listening, 20, same), t);
}

// r_k = R(a_{k-1}, s_{k-1}, s_k, o_k), and the batch has the rewards of its trajectories.
TEST(PomdpSimulate, EachStepHasItsReward) {
  const Pomdp m = tiger();
  Philox random(3);
  const auto two = simulate(m, open_loop_policy(m), 30, 2, random);
  const Episodes batch = episodes(two);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t k = 0; k < 30; ++k) {
      const Trajectory& t = two[i];
      const double r = t.actions[k] == 0 ? -1 : t.states[k] + 1 == t.actions[k] ? -100 : 10;
      EXPECT_EQ(t.rewards[k], r);
      EXPECT_EQ(batch.rewards[k * 2 + i], r);
    }
  std::vector<Trajectory> one_without = two;
  one_without[1].rewards.clear();
  EXPECT_TRUE(episodes(one_without).rewards.empty());
  one_without[1].rewards = {1};
  EXPECT_THROW(episodes(one_without), Refused);
}

// The first n steps are what a simulation of n steps from the same random numbers gives.
TEST(PomdpSimulate, TheFirstStepsOfAnEpisodeAreAShorterEpisode) {
  const Pomdp m = tiger();
  Philox random(5), same(5);
  const Trajectory whole = simulate(m, open_loop_policy(m), 9, random);
  EXPECT_EQ(first_steps(whole, 4), simulate(m, open_loop_policy(m), 4, same));
  EXPECT_EQ(first_steps(whole, 9), whole);
  Trajectory seen = whole;  // as read from a file: without states and rewards
  seen.states.clear();
  seen.rewards.clear();
  EXPECT_TRUE(first_steps(seen, 4).states.empty());
  EXPECT_TRUE(first_steps(seen, 4).rewards.empty());
  EXPECT_EQ(episodes(std::vector{first_steps(whole, 4)}).rewards.size(), 4u);
  EXPECT_EQ(thrown<Refused>([&] { first_steps(whole, 10); }), "first_steps: 10 steps of an episode of 9");
}

std::string refusal(std::vector<double> weights) {
  return thrown<Refused>([&] { open_loop_policy(tiger(), weights); });
}

TEST(PomdpSimulate, RefusesImpossibleActionWeights) {
  EXPECT_EQ(refusal({1, 1}),
            "action weights: 2 given, expected 3 in the order of the actions listen open-left open-right");
  EXPECT_EQ(refusal({0, 0, 0}), "action weights: all are zero, expected a positive one");
  EXPECT_EQ(refusal({1, -1, 0}), "action weights: open-left is -1, expected a finite number, not negative");
  EXPECT_EQ(refusal({1, nan, 0}), "action weights: open-left is nan, expected a finite number, not negative");
  const std::vector<double> huge = open_loop_policy(tiger(), std::vector<double>{1e308, 1e308, 0});
  EXPECT_EQ(huge, (std::vector<double>{0.5, 0.5, 0}));
  Philox random;
  EXPECT_THROW(simulate(tiger(), huge, 0, random), Refused);
  EXPECT_THROW(simulate(tiger(), std::vector<double>{1}, 5, random), Refused);
}

}  // namespace
}  // namespace doxa::testing
