// What policies are worth: controllers, policies on beliefs, agents that are played.

#include <gtest/gtest.h>

#include <numeric>

#include "doxa/models/pomdp/plans/agent.h"
#include "doxa/models/pomdp/plans/belief_policy.h"
#include "doxa/models/pomdp/plans/controller.h"
#include "doxa/models/pomdp/plans/plan.h"
#include "doxa/models/pomdp/plans/reference_values.h"
#include "tests/models/pomdp/plans/planning_models.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// π(a|b) ∝ (1 + b(a)) where there is a state a, else 1: depends on the belief, and is random.
BeliefPolicy soft_policy(std::size_t states) {
  return [states](std::span<const double> b, std::span<double> out) {
    double sum = 0;
    for (std::size_t a = 0; a < out.size(); ++a) sum += out[a] = 1 + (a < states ? b[a] : 0);
    for (double& p : out) p /= sum;
  };
}

// Two roars more on one side open the other door; five nodes count them.
Controller roar_counter() {
  return {.actions = {open_right, listen, listen, listen, open_left},
          .next = {{2, 2}, {0, 2}, {1, 3}, {2, 4}, {2, 2}},
          .start = 2};
}

// By the definition of a value, over all histories of n steps.
long double value_over_histories(const LongTables& m, const BeliefPolicy& policy,
                                 const std::vector<long double>& x, std::size_t steps) {
  const long double mass = std::accumulate(x.begin(), x.end(), 0.0L);
  if (steps == 0 || mass == 0) return 0;
  std::vector<double> b, p(m.actions);
  for (const long double w : x) b.push_back(static_cast<double>(w / mass));
  policy(b, p);
  long double value = 0;
  for (std::size_t a = 0; a < m.actions; ++a) {
    for (std::size_t s = 0; s < m.states; ++s) value += p[a] * x[s] * m.reward[a * m.states + s];
    for (std::size_t o = 0; o < m.observations; ++o)
      value += p[a] * m.discount * value_over_histories(m, policy, m.successor(x, a, o), steps - 1);
  }
  return value;
}

TEST(BeliefPolicies, AreWorthWhatTheirHistoriesAre) {
  Philox random(16);
  for (int trial = 0; trial < 20; ++trial) {
    const Pomdp m = random_rewarded(3, 2, 2, 0x1p-10, random);
    const LongTables exact(m);
    const PolicyValue v = evaluate(PlanningModel(m), soft_policy(3), {.tolerance = 1e-13});
    // Here the policy sees beliefs that were filtered in long double, a rounding away from those in double,
    // and its probabilities follow: hence the allowance.
    const long double expected = value_over_histories(exact, soft_policy(3), exact.start, 6);
    expect_contains({v.value.lower - 1e-15, v.value.upper + 1e-15}, expected, "histories");
    EXPECT_LE(v.value.gap(), 1e-11);
  }
}

// A deterministic policy whose bounds need no allowance.
TEST(BeliefPolicies, BoundsOfGreedyPoliciesAreRigorous) {
  Philox random(17);
  for (int trial = 0; trial < 30; ++trial) {
    const Pomdp m = random_rewarded(3, 2, 2, 0x1p-10, random);
    const LongTables exact(m);
    const BeliefPolicy policy = greedy_policy(qmdp(PlanningModel(m)).upper);
    const PolicyValue v = evaluate(PlanningModel(m), policy, {.tolerance = 1e-13});
    expect_contains(v.value, value_over_histories(exact, policy, exact.start, 6), "histories");
  }
}

// The greedy policy of a plan earns at least the lower bound that it was planned with, and at most V*.
TEST(BeliefPolicies, APlanKeepsItsPromise) {
  for (const char* name : {"tiger", "tiger-wait", "cheese", "shuttle", "t-maze"})
    for (const std::size_t backups : {0u, 20u, 100u, 100000u}) {
      const Pomdp m = classic_model(name);
      const Plan p = plan(m, {.relative_gap = 1e-4, .max_backups = backups});
      const PolicyValue v = evaluate(*p.model, greedy_policy(p.policy), {.tolerance = 1e-4});
      EXPECT_GE(v.value.upper, p.value().lower) << name << " " << backups;
      EXPECT_LE(v.value.lower, p.value().upper) << name << " " << backups;
      EXPECT_LE(v.value.gap(), 1e-4) << name;
    }
}

TEST(BeliefPolicies, QmdpOnTigerAttainsTheOptimum) {
  const PlanningModel m(tiger());
  const PolicyValue v = evaluate(m, greedy_policy(qmdp(m).upper));
  EXPECT_LE(v.value.gap(), 1e-6);
  expect_contains(v.value, 19.3713683749L, "because listening is its cheapest way to wait");
}

