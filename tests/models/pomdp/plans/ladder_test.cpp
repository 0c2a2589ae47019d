// blind <= memoryless <= V* <= fast informed <= QMDP <= state seen, and what each of them is.

#include <gtest/gtest.h>

#include "doxa/models/pomdp/plans/belief_policy.h"
#include "doxa/models/pomdp/plans/memoryless.h"
#include "doxa/models/pomdp/plans/plan.h"
#include "doxa/models/pomdp/plans/reference_values.h"
#include "tests/models/pomdp/plans/planning_models.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

struct Ladder {
  std::vector<std::pair<const char*, ValueBounds>> rungs;

  explicit Ladder(const Pomdp& m, double relative_gap) {
    const PlanningModel model(m);
    rungs = {{"blind", blind(model).at_start},
             {"memoryless", best_memoryless(model).value},
             {"optimum", plan(m, {.relative_gap = relative_gap}).value()},
             {"fast informed", fast_informed(model).at_start},
             {"QMDP", qmdp(model).at_start},
             {"state seen", state_seen(model).at_start}};
  }
  // Bounds that are proved can contradict an inequality, and then they must not.
  void expect_ascending(const std::string& name) const {
    for (std::size_t i = 0; i < rungs.size(); ++i)
      for (std::size_t j = i + 1; j < rungs.size(); ++j)
        EXPECT_LE(rungs[i].second.lower, rungs[j].second.upper)
            << name << ": " << rungs[i].first << ", " << rungs[j].first;
  }
};

TEST(Ladder, AscendsOnEveryClassic) {
  for (const char* name : {"tiger", "tiger-wait", "4x3", "cheese", "shuttle", "t-maze"})
    Ladder(classic_model(name), 1e-3).expect_ascending(name);
}

TEST(Ladder, AscendsOnRandomModels) {
  Philox random(12);
  for (int trial = 0; trial < 40; ++trial) {
    const auto size = [&](Index most) { return 1 + static_cast<std::size_t>(random.uniform_index(most)); };
    const std::size_t states = size(4), actions = size(3), observations = size(3);
    Ladder(random_rewarded(states, actions, observations, 0.8, random), 1e-2)
        .expect_ascending("trial " + std::to_string(trial));
  }
}

// Where every state shows itself, memory is worth nothing and seeing the state is what one does: from a known
// start all of them but the blind one are the MDP's value.
TEST(Ladder, MeetsWhereStatesAreSeen) {
  Philox random(13);
  for (int trial = 0; trial < 10; ++trial) {
    Pomdp m = observable(random_rewarded(4, 3, 2, 0.9, random));
    m.start = {0, 1, 0, 0};
    const Ladder ladder(m, 1e-9);
    const ValueBounds seen = ladder.rungs.back().second;
    for (std::size_t i = 1; i < ladder.rungs.size(); ++i) {
      EXPECT_NEAR(ladder.rungs[i].second.lower, seen.lower, 1e-7) << ladder.rungs[i].first;
      EXPECT_NEAR(ladder.rungs[i].second.upper, seen.upper, 1e-7) << ladder.rungs[i].first;
    }
  }
}

// On Tiger by hand: listening for ever, -1 / 0.05; the free door at every step, 10 / 0.05; QMDP listens once
// first.
TEST(Ladder, TigerByHand) {
  const PlanningModel m(tiger());
  expect_contains(blind(m).at_start, -20, "blind");
  expect_contains(best_memoryless(m).value, -20, "memoryless");
  expect_contains(qmdp(m).at_start, -1 + 0.95L * 200, "QMDP");
  expect_contains(state_seen(m).at_start, 200, "state seen");
  expect_contains(worst_case(m).at_start, -2000, "worst");
}

// The inverse of the ladder's lowest step: sequences of actions chosen beforehand look at nothing either, but
// lie between blind and the optimum without being below the best memoryless policy. On the shuttle they beat
// it.
TEST(Ladder, OpenLoopSequencesAreNotBelowMemorylessPolicies) {
  const Pomdp shuttle = classic_model("shuttle");
  const PlanningModel m(shuttle);
  const ValueBounds sequences = plan(open_loop_model(shuttle)).value();
  EXPECT_GT(sequences.lower, best_memoryless(m).value.upper);
  EXPECT_LE(sequences.lower, plan(shuttle).value().upper);
  EXPECT_GE(sequences.upper, blind(m).at_start.lower);
  expect_contains(plan(open_loop_model(tiger()), {.absolute_gap = 0.01}).value(), -20, "listening for ever");
}

