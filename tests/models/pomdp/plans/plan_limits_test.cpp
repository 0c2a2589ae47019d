// Where a plan ends, what it refuses, and models that are small or large in some way.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "doxa/models/pomdp/plans/plan.h"
#include "doxa/models/pomdp/plans/reference_values.h"
#include "tests/models/pomdp/plans/planning_models.h"
#include "tests/support/pomdp_text.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// One of everything: r / (1 - d), a known state or an absorbing end among them.
TEST(PlanLimits, DegenerateModels) {
  const auto value = [](const std::string& text) {
    const Plan p = plan(parse(text), {.absolute_gap = 1e-9, .relative_gap = 0});
    EXPECT_LE(p.value().gap(), 1e-8) << text;
    return p.value();
  };
  const std::string one = "states: 1 actions: 1 observations: 1 T: 0 identity O: 0 uniform R: 0 : 0 : 0 : 0 ";
  expect_contains(value("discount: 0.9 values: reward " + one + "-2"), -2 / (1 - 0.9L), "one of everything");
  expect_contains(value("discount: 0 values: reward " + one + "-2"), -2, "discount 0");
  expect_contains(value("discount: 0.5 values: reward " + one + "0"), 0, "no rewards");
  // A certain start; 'go' ends for ever in a state without rewards, with an observation that never comes.
  expect_contains(
      value("discount: 0.5 values: reward states: a end actions: go wait observations: x y z start: a\n"
            "T: go 0 1 0 1  T: wait identity  O: * 1 0 0 0 1 0  R: go : a : * : * 3 R: wait : a : * : * 2"),
      4, "waiting is 2 / (1 - 0.5), going 3");
  // Without any discounting of the end: only what is earned before it counts.
  expect_contains(
      value("discount: 0.5 values: reward states: a end actions: go wait observations: x start: a\n"
            "T: go 0 1 0 1  T: wait identity  O: * uniform  R: go : a : * : * 3 R: wait : a : * : * 1"),
      3, "going is better");
}

TEST(PlanLimits, DiscountZeroIsTheBestSingleReward) {
  Philox random(4);
  for (int trial = 0; trial < 20; ++trial) {
    const Pomdp m = random_rewarded(3, 3, 2, 0, random);
    const LongTables exact(m);
    const Plan p = plan(m, {.relative_gap = 1e-12});
    expect_contains(p.value(), exact.best_value(exact.start, 1), "discount 0");
    EXPECT_LE(p.value().gap(), 1e-12);
  }
}

// The models of which every chapter's claims must hold: also the ladder holds there, or the discount is
// refused.
TEST(PlanLimits, DegenerateFiles) {
  for (const char* name :
       {"deterministic", "identical-states", "one-action", "one-observation", "one-state", "single"}) {
    Pomdp m =
        read_pomdp(std::string(DOXA_SOURCE_DIR "/tests/tutorials/degenerate_models/") + name + ".pomdp");
    if (m.discount == 1) {
      EXPECT_THROW(plan(m), Refused) << name;
      m.discount = 0.9;
    }
    const Plan p = plan(m, {.absolute_gap = 1e-7, .relative_gap = 0});
    EXPECT_EQ(p.end, PlanEnd::gap) << name;
    EXPECT_LE(blind(*p.model).at_start.lower, p.value().upper) << name;
    EXPECT_GE(state_seen(*p.model).at_start.upper, p.value().lower) << name;
  }
}

TEST(PlanLimits, EndsWhereItIsTold) {
  const Pomdp m = tiger();
  const Plan few = plan(m, {.relative_gap = 0, .max_backups = 10});
  EXPECT_EQ(few.end, PlanEnd::backups);
  EXPECT_EQ(few.progress.backups, 10u);
  expect_contains(few.value(), 19.371368L, "after ten backups");
  EXPECT_EQ(plan(m, {.relative_gap = 0, .max_backups = 0}).progress.backups, 0u);
  EXPECT_EQ(plan(m, {.relative_gap = 0, .max_bytes = 1000}).end, PlanEnd::memory);
  PlanOptions options;
  options.stop = [] { return true; };
  EXPECT_EQ(plan(m, options).end, PlanEnd::stopped);
  EXPECT_EQ(plan(m, {.relative_gap = 0}).end, PlanEnd::rounding);
}

TEST(PlanLimits, RefusesInOneLine) {
  Pomdp m = tiger();
  m.discount = 1;
  EXPECT_SAYS(Refused, "plan: the discount is 1, expected one below 1: without it values need not be finite",
              plan(m));
  m.discount = 1 - 1e-13;
  EXPECT_SAYS(Refused,
              "plan: the discount 0.9999999999999 is too close to 1 for bounds that hold in double precision",
              plan(m));
  m = tiger();
  m.reward.set({}, std::numeric_limits<double>::infinity());
  EXPECT_SAYS(Refused, "plan: a reward is inf, expected finite rewards", plan(m));
  m = tiger();
  m.reward.set({}, 1e308);
  EXPECT_SAYS(Refused, "plan: rewards of up to 1e+308 are too large, their discounted sums overflow",
              plan(m));
  m = tiger();
  m.start = {0.5, 0.4};
  EXPECT_SAYS(Refused, "start sums to 0.9, expected 1", plan(m));
  EXPECT_SAYS(Refused, "plan: absolute_gap is -1, expected a number that is not negative",
              plan(tiger(), {.absolute_gap = -1}));
  EXPECT_SAYS(Refused, "plan: relative_gap is nan, expected a number that is not negative",
              plan(tiger(), {.relative_gap = std::nan("")}));
  const Plan p = plan(tiger());
  EXPECT_SAYS(Refused, "value_bounds: a belief over 3 states, expected 2",
              value_bounds(p, std::vector<double>{0.5, 0.25, 0.25}));
  EXPECT_SAYS(Refused, "value_bounds: the belief sums to 0.75, expected 1",
              value_bounds(p, std::vector<double>{0.5, 0.25}));
}

}  // namespace
}  // namespace doxa::testing