// One action whatever the belief: its blind value, by another way.
TEST(BeliefPolicies, OneActionIsBlind) {
  Philox random(18);
  for (int trial = 0; trial < 10; ++trial) {
    const Pomdp m = random_rewarded(3, 2, 2, 0.3, random);
    const PlanningModel model(m);
    const ReferenceValue b = blind(model);
    for (std::size_t a = 0; a < 2; ++a) {
      AlphaVectors one;
      one.append(a, {0, 0, 0});
      const PolicyValue v = evaluate(model, greedy_policy(one), {.tolerance = 1e-3});
      const SparseBelief start = sparse(m.start);
      EXPECT_LE(v.value.lower, start.dot(b.upper.values[a]));
      EXPECT_GE(v.value.upper, start.dot(b.lower.values[a]));
      EXPECT_LE(v.value.gap(), 1e-3);
    }
  }
}

// However early one ends, the bracket holds, and it closes like d^n.
TEST(BeliefPolicies, TheTailCloses) {
  const PlanningModel m(tiger());
  const BeliefPolicy policy = greedy_policy(plan(tiger()).policy);
  double before = 1e300;
  for (const std::size_t steps : {0u, 1u, 5u, 20u, 80u}) {
    const PolicyValue v = evaluate(m, policy, {.tolerance = 1e-9, .max_steps = steps});
    expect_contains(v.value, 19.3713683749L, std::to_string(steps));
    EXPECT_LE(v.value.gap(), 2300 * std::pow(0.95, steps));
    EXPECT_LT(v.value.gap(), before);
    EXPECT_EQ(v.steps, steps);
    before = v.value.gap();
  }
  const PolicyValue narrow = evaluate(m, policy, {.tolerance = 1e-9, .max_steps = 60, .max_beliefs = 2});
  expect_contains(narrow.value, 19.3713683749L, "two beliefs");
  const PolicyValue small = evaluate(m, policy, {.tolerance = 1e-9, .max_steps = 60, .max_bytes = 500});
  expect_contains(small.value, 19.3713683749L, "few bytes");
  EXPECT_GT(small.value.gap(), before);
}

TEST(BeliefPolicies, RefuseInOneLine) {
  const PlanningModel m(tiger());
  const BeliefPolicy wrong = [](std::span<const double>, std::span<double> out) {
    out[0] = out[1] = out[2] = 0.5;
  };
  EXPECT_SAYS(
      Refused,
      "belief policy: the probabilities of the actions are not a distribution: they sums to 1.5, expected 1",
      evaluate(m, wrong));
  EXPECT_SAYS(Refused, "evaluate: tolerance is 0, expected a positive number",
              evaluate(m, soft_policy(2), {.tolerance = 0}));
  EXPECT_SAYS(Refused, "evaluate: max_beliefs is 0, expected at least 1",
              evaluate(m, soft_policy(2), {.max_beliefs = 0}));
  EXPECT_SAYS(Refused, "greedy_policy: no alpha-vectors, expected at least one", greedy_policy({}));
  AlphaVectors unknown;
  unknown.append(7, {0, 0});
  EXPECT_SAYS(Refused, "greedy_policy: action 7, the model has 3", evaluate(m, greedy_policy(unknown)));
}

TEST(Controllers, CountingRoarsIsWorthItsBelief) {
  const PlanningModel m(tiger());
  const ValueBounds counted = evaluate(m, roar_counter()).at_start;
  // The same policy on beliefs: doors open where the belief in a tiger is below 0.1 (2 roars more: 0.030).
  const BeliefPolicy policy = [](std::span<const double> b, std::span<double> out) {
    std::fill(out.begin(), out.end(), 0.0);
    out[b[0] < 0.1 ? open_left : b[1] < 0.1 ? open_right : listen] = 1;
  };
  const ValueBounds filtered = evaluate(m, policy).value;
  EXPECT_LE(counted.lower, filtered.upper);
  EXPECT_GE(counted.upper, filtered.lower);
  EXPECT_LE(counted.gap(), 1e-8);
  expect_contains(counted, 19.3713683749L, "the optimum");
}

TEST(Controllers, RefuseInOneLine) {
  const PlanningModel m(tiger());
  const auto refusal = [&](auto damage) {
    Controller c = roar_counter();
    damage(c);
    return thrown<Refused>([&] { evaluate(m, c); });
  };
  EXPECT_EQ(refusal([](Controller& c) { c = {}; }),
            "controller: 0 actions and 0 rows of next nodes, expected as many and at least one");
  EXPECT_EQ(refusal([](Controller& c) { c.start = 5; }), "controller: it starts in node 5, it has 5");
  EXPECT_EQ(refusal([](Controller& c) { c.actions[1] = 3; }),
            "controller: node 1 takes action 3, the model has 3");
  EXPECT_EQ(refusal([](Controller& c) { c.next[2] = {1}; }),
            "controller: node 2 has 1 next nodes, expected 2, one for each observation");
  EXPECT_EQ(refusal([](Controller& c) { c.next[2][1] = 9; }),
            "controller: node 2 goes to node 9 after hear-right, it has 5");
}