// QMDP, and replanning of sequences, take Tiger's free action for ever: the uniform belief stays, and so do
// they.
TEST(Ladder, WaitingForEver) {
  const Pomdp m = classic_model("tiger-wait");
  const PlanningModel model(m);
  const std::size_t wait = index_of(m.actions, "wait", "action");
  const AlphaVectors q = qmdp(model).upper;
  EXPECT_EQ(greedy_action(q, m.start), wait);
  expect_contains(evaluate(model, greedy_policy(q)).value, 0, "QMDP");
  const Plan sequence = plan(open_loop_model(m), {.absolute_gap = 1e-6, .relative_gap = 0});
  EXPECT_EQ(greedy_action(sequence.policy, m.start), wait);
  expect_contains(sequence.value(), 0, "the best sequence waits");
  expect_contains(evaluate(model, greedy_policy(sequence.policy)).value, 0, "replanning");
  EXPECT_GE(plan(m).value().lower, 19.36);
  EXPECT_GE(plan(m, {.absolute_gap = 1e-6, .relative_gap = 0}).value().lower, 19.37);
}

// All A^{O+1} of them, each evaluated as a controller.
TEST(Memoryless, IsTheBestOfAllPolicies) {
  Philox random(14);
  for (int trial = 0; trial < 25; ++trial) {
    const std::size_t actions = 2 + static_cast<std::size_t>(trial % 2), observations = 2;
    const Pomdp m = random_rewarded(3, actions, observations, 0.9, random);
    const PlanningModel model(m);
    ValueBounds best{-1e300, -1e300};
    for (std::size_t code = 0; code < actions * actions * actions; ++code) {
      const MemorylessPolicy policy{code % actions, {code / actions % actions, code / actions / actions}};
      const ValueBounds v = evaluate(model, controller(m, policy)).at_start;
      best = {std::max(best.lower, v.lower), std::max(best.upper, v.upper)};
    }
    const BestMemoryless found = best_memoryless(model);
    EXPECT_TRUE(found.complete);
    EXPECT_LE(found.value.gap(), 1e-10);
    EXPECT_LE(found.value.lower, best.upper);
    EXPECT_GE(found.value.upper, best.lower);
    const ValueBounds again = evaluate(model, controller(m, found.policy)).at_start;
    EXPECT_GE(again.upper, found.value.lower);
    EXPECT_LE(again.lower, found.value.upper);
  }
}

TEST(Memoryless, ALimitLeavesBoundsThatHold) {
  const PlanningModel m(classic_model("4x3"));
  const BestMemoryless all = best_memoryless(m), none = best_memoryless(m, 0), few = best_memoryless(m, 5);
  EXPECT_TRUE(all.complete);
  for (const BestMemoryless& b : {none, few}) {
    EXPECT_FALSE(b.complete);
    EXPECT_LE(b.value.lower, all.value.upper);
    EXPECT_GE(b.value.upper, all.value.lower);
  }
  EXPECT_EQ(few.bounded, 5u);
  EXPECT_THROW(controller(m.model(), {0, {1}}), Refused);
}

// (expected_reward, and so every value, is the same; nothing can be told apart.)
TEST(Ladder, OpenLoopModelKeepsRewards) {
  Philox random(15);
  const Pomdp m = random_rewarded(3, 2, 4, 0.9, random), open = open_loop_model(m);
  EXPECT_NO_THROW(validate(open));
  EXPECT_EQ(open.observations.size(), 1u);
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t s = 0; s < 3; ++s)
      EXPECT_NEAR(expected_reward(open, a, s), expected_reward(m, a, s), 1e-14);
  EXPECT_EQ(blind(PlanningModel(open)).at_start.lower > blind(PlanningModel(m)).at_start.lower - 1e-9, true);
}

}  // namespace
}  // namespace doxa::testing
