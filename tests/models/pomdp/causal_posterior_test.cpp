// The best causal posterior by dynamic programming, against other ways to find it.

#include "doxa/models/pomdp/causal_posterior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/mean_field_posterior.h"
#include "doxa/models/pomdp/simulate.h"
#include "random_posteriors.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"

namespace doxa::testing {
namespace {

// A policy that depends on what was last seen.
HistoryPolicy reacting(const Pomdp& m, double strength) {
  return [&m, strength](const History& h, std::size_t a) {
    const auto actions = static_cast<double>(m.actions.size());
    if (h.steps() == 0) return 1 / actions;
    return (1 - strength) / actions + (a == h.observations.back() % m.actions.size() ? strength : 0);
  };
}

TEST(BestCausal, AttainsTheValueOfTheProgramme) {
  Philox random(21);
  for (int trial = 0; trial < 20; ++trial) {
    const Pomdp m = random_positive_pomdp(1 + static_cast<std::size_t>(trial % 4), 2, 2, random);
    const HistoryPolicy policy = reacting(m, 0.6);
    const BestCausal best = best_causal_posterior(m, policy, 4);
    EXPECT_NEAR(expected_filtering_bound(m, policy, best.posterior).bound, best.bound, 1e-12);
    EXPECT_EQ(best_causal_bound(m, policy, 4), best.bound);
    EXPECT_LE(best.bound, expected_log_evidence(m, policy, 4) + 1e-12);
  }
}

// J(q*) - J(q) = Σ_k E E_{q(s_{k-1})} KL(q(·|s_{k-1},h_k) ‖ q*(·|s_{k-1},h_k)), so that nothing is better
// than q*.
TEST(BestCausal, IsBetterThanAnyOtherByTheirDivergence) {  // (09.11)
  Philox random(22);
  for (int trial = 0; trial < 20; ++trial) {
    const Pomdp m = random_positive_pomdp(3, 2, 2, random);
    const HistoryPolicy policy = reacting(m, 0.4);
    const std::size_t horizon = 3;
    const BestCausal best = best_causal_posterior(m, policy, horizon);
    const CausalPosterior q = random_causal_posterior(m, horizon, random);
    double divergence = 0;
    for_each_history(m, policy, horizon, [&](const HistoryWalk& walk) {
      const PathPosterior chain = along(m, q, walk.history()),
                          optimum = along(m, best.posterior, walk.history());
      std::vector<double> marginal{1.0};
      for (std::size_t k = 1; k <= horizon; ++k) {
        std::vector<double> next(3, 0.0);
        for (std::size_t s = 0; s < marginal.size(); ++s)
          for (std::size_t to = 0; to < 3; ++to) {
            const double p = chain.row(k, s)[to], r = optimum.row(k, s)[to];
            next[to] += marginal[s] * p;
            divergence += walk.probability() * marginal[s] * p * std::log(p / r);
          }
        marginal = next;
      }
    });
    EXPECT_NEAR(best.bound - expected_filtering_bound(m, policy, q).bound, divergence, 1e-12);
    EXPECT_GT(divergence, 0);
  }
}

// Maximises J over the logits of every row of the table, one after another, by Newton's method on central
// differences, without dynamic programming.
double ascend(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon, Philox& random) {
  CausalPosterior q = random_causal_posterior(m, horizon, random);
  const std::size_t states = m.states.size();
  const auto tilt = [&](std::span<double> row, std::size_t s, double by) {  // adds `by` to the logit of s
    double sum = 0;
    row[s] *= std::exp(by);
    for (const double p : row) sum += p;
    for (double& p : row) p /= sum;
  };
  constexpr double h = 1e-3;
  for (int sweep = 0; sweep < 25; ++sweep)
    for (std::size_t i = 0; i < q.values.size(); ++i) {
      const std::span<double> row = std::span(q.values).subspan(i - i % states, states);
      const double here = expected_filtering_bound(m, policy, q).bound;
      tilt(row, i % states, h);
      const double above = expected_filtering_bound(m, policy, q).bound;
      tilt(row, i % states, -2 * h);
      const double below = expected_filtering_bound(m, policy, q).bound;
      tilt(row, i % states, h);
      const double slope = (above - below) / (2 * h), curve = std::abs(above + below - 2 * here) / (h * h);
      if (slope != 0) tilt(row, i % states, std::clamp(slope / (curve + 1e-12), -1.0, 1.0));
    }
  return expected_filtering_bound(m, policy, q).bound;
}

TEST(BestCausal, IsWhereAnAscentOverTablesArrives) {
  Philox random(23);
  struct Case {
    std::size_t states, actions, horizon;
  };
  for (const Case c : {Case{2, 1, 2}, Case{2, 1, 3}, Case{3, 1, 2}, Case{2, 2, 2}}) {
    const Pomdp m = random_positive_pomdp(c.states, c.actions, 2, random);
    const HistoryPolicy policy = reacting(m, 0.5);
    const double reached = ascend(m, policy, c.horizon, random);
    const double best = best_causal_bound(m, policy, c.horizon);
    EXPECT_LE(reached, best + 1e-12);
    EXPECT_NEAR(reached, best, 1e-10);
    EXPECT_LT(best, expected_log_evidence(m, policy, c.horizon) - 1e-5);
  }
}

TEST(BestCausal, IsTightWhereTheFutureTellsNothingMore) {
  Philox random(24);
  for (int trial = 0; trial < 10; ++trial) {
    Pomdp m = random_pomdp(3, 2, 3, random);
    const HistoryPolicy policy = reacting(m, 0.5);
    EXPECT_NEAR(best_causal_bound(m, policy, 1), expected_log_evidence(m, policy, 1), 1e-13);  // T = 1
    m = observable(m);
    EXPECT_NEAR(best_causal_bound(m, policy, 4), expected_log_evidence(m, policy, 4), 1e-12);
  }
}

TEST(BestCausal, HasNoGapAtTheLastStep) {
  Philox random(25);
  const Pomdp m = random_positive_pomdp(3, 2, 2, random);
  const HistoryPolicy policy = reacting(m, 0.2);
  const BestCausal best = best_causal_posterior(m, policy, 4);
  const FilteringBound f = expected_filtering_bound(m, policy, best.posterior);
  EXPECT_NEAR(f.gap[3], 0, 1e-13);
  EXPECT_GT(f.gap[0], 1e-4);
}

TEST(BestCausal, IsInvariantToRelabellingTheStates) {
  Philox random(26);
  const Pomdp m = random_positive_pomdp(3, 2, 2, random);
  const HistoryPolicy policy = reacting(m, 0.3);
  EXPECT_NEAR(best_causal_bound(m, policy, 4), best_causal_bound(relabelled(m, {2, 0, 1}), policy, 4), 1e-13);
}

// Tiger, listening with probability w. After a door the past is worthless, and nothing tells where the tiger
// is until the next roar: q must guess, and pays E[log p(o|s)] = ½ log(.85 · .15) for each roar until the
// next door, and log ½ for each door. Only for the roars before the first door q is informed: if the first
// action was to listen, each later roar agrees with the first with probability c = .85² + .15².
TEST(BestCausal, OfTigerIsAFormula) {  // (09.12)
  const Pomdp m = tiger();
  const double right = std::log(0.85), wrong = std::log(0.15), c = 0.85 * 0.85 + 0.15 * 0.15;
  const double guess = (right + wrong) / 2, door = std::log(0.5);
  for (const double w : {0.0, 1.0 / 3, 0.9, 1.0})
    for (std::size_t horizon = 1; horizon <= 6; ++horizon) {
      double same = 0, other = 0, unknown = 0;
      for (std::size_t j = 1; j < horizon; ++j) {
        const double still = std::pow(w, static_cast<double>(j));
        same += still * (c * right + (1 - c) * wrong) + (w - still) * guess + (1 - w) * door;
        other += still * (c * wrong + (1 - c) * right) + (w - still) * guess + (1 - w) * door;
        unknown += w * guess + (1 - w) * door;
      }
      const double formula =
          (1 - w) * (door + unknown) + w * std::log(0.5 * (0.85 * std::exp(same) + 0.15 * std::exp(other)));
      const HistoryPolicy policy = ignoring_history({w, (1 - w) / 2, (1 - w) / 2});
      EXPECT_NEAR(best_causal_bound(m, policy, horizon), formula, 1e-13) << w << " " << horizon;
    }
}

// A plan that is fixed beforehand, a_0 … a_{T-1}.
HistoryPolicy plan(std::vector<std::size_t> actions) {
  return [actions = std::move(actions)](const History& h, std::size_t a) {
    return actions[h.steps()] == a ? 1.0 : 0.0;
  };
}

// "Every policy that looks at nothing scores less than a coin" is false: it depends on the plan.
TEST(BestCausal, OfSomeBlindPlansOfTigerIsAboveTheCoin) {
  const Pomdp m = tiger();
  const double coin = 6 * std::log(0.5);
  EXPECT_NEAR(best_causal_bound(m, plan({0, 0, 0, 0, 0, 1}), 6) / 6, -0.6604, 5e-5);
  EXPECT_GT(best_causal_bound(m, plan({0, 0, 0, 1, 2, 1}), 6), coin);
  EXPECT_LT(best_causal_bound(m, plan({0, 0, 1, 1, 1, 1}), 6), coin);
  EXPECT_LT(best_causal_bound(m, plan({0, 0, 0, 0, 1, 0}), 6), coin);
  EXPECT_NEAR(best_causal_bound(m, plan({0, 1, 2, 1, 1, 2}), 6), coin, 1e-13);
}

// Mazes in which some things are seen without error: under the uniform policy every causal q may lose all.
TEST(BestCausal, IsMinusInfinityInMazesWithSureSigns) {
  for (const auto& [name, horizon] :
       {std::pair{"4x3", 2u}, std::pair{"cheese", 2u}, std::pair{"shuttle", 3u}}) {
    const Pomdp m = read_pomdp(DOXA_SOURCE_DIR "/models/pomdp/classics/" + std::string(name) + ".pomdp");
    EXPECT_EQ(best_causal_bound(m, ignoring_history(open_loop_policy(m)), horizon), -infinity) << name;
  }
}

// Two states that never change and are seen only at the second step: a causal q must choose one at the first,
// and is wrong half of the time, which costs everything.
TEST(BestCausal, IsMinusInfinityWhereEveryBetMayBeLost) {
  Pomdp m{indices(2), {"look-away", "look"}, indices(2), 1, {0.5, 0.5}, {}, {}, {}};
  m.transition = table({{1, 0}, {0, 1}, {1, 0}, {0, 1}});
  m.emission = table({{1, 0}, {1, 0}, {1, 0}, {0, 1}});
  const HistoryPolicy policy = [](const History& h, std::size_t a) { return h.steps() == a ? 1.0 : 0.0; };
  const BestCausal best = best_causal_posterior(m, policy, 2);
  EXPECT_EQ(best.bound, -infinity);
  EXPECT_EQ(expected_filtering_bound(m, policy, best.posterior).bound, -infinity);
  EXPECT_EQ(best_mean_field_posterior(m, policy, 2).bound, -infinity);
  EXPECT_NEAR(expected_log_evidence(m, policy, 2), std::log(0.5), 1e-15);
  const FilteringBound smoothed =
      expected_filtering_bound(m, policy, 2, [&](const History& h) { return path_posterior(m, h); });
  EXPECT_NEAR(smoothed.bound, std::log(0.5), 1e-15);
}

TEST(BestCausal, OfModelsWithZerosAttainsItsValue) {
  Philox random(27);
  int finite = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const Pomdp m = random_pomdp(3, 2, 3, random);
    const HistoryPolicy policy = reacting(m, 0.5);
    const BestCausal best = best_causal_posterior(m, policy, 3);
    const double attained = expected_filtering_bound(m, policy, best.posterior).bound;
    if (best.bound == -infinity) {
      EXPECT_EQ(attained, -infinity);
    } else {
      ++finite;
      EXPECT_NEAR(attained, best.bound, 1e-12);
    }
  }
  EXPECT_GT(finite, 5);
}

TEST(MeanField, LiesBetweenTheDeterministicAndTheMarkovPosterior) {
  Philox random(28);
  for (int trial = 0; trial < 10; ++trial) {
    const Pomdp m = random_positive_pomdp(3, 2, 2, random);
    const HistoryPolicy policy = reacting(m, 0.5);
    const BestMeanField best = best_mean_field_posterior(m, policy, 3);
    EXPECT_LE(best.bound, best_causal_bound(m, policy, 3) + 1e-12);
    EXPECT_GE(best.bound, best_deterministic_posterior(m, policy, 3).bound - 1e-12);
  }
}

TEST(MeanField, IsAtAStationaryPoint) {  // (09.8)
  Philox random(29);
  const Pomdp m = random_positive_pomdp(3, 2, 2, random);
  const HistoryPolicy policy = reacting(m, 0.5);
  const BestMeanField best = best_mean_field_posterior(m, policy, 3);
  for (int trial = 0; trial < 50; ++trial) {  // one factor moved a little towards another distribution
    CausalPosterior q = best.posterior;
    const auto k = 1 + static_cast<std::size_t>(random.uniform_index(3));
    const auto index =
        static_cast<std::size_t>(random.uniform_index(static_cast<Index>(count_histories(m, k))));
    std::vector<double> towards(3);
    fill_with_distribution(towards, random);
    const std::span<double> factor = q.kernel(k, index);
    for (std::size_t s = 0; s < 3; ++s) factor[s] += 0.02 * (towards[s] - factor[s]);
    EXPECT_LE(expected_filtering_bound(m, policy, q).bound, best.bound);
  }
}

// Listening leaves the tiger in its place, but states that are independent over time may jump.
TEST(MeanField, OfTigersBeliefsIsInfinitelyBad) {
  const Pomdp m = tiger();
  const HistoryPolicy policy = ignoring_history(open_loop_policy(m));
  EXPECT_EQ(expected_filtering_bound(m, policy, belief_posterior(m, policy, 2)).bound, -infinity);
  EXPECT_GT(best_mean_field_posterior(m, policy, 2).bound, -10);
}

TEST(MeanField, OfOneStepIsThePosterior) {
  Philox random(30);
  const Pomdp m = random_pomdp(4, 2, 3, random);
  const HistoryPolicy policy = reacting(m, 0.5);
  EXPECT_NEAR(best_mean_field_posterior(m, policy, 1).bound, expected_log_evidence(m, policy, 1), 1e-13);
}

}  // namespace
}  // namespace doxa::testing
