// Models of the size that the literature plans for: the bracket holds, shrinks, and keeps to its memory.

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "doxa/models/pomdp/grid_robots.h"
#include "doxa/models/pomdp/plans/agent.h"
#include "doxa/models/pomdp/plans/plan.h"
#include "doxa/models/pomdp/plans/reference_values.h"
#include "tests/models/pomdp/plans/planning_models.h"

namespace doxa::testing {
namespace {

void expect_counts(const Pomdp& m, std::size_t states, std::size_t actions, std::size_t observations) {
  EXPECT_EQ(m.states.size(), states);
  EXPECT_EQ(m.actions.size(), actions);
  EXPECT_EQ(m.observations.size(), observations);
  EXPECT_EQ(m.discount, 0.95);
  for (const StochasticMatrix* table : {&m.transition, &m.emission})
    for (std::size_t r = 0; r < table->rows(); ++r) EXPECT_NEAR(table->row(r).sum(), 1, 1e-14);
}

TEST(LargeModels, HaveThePublishedCounts) {
  const Pomdp h = hallway(), t = tag();
  expect_counts(h, 60, 5, 21);
  expect_counts(t, 870, 5, 30);
  EXPECT_EQ(parse_pomdp(format_pomdp(h)), h);
  EXPECT_EQ(parse_pomdp(format_pomdp(t)), t);
}

// Nothing is worth more than the goal at every second step, and a chase that is never ended costs 1 a step.
TEST(LargeModels, ValuesThatAreKnownByHand) {
  const PlanningModel h(hallway()), t(tag());
  EXPECT_LT(state_seen(h).at_start.upper, 0.95 / (1 - 0.95 * 0.95));
  EXPECT_NEAR(blind(t).lower.values[0][1], -20, 1e-7);
  EXPECT_NEAR(state_seen(t).values.upper[0], 10, 1e-7);  // tags at once
  EXPECT_LT(state_seen(t).at_start.upper, 10);
}

struct Planned {
  Plan plan;
  std::vector<PlanProgress> progress;
};

Planned run(const Pomdp& m, std::size_t backups, std::size_t bytes) {
  Planned r;
  PlanOptions options{.relative_gap = 1e-3, .max_backups = backups, .max_bytes = bytes};
  options.on_trial = [&](const PlanProgress& p) { r.progress.push_back(p); };
  r.plan = plan(m, options);
  for (std::size_t i = 0; i < r.progress.size(); ++i) {
    EXPECT_LE(r.progress[i].bytes, bytes);
    EXPECT_LT(r.progress[i].value.lower, r.progress[i].value.upper);
    if (i == 0) continue;
    EXPECT_GE(r.progress[i].value.lower, r.progress[i - 1].value.lower);
    EXPECT_LE(r.progress[i].value.upper, r.progress[i - 1].value.upper);
  }
  return r;
}

bool meet(const ValueBounds& v, const ValueBounds& w) { return v.lower <= w.upper && w.lower <= v.upper; }

// SARSOP's own program (Kurniawati, Hsu & Lee, RSS 2008) has V* in [-6.20, -1.92] after a minute, on the file
// in common use, and in [0.987, 1.210] on that of Hallway after half a minute.
TEST(LargeModels, TagWithinABudgetOfMemory) {
  const Pomdp m = tag();
  const Planned r = run(m, 700, 8'000'000);
  EXPECT_EQ(r.plan.end, PlanEnd::backups);
  EXPECT_GT(r.plan.value().lower, -8);
  EXPECT_TRUE(meet(r.plan.value(), {-6.20, -1.92}));
  EXPECT_LT(r.plan.value().upper, -0.5);
  const Planned small = run(m, 700, 800'000);
  EXPECT_EQ(small.plan.end, PlanEnd::memory);
  EXPECT_LT(small.plan.value().gap(), 0.7 * small.progress.front().value.gap());
  EXPECT_TRUE(meet(small.plan.value(), r.plan.value()));
}

TEST(LargeModels, HallwayWithinABudgetOfMemory) {
  const Pomdp m = hallway();
  const Planned r = run(m, 400, 1'000'000);
  EXPECT_EQ(r.plan.end, PlanEnd::backups);
  EXPECT_TRUE(meet(r.plan.value(), {0.987, 1.210}));
  EXPECT_GT(r.plan.value().lower, 0.75);
  EXPECT_LT(r.plan.value().upper, 1.25);
  const Planned small = run(m, 400, 30'000);
  EXPECT_EQ(small.plan.end, PlanEnd::memory);
  EXPECT_LT(small.plan.value().gap(), small.progress.front().value.gap());
  EXPECT_TRUE(meet(small.plan.value(), r.plan.value()));
}

// What the policy earns is at least the lower bound: five standard errors below it would be a miracle.
TEST(LargeModels, ThePolicyEarnsWhatItPromises) {
  const Pomdp m = tag();
  const Plan p = plan(m, {.max_backups = 300});
  const ReturnEstimate played =
      estimate_return(m, belief_agent(m, greedy_policy(p.policy)), {.episodes = 50, .horizon = 100});
  EXPECT_GE(played.mean.mean + 5 * played.mean.standard_error + 20 * 0.006,
            p.value().lower);  // 0.95^100 < 0.006
  EXPECT_LE(played.mean.mean - 5 * played.mean.standard_error, p.value().upper);
}

// Plans from other starts are sure of other beliefs, and each says something of all: no two may contradict
// each other anywhere. There are so many points that all of them are swept.
TEST(LargeModels, PlansFromSeveralStartsAgreeEverywhere) {
  Philox random(12);
  Pomdp m = random_rewarded(8, 3, 3, 0.97, random);
  std::vector<Plan> plans;
  for (int start = 0; start < 3; ++start) {
    m.start = random_distribution(8, random);
    plans.push_back(plan(m, {.relative_gap = 0, .max_backups = 2500}));
  }
  EXPECT_GT(plans[0].progress.points, 200u);
  for (int i = 0; i < 200; ++i) {
    const std::vector<double> b = random_belief(8, random);
    for (const Plan& p : plans)
      for (const Plan& q : plans) EXPECT_LE(value_bounds(p, b).lower, value_bounds(q, b).upper);
  }
}

}  // namespace
}  // namespace doxa::testing
