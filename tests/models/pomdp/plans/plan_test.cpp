#include "doxa/models/pomdp/plans/plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "doxa/models/pomdp/plans/reference_values.h"
#include "tests/models/pomdp/plans/planning_models.h"
#include "tests/support/pomdp_text.h"

namespace doxa::testing {
namespace {

// Published: Cassandra's tables give 19.3714 and 1.9334.
TEST(Plan, TigerToAMillionth) {
  Pomdp m = tiger();
  const PlanOptions options{.absolute_gap = 1e-6, .relative_gap = 0};
  const Plan p = plan(m, options);
  EXPECT_EQ(p.end, PlanEnd::gap);
  EXPECT_LE(p.value().gap(), 1e-6);
  EXPECT_NEAR(p.value().middle(), 19.3714, 5e-5);
  m.discount = 0.75;
  EXPECT_LE(plan(m, options).value().gap(), 1e-6);
  EXPECT_NEAR(plan(m, options).value().middle(), 1.9334, 5e-5);
}

TEST(Plan, EveryClassicToAThousandth) {
  for (const char* name : {"tiger", "tiger-wait", "4x3", "cheese", "shuttle", "t-maze"}) {
    const Plan p = plan(classic_model(name));
    EXPECT_EQ(p.end, PlanEnd::gap) << name;
    EXPECT_LE(p.value().gap(), 1e-3 * std::abs(p.value().upper)) << name;
    EXPECT_LE(p.progress.backups, 5000u) << name;
  }
}

// Published to four digits: cheese in [3.4852, 3.4862], shuttle in [32.8891, 32.8897].
TEST(Plan, PublishedValues) {
  const PlanOptions options{.absolute_gap = 1e-5, .relative_gap = 0};
  const ValueBounds cheese = plan(classic_model("cheese"), options).value();
  EXPECT_GE(cheese.lower, 3.4852);
  EXPECT_LE(cheese.upper, 3.4862 + 5e-5);
  const ValueBounds shuttle = plan(classic_model("shuttle"), options).value();
  EXPECT_GE(shuttle.lower, 32.8891);
  EXPECT_LE(shuttle.upper, 32.8897 + 5e-5);
  const ValueBounds wait = plan(classic_model("tiger-wait"), options).value();
  EXPECT_GE(wait.lower, 19.37);
}

// The optimal policy opens a door when there are two roars more on the other side, and listens until then: at
// the belief 0.85^n / (0.85^n + 0.15^n) opening is worth 10 - 110 · (the tiger's probability) + d V*(1/2),
// and V* lies above that for |n| < 2 and is that from there on.
TEST(Plan, TigerOpensWhereItShould) {
  const Plan p = plan(tiger(), {.absolute_gap = 1e-6, .relative_gap = 0});
  for (int n = -5; n <= 5; ++n) {
    const double left = 1 / (1 + std::pow(0.15 / 0.85, n));
    const std::vector<double> b{left, 1 - left};
    const double opening = 10 - 110 * std::min(left, 1 - left) + 0.95 * p.value().middle();
    if (std::abs(n) < 2)
      EXPECT_GT(value_bounds(p, b).lower, opening + 1) << n;
    else
      EXPECT_NEAR(value(p.policy, b), opening, 1e-4) << n;
    EXPECT_EQ(greedy_action(p.policy, b), n >= 2 ? open_right : n <= -2 ? open_left : listen) << n;
  }
}

// A finite horizon is a model whose states count the steps and which ends in a state that earns nothing.
Pomdp with_horizon(const Pomdp& m, std::size_t horizon) {
  const std::size_t states = m.states.size(), all = states * (horizon + 1);
  Pomdp n = m;
  n.states = indices(all);
  n.start.resize(all, 0.0);
  n.transition = n.emission = {};
  n.transition.columns = all;
  n.emission.columns = m.observations.size();
  for (std::size_t a = 0; a < m.actions.size(); ++a)
    for (std::size_t s = 0; s < all; ++s) {
      std::vector<double> next(all, 0.0), seen;
      const std::size_t step = s / states;
      if (step == horizon)
        next[s] = 1;
      else
        for (std::size_t t = 0; t < states; ++t)
          next[(step + 1) * states + t] = transition_row(m, a, s % states)[t];
      for (std::size_t o = 0; o < m.observations.size(); ++o)
        seen.push_back(emission_row(m, a, s % states)[o]);
      n.transition.append_row(next);
      n.emission.append_row(seen);
    }
  n.reward = {};
  for (std::uint32_t s = 0; s < states * horizon; ++s)
    for (std::uint32_t a = 0; a < m.actions.size(); ++a)
      n.reward.set({.action = a, .state = s}, expected_reward(m, a, s % states));
  return n;
}

TEST(Plan, TigersFiniteHorizons) {
  const std::pair<std::size_t, double> published[] = {{1, -1},      {2, -1.95},   {3, 2.30980},
                                                      {4, 1.79554}, {5, 2.76310}, {10, 6.69337}};
  for (const auto& [horizon, v] : published) {
    const ValueBounds bounds =
        plan(with_horizon(tiger(), horizon), {.absolute_gap = 1e-6, .relative_gap = 0}).value();
    EXPECT_LE(bounds.gap(), 1e-6) << horizon;
    EXPECT_NEAR(bounds.middle(), v, 6e-6) << horizon;
    if (horizon <= 5)
      expect_contains(bounds, LongTables(tiger()).best_value({0.5L, 0.5L}, horizon), "all trees");
  }
}

// While a plan goes on, the lower bound never falls and the upper one never rises, and the gap closes.
TEST(Plan, BoundsShrinkMonotonically) {
  Philox random(1);
  for (int trial = 0; trial < 20; ++trial) {
    const Pomdp m = random_rewarded(4, 3, 3, 0.9, random);
    std::vector<ValueBounds> seen;
    PlanOptions options{.relative_gap = 1e-3, .max_backups = 2000};
    options.on_trial = [&](const PlanProgress& p) { seen.push_back(p.value); };
    const Plan p = plan(m, options);
    for (std::size_t i = 1; i < seen.size(); ++i) {
      EXPECT_GE(seen[i].lower, seen[i - 1].lower);
      EXPECT_LE(seen[i].upper, seen[i - 1].upper);
    }
    EXPECT_LE(p.value().gap(), 0.1 * seen.front().gap() + 1e-10);
    EXPECT_EQ(seen.back().lower, p.value().lower);
  }
}

// V(cR + d) = c V(R) + d / (1 - γ): the intervals must meet.
TEST(Plan, RewardsScaleAndShift) {
  Philox random(2);
  for (int trial = 0; trial < 10; ++trial) {
    const Pomdp m = random_rewarded(3, 2, 3, 0.9, random);
    const PlanOptions options{.absolute_gap = 1e-3, .relative_gap = 0, .max_backups = 3000};
    const ValueBounds v = plan(m, options).value();
    const double c = 0.5 + random.uniform(), d = 5 * random.normal();
    const ValueBounds w = plan(rescaled(m, c, d), options).value();
    EXPECT_LE(w.lower, c * v.upper + d / (1 - m.discount) + 1e-9);
    EXPECT_GE(w.upper, c * v.lower + d / (1 - m.discount) - 1e-9);
    EXPECT_LE(w.gap(), 0.1);
  }
}

// States, actions and observations in another order.
TEST(Plan, NamesDoNotMatter) {
  Philox random(3);
  for (int trial = 0; trial < 10; ++trial) {
    const std::size_t states = 4, actions = 3, observations = 3;
    const Pomdp m = random_rewarded(states, actions, observations, 0.8, random);
    const std::vector<Index> s = random.permutation(4), a = random.permutation(3), o = random.permutation(3);
    const auto at = [](const std::vector<Index>& order, std::size_t i) {
      return static_cast<std::size_t>(order[i]);
    };
    Pomdp other = m;
    other.reward = {};
    std::vector<std::vector<double>> transition, emission;
    for (std::size_t i = 0; i < states; ++i) other.start[i] = m.start[at(s, i)];
    for (std::size_t k = 0; k < actions; ++k)
      for (std::size_t i = 0; i < states; ++i) {
        std::vector<double>&next = transition.emplace_back(), &seen = emission.emplace_back();
        for (std::size_t t = 0; t < states; ++t)
          next.push_back(transition_row(m, at(a, k), at(s, i))[at(s, t)]);
        for (std::size_t z = 0; z < observations; ++z)
          seen.push_back(emission_row(m, at(a, k), at(s, i))[at(o, z)]);
        for (std::size_t t = 0; t < states; ++t)
          for (std::size_t z = 0; z < observations; ++z)
            other.reward.set({static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(i),
                              static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(z)},
                             m.reward(at(a, k), at(s, i), at(s, t), at(o, z)));
      }
    other.transition = table(transition);
    other.emission = table(emission);
    const PlanOptions options{.absolute_gap = 1e-2, .relative_gap = 0, .max_backups = 1000};
    const ValueBounds v = plan(m, options).value(), w = plan(other, options).value();
    EXPECT_LE(v.gap() + w.gap(), 0.2);
    EXPECT_LE(v.lower, w.upper);
    EXPECT_LE(w.lower, v.upper);
  }
}

TEST(Plan, CostsAreNegativeRewards) {
  std::string text =
      "discount: 0.9 values: reward states: a b actions: go stay observations: x y start: 0.3 0.7\n"
      "T: go 0.2 0.8 0.9 0.1  T: stay identity  O: * 0.8 0.2 0.3 0.7\n"
      "R: go : a : * : * 2  R: go : b : * : * -3  R: stay : a : * : * -1 R: stay : b : b : y 0.5\n";
  const ValueBounds v = plan(parse(text)).value();
  for (const auto& [from, to] : {std::pair{"reward", "cost"},
                                 {" 2  R", " -2  R"},
                                 {" -3 ", " 3 "},
                                 {" -1 ", " 1 "},
                                 {" 0.5\n", " -0.5\n"}})
    text.replace(text.find(from), std::string(from).size(), to);
  const ValueBounds w = plan(parse(text)).value();
  EXPECT_EQ(v.lower, w.lower);
  EXPECT_EQ(v.upper, w.upper);
}

TEST(Plan, TheSameModelGivesTheSameBits) {
  const Plan p = plan(classic_model("4x3")), q = plan(classic_model("4x3"));
  EXPECT_EQ(p.value().lower, q.value().lower);
  EXPECT_EQ(p.value().upper, q.value().upper);
  EXPECT_EQ(p.policy, q.policy);
}

}  // namespace
}  // namespace doxa::testing
