// Solutions of chapter 12's exercises.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/plans/controller.h"
#include "doxa/models/pomdp/simulate.h"
#include "sections.h"

namespace {

using namespace doxa;

Pomdp shipped(const std::string& name) { return read_pomdp(DOXA_POMDP_DIR "/" + name + ".pomdp"); }

// Tiger: listen until one side has `lead` roars more than the other, then open the other door. The values
// v(j) from a lead of j solve v(j) = -1 + d [p v(j+1) + (1 - p) v(j-1)], p the probability that the next roar
// is on the leading side; by iteration, whose error shrinks by d a round.
double value_of_lead(int lead, double d, double ear = 0.85) {
  const auto there = [&](int j) { return 1 / (1 + std::pow((1 - ear) / ear, j)); };
  std::vector<double> v(static_cast<std::size_t>(lead) + 1, 0.0);
  for (int round = 0; round < 3000; ++round) {
    std::vector<double> next = v;
    for (int j = 0; j < lead; ++j) {
      const double p = j == 0 ? 1 : there(j) * ear + (1 - there(j)) * (1 - ear);
      const auto at = [&](int i) { return v[static_cast<std::size_t>(i)]; };
      next[static_cast<std::size_t>(j)] = -1 + d * (p * at(j + 1) + (1 - p) * at(j == 0 ? 1 : j - 1));
    }
    next[static_cast<std::size_t>(lead)] = 110 * there(lead) - 100 + d * v[0];
    v = next;
  }
  return v[0];
}

TEST(Exercise12, HowLongToListen) {
  EXPECT_NEAR(value_of_lead(1, 0.95), -73.59, 0.005);
  EXPECT_NEAR(value_of_lead(2, 0.95), 19.3714, 5e-5);
  EXPECT_NEAR(value_of_lead(3, 0.95), 16.26, 0.005);
  EXPECT_NEAR(value_of_lead(2, 0.75), 1.9334, 5e-5);
  EXPECT_NEAR(value_of_lead(3, 0.75), 0.596, 5e-4);
  const Plan best = plan(shipped("tiger"), {.absolute_gap = 1e-6, .relative_gap = 0});
  EXPECT_NEAR(best.value().middle(), value_of_lead(2, 0.95), 1e-6);
}

// On Tiger QMDP opens a door from 0.9 on and the optimum from 0.9603 on; a lead of 2 is beyond both.
TEST(TwoThresholds, DifferWhereNoBeliefLies) {
  Pomdp m = shipped("tiger");
  const PlanningModel model(m);
  const ReferenceValue q = qmdp(model);
  const auto at = [](double left) { return std::vector{left, 1 - left}; };
  const std::size_t listen = index_of(m.actions, "listen", "action");
  EXPECT_EQ(greedy_action(q.lower, at(0.8999)), listen);
  EXPECT_NE(greedy_action(q.lower, at(0.9001)), listen);
  for (const double left : {0.85, 0.9, 0.96, 0.961, 0.97}) {
    m.start = at(left);
    const Plan best = plan(m, {.absolute_gap = 1e-4, .relative_gap = 0});
    EXPECT_EQ(greedy_action(best.policy, m.start) == listen, left < 0.9603) << left;
  }
}

TEST(Exercise12, WhatWaitingMayCost) {
  const Pomdp m = shipped("tiger-wait");
  const auto wait = static_cast<std::uint32_t>(index_of(m.actions, "wait", "action"));
  for (const double cost : {0.99, 1.01}) {
    Pomdp charged = m;
    charged.reward.set({.action = wait}, -cost);
    const PlanningModel model(charged);
    const ReferenceValue q = qmdp(model);
    EXPECT_EQ(charged.actions[greedy_action(q.lower, charged.start)], cost < 1 ? "wait" : "listen");
    const double earned = evaluate(model, greedy_policy(q.lower)).value.middle();
    EXPECT_NEAR(earned, cost < 1 ? -cost / 0.05 : 19.3714, 1e-4) << cost;
  }
}

// Listen; open the door across from the last roar; and so on. The observation after a door is a coin.
TEST(Exercise12, ARoarOnlyIsNotEnough) {
  const Pomdp m = shipped("tiger");
  const PlanningModel model(m);
  const std::size_t listen = index_of(m.actions, "listen", "action"),
                    left = index_of(m.actions, "open-left", "action"),
                    right = index_of(m.actions, "open-right", "action");
  // With a memory of whether it has just listened: nodes listen, open-right after a roar on the left, and
  // open-left.
  const Controller alternating{{listen, right, left}, {{1, 2}, {0, 0}, {0, 0}}, 0};
  EXPECT_NEAR(evaluate(model, alternating).at_start.middle(), (-1 + 0.95 * -6.5) / (1 - 0.95 * 0.95), 1e-6);
  // On the last observation only: after a door it takes the coin for a roar.
  const MemorylessPolicy last{listen, {right, left}};
  EXPECT_NEAR(evaluate(model, controller(m, last)).at_start.middle(), -1 + 0.95 * (-6.5 + 0.95 * -45 / 0.05),
              1e-6);
  EXPECT_NEAR(best_memoryless(model).value.middle(), -20, 1e-9);
}

// How good an ear must be, for listening to pay where waiting is free.
TEST(Exercise12, AnEarWorthItsPrice) {
  const auto optimum = [](double ear) {
    Pomdp m = shipped("tiger-wait");
    const std::size_t listen = index_of(m.actions, "listen", "action");
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t o = 0; o < 2; ++o)
        m.emission.probability[m.emission.begin[listen * 2 + s] + o] = o == s ? ear : 1 - ear;
    return plan(m, {.absolute_gap = 1e-4, .relative_gap = 0}).value();
  };
  EXPECT_NEAR(optimum(0.75).middle(), 0, 1e-4);
  EXPECT_NEAR(optimum(0.755).middle(), value_of_lead(3, 0.95, 0.755), 1e-4);
  EXPECT_LT(value_of_lead(3, 0.95, 0.752), 0);
  EXPECT_GT(value_of_lead(3, 0.95, 0.753), 0);
}

// Both states look alike. What is seen is explained as well by one state, and what pays is not.
TEST(Exercise12, WhatNothingSeenCanTell) {
  const Pomdp
      two = parse_pomdp(
          "discount: 0.9 values: reward states: poor rich actions: stay swap observations: low high\n"
          "start: 1 0 T: stay identity T: swap 0 1 1 0 O: * : * 0.25 0.75 R: stay : rich : * : * 1\n"),
      one = parse_pomdp(
          "discount: 0.9 values: reward states: any actions: stay swap observations: low high\n"
          "T: * identity O: * : * 0.25 0.75\n");
  Philox random(1);
  for (int i = 0; i < 20; ++i) {
    const Trajectory t = simulate(two, std::vector{0.5, 0.5}, 12, random);
    EXPECT_NEAR(log_evidence(two, t), log_evidence(one, t), 1e-12);
  }
  EXPECT_NEAR(plan(two, {.absolute_gap = 1e-6, .relative_gap = 0}).value().middle(), 0.9 / (1 - 0.9), 1e-5);
}

}  // namespace
