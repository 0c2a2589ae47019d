// That bounds hold rigorously, rounding included: against sums in long double.

#include <gtest/gtest.h>

#include "doxa/models/pomdp/plans/controller.h"
#include "doxa/models/pomdp/plans/plan.h"
#include "doxa/models/pomdp/plans/reference_values.h"
#include "tests/models/pomdp/plans/planning_models.h"

namespace doxa::testing {
namespace {

// With a discount of 2^-10, six steps leave out less than 2^-60 of the value, so V* is known to 60 bits by
// enumerating all trees; the certificate is some 2^-45 wide. Off by a rounding on the wrong side, it would
// fail.
TEST(PlanSoundness, TheCertificateContainsTheOptimum) {
  Philox random(5);
  for (int trial = 0; trial < 150; ++trial) {
    const std::size_t states = 1 + static_cast<std::size_t>(random.uniform_index(4));
    const Pomdp m = random_rewarded(states, 2, 2, 0x1p-10, random);
    const LongTables exact(m);
    const Plan p = plan(m, {.relative_gap = 0});
    EXPECT_EQ(p.end, PlanEnd::rounding);
    EXPECT_LE(p.value().gap(), 1e-12);
    expect_contains(p.value(), exact.best_value(exact.start, 6), "trial " + std::to_string(trial));
  }
}

// At every belief, and for a plan that was ended early.
TEST(PlanSoundness, BoundsHoldAtEveryBelief) {
  Philox random(6);
  for (int trial = 0; trial < 10; ++trial) {
    Pomdp m = random_rewarded(3, 2, 2, 0x1p-8, random);
    const LongTables exact(m);
    for (const std::size_t backups : {0u, 3u, 1000u}) {
      const Plan p = plan(m, {.relative_gap = 0, .max_backups = backups});
      for (int i = 0; i < 10; ++i) {
        const std::vector<double> b = random_belief(3, random);
        expect_contains(value_bounds(p, b), exact.best_value(exact.distribution(b), 7), "belief");
      }
    }
  }
}

// Discounts in use: V_n is V* but for d^n L.
TEST(PlanSoundness, LongHorizonsWithinTheirTail) {
  Philox random(7);
  for (int trial = 0; trial < 20; ++trial) {
    const Pomdp m = random_rewarded(3, 2, 2, 0.5, random);
    const PlanningModel model(m);
    const LongTables exact(m);
    const ValueBounds v = plan(m, {.absolute_gap = 1e-4, .relative_gap = 0}).value();
    const long double v_8 = exact.best_value(exact.start, 8), tail = model.value_limit() / 256;
    EXPECT_LE(v.lower, v_8 + tail);
    EXPECT_GE(v.upper, v_8 - tail);
    EXPECT_LE(v.gap(), 1e-4);
  }
}

// With one action there is one policy, and its value solves a linear system: all bounds meet there.
TEST(PlanSoundness, OneActionIsALinearSystem) {
  Philox random(8);
  for (const double discount : {0.0, 0.3, 0.9, 0.99, 0.999})
    for (int trial = 0; trial < 5; ++trial) {
      const Pomdp m = random_rewarded(5, 1, 3, discount, random);
      const LongTables exact(m);
      std::vector<long double> matrix = exact.transition;
      for (long double& x : matrix) x *= exact.discount;
      const std::vector<long double> v = solve_affine(matrix, exact.reward);
      long double at_start = 0;
      for (std::size_t s = 0; s < 5; ++s) at_start += exact.start[s] * v[s];
      const PlanningModel model(m);
      const double width = 1e-11 / (1 - discount) / (1 - discount);
      for (const ValueBounds& bounds :
           {blind(model).at_start, fast_informed(model).at_start, qmdp(model).at_start,
            state_seen(model).at_start, worst_case(model).at_start}) {
        expect_contains(bounds, at_start, "discount " + std::to_string(discount));
        EXPECT_LE(bounds.gap(), width);
      }
      expect_contains(plan(m).value(), at_start, "plan");
      const BoundedVector seen = state_seen(model).values;
      for (std::size_t s = 0; s < 5; ++s) expect_contains({seen.lower[s], seen.upper[s]}, v[s], "state");
    }
}

TEST(PlanSoundness, ControllersSolveTheirSystem) {
  Philox random(9);
  for (const double discount : {0.5, 0.95, 0.999})
    for (int trial = 0; trial < 5; ++trial) {
      const std::size_t states = 3, nodes = 3;
      const Pomdp m = random_rewarded(states, 2, 2, discount, random);
      Controller c;
      for (std::size_t n = 0; n < nodes; ++n) {
        c.actions.push_back(static_cast<std::size_t>(random.uniform_index(2)));
        c.next.push_back({static_cast<std::size_t>(random.uniform_index(3)),
                          static_cast<std::size_t>(random.uniform_index(3))});
      }
      c.start = static_cast<std::size_t>(random.uniform_index(3));
      const LongTables exact(m);
      std::vector<long double> matrix(nodes * states * nodes * states), reward;
      for (std::size_t n = 0; n < nodes; ++n)
        for (std::size_t s = 0; s < states; ++s) {
          const std::size_t a = c.actions[n];
          reward.push_back(exact.reward[a * states + s]);
          for (std::size_t t = 0; t < states; ++t)
            for (std::size_t o = 0; o < 2; ++o)
              matrix[(n * states + s) * nodes * states + c.next[n][o] * states + t] +=
                  exact.discount * exact.p(a, s, t) * exact.q(a, t, o);
        }
      const std::vector<long double> v = solve_affine(matrix, reward);
      const ControllerValue value = evaluate(PlanningModel(m), c);
      long double at_start = 0;
      for (std::size_t s = 0; s < states; ++s) at_start += exact.start[s] * v[c.start * states + s];
      expect_contains(value.at_start, at_start, "start");
      for (std::size_t i = 0; i < v.size(); ++i)
        expect_contains({value.values.lower[i], value.values.upper[i]}, v[i], "node and state");
      EXPECT_LE(value.at_start.gap(), 1e-11 / (1 - discount) / (1 - discount));
    }
}

// Rows and start that sum to 1 only nearly stand for what they are in proportion to.
TEST(PlanSoundness, RowsThatNeedNormalising) {
  Philox random(10);
  for (int trial = 0; trial < 30; ++trial) {
    Pomdp m = random_rewarded(3, 2, 2, 0x1p-10, random);
    for (double& p : m.transition.probability) p *= 1 + 3e-6;
    for (double& p : m.emission.probability) p *= 1 - 5e-6;
    for (double& p : m.start) p *= 1 - 4e-6;
    const LongTables exact(m);  // divides by the sums
    expect_contains(plan(m, {.relative_gap = 0}).value(), exact.best_value(exact.start, 6), "normalised");
  }
}

// Numbers of very different size: rewards near the largest and the smallest double, probabilities that
// underflow.
TEST(PlanSoundness, ExtremeMagnitudes) {
  Philox random(11);
  for (const double scale : {1e-310, 1e-200, 1e200}) {
    const Pomdp base = random_rewarded(3, 2, 2, 0x1p-10, random);
    Pomdp m = base;
    m.reward = {};
    for (const Reward::Entry& e : base.reward.entries()) m.reward.set(e.pattern, e.value * scale);
    const LongTables exact(m);
    expect_contains(plan(m, {.relative_gap = 0, .max_backups = 100}).value(),
                    exact.best_value(exact.start, 6), std::to_string(scale));
  }
  Pomdp m = tiger();
  m.start = {1, 1e-320};
  m.emission = table({{1, 1e-310}, {1e-300, 1}, {0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5}});
  m.discount = 0x1p-10;
  const LongTables exact(m);
  expect_contains(plan(m, {.relative_gap = 0, .max_backups = 100}).value(), exact.best_value(exact.start, 6),
                  "tiny");
}

}  // namespace
}  // namespace doxa::testing