TEST(Agents, EarnWhatTheirPoliciesAreWorth) {
  const Pomdp m = tiger();
  const PlanningModel model(m);
  const ReturnOptions options{.episodes = 3000, .truncation = 1e-3, .seed = 3};
  const auto expect_estimates = [&](const ReturnEstimate& e, const ValueBounds& v, const char* what) {
    EXPECT_NEAR(e.mean.mean, v.middle(), 4 * e.mean.standard_error + e.truncation) << what;
    EXPECT_LE(e.truncation, 1e-3) << what;
    EXPECT_EQ(e.returns.size(), 3000u) << what;
  };
  expect_estimates(estimate_return(m, controller_agent(m, roar_counter()), options),
                   evaluate(model, roar_counter()).at_start, "controller");
  expect_estimates(estimate_return(m, belief_agent(m, soft_policy(2)), options),
                   evaluate(model, soft_policy(2), {.tolerance = 1, .max_beliefs = 300}).value, "on beliefs");
  const HistoryPolicy alternate = [](const History& h, std::size_t a) {
    return h.steps() % 3 == a ? 1.0 : 0.0;
  };
  const Controller same{.actions = {0, 1, 2}, .next = {{1, 1}, {2, 2}, {0, 0}}};
  expect_estimates(estimate_return(m, history_agent(m, alternate), options), evaluate(model, same).at_start,
                   "on histories");
}

// The same policy as another kind of agent meets the same episodes, so its returns are the same numbers; two
// policies that differ are compared with a smaller error than each has.
TEST(Agents, ShareTheirRandomNumbers) {
  const Pomdp m = tiger();
  const ReturnOptions options{.episodes = 500, .truncation = 1e-3};
  const Controller repeat{.actions = {0, 1, 2}, .next = {{1, 1}, {2, 2}, {0, 0}}};
  const HistoryPolicy policy = [](const History& h, std::size_t a) { return h.steps() % 3 == a ? 1.0 : 0.0; };
  const ReturnEstimate a = estimate_return(m, controller_agent(m, repeat), options),
                       b = estimate_return(m, history_agent(m, policy), options);
  EXPECT_EQ(a.returns, b.returns);
  const Pomdp shuttle = classic_model("shuttle");
  const Plan good = plan(shuttle), early = plan(shuttle, {.max_backups = 60});
  const ReturnEstimate x = estimate_return(shuttle, belief_agent(shuttle, greedy_policy(good.policy)),
                                           options),
                       y = estimate_return(shuttle, belief_agent(shuttle, greedy_policy(early.policy)),
                                           options);
  EXPECT_LE(estimate_mean_difference(x.returns, y.returns).standard_error, x.mean.standard_error);
}

TEST(Agents, AGivenHorizonNeedsNoDiscount) {
  Pomdp m = tiger();
  m.discount = 1;
  const Controller listening{.actions = {listen}, .next = {{0, 0}}};
  const ReturnEstimate e = estimate_return(m, controller_agent(m, listening), {.episodes = 2, .horizon = 7});
  EXPECT_EQ(e.returns, (std::vector<double>{-7, -7}));
  EXPECT_TRUE(std::isinf(e.truncation));
}

TEST(Agents, RefuseInOneLine) {
  Pomdp m = tiger();
  const Agent agent = controller_agent(m, roar_counter());
  EXPECT_SAYS(Refused, "estimate_return: no episodes, expected at least one",
              estimate_return(m, agent, {.episodes = 0}));
  EXPECT_SAYS(Refused, "estimate_return: truncation is 0, expected a positive number",
              estimate_return(m, agent, {.truncation = 0}));
  EXPECT_SAYS(Refused, "estimate_return: an agent without begin, act or observe", estimate_return(m, {}));
  m.discount = 1;
  EXPECT_SAYS(Refused, "estimate_return: the discount is 1, expected a horizon or a discount below 1",
              estimate_return(m, agent));
  const Agent silent{[] {}, [](std::span<double> p) { std::fill(p.begin(), p.end(), 0.0); },
                     [](auto, auto) {}};
  EXPECT_SAYS(Refused,
              "agent: the probabilities of the actions are not a distribution: they sums to 0, expected 1",
              estimate_return(tiger(), silent));
}

}  // namespace
}  // namespace doxa::testing
