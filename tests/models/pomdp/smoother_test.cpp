#include "doxa/models/pomdp/smoother.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/path_enumeration.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

TEST(Smoother, MarginalsEqualTheSumsOverAllStatePaths) {
  Philox random(11);
  for (int trial = 0; trial < 30; ++trial) {
    const auto [m, t] = random_episode(5, random);
    const std::size_t states = m.states.size(), horizon = t.horizon();
    std::vector<std::vector<double>> gamma(horizon + 1, std::vector<double>(states)),
        xi(horizon + 1, std::vector<double>(states * states));
    double evidence = 0;
    for_each_path(m, t, [&](const std::vector<std::size_t>& path, double joint) {
      evidence += joint;
      for (std::size_t k = 0; k <= horizon; ++k) gamma[k][path[k]] += joint;
      for (std::size_t k = 1; k <= horizon; ++k) xi[k][path[k - 1] * states + path[k]] += joint;
    });

    const Smoothed smoothed = smooth(m, t);
    EXPECT_NEAR(smoothed.log_evidence, std::log(evidence), 1e-12);
    for (std::size_t k = 0; k <= horizon; ++k)
      for (std::size_t s = 0; s < states; ++s)
        EXPECT_NEAR(probability(smoothed, k, s), gamma[k][s] / evidence, 1e-12);
    for (std::size_t k = 1; k <= horizon; ++k) {
      for (const PairProbability& pair : pairwise(m, smoothed, k)) {
        double& sum = xi[k][pair.previous * states + pair.next];
        EXPECT_NEAR(pair.probability, sum / evidence, 1e-12);
        sum = 0;
      }
      for (const double left_out : xi[k]) EXPECT_EQ(left_out, 0);
    }
  }
}

TEST(Smoother, PosteriorTransitionsMakeUpThePosteriorOfEveryPath) {
  Philox random(12);
  for (int trial = 0; trial < 30; ++trial) {
    const auto [m, t] = random_episode(4, random);
    const Smoothed smoothed = smooth(m, t);
    std::vector<StochasticMatrix> posterior(1);
    for (std::size_t k = 1; k <= t.horizon(); ++k) posterior.push_back(posterior_transition(m, smoothed, k));
    for_each_path(m, t, [&](const std::vector<std::size_t>& path, double joint) {
      double product = probability(smoothed, 0, path[0]);
      for (std::size_t k = 1; k < path.size(); ++k) product *= posterior[k].row(path[k - 1])[path[k]];
      EXPECT_NEAR(product, joint / std::exp(smoothed.log_evidence), 1e-12);
    });
  }
}

// The row of a state that the past rules out is not empty: it depends on the future only.
TEST(Smoother, PosteriorTransitionsDoNotDependOnThePast) {
  Philox random(13);
  const auto [m, t] = random_episode(4, 2, 3, 6, random);
  Pomdp elsewhere = m;
  elsewhere.start = {0.25, 0.25, 0.25, 0.25};
  const Smoothed one = smooth(m, t), other = smooth(elsewhere, t);
  for (std::size_t k = 1; k <= t.horizon(); ++k) {
    const StochasticMatrix a = posterior_transition(m, one, k), b = posterior_transition(elsewhere, other, k);
    for (std::size_t s = 0; s < 4; ++s) {
      EXPECT_EQ(a.row(s).size(), b.row(s).size());
      if (a.row(s).size() > 0) {
        EXPECT_NEAR(a.row(s).sum(), 1, 1e-15);
      }
      for (std::size_t next = 0; next < 4; ++next) EXPECT_NEAR(a.row(s)[next], b.row(s)[next], 1e-14);
    }
  }
}

TEST(Smoother, PairsMarginaliseToTheBeliefsOnBothSides) {
  Philox random(14);
  const auto [m, t] = random_episode(6, 3, 4, 300, random);
  const Smoothed smoothed = smooth(m, t);
  for (std::size_t k = 0; k <= t.horizon(); ++k) {
    const std::vector<double> gamma = probabilities(smoothed, k);
    EXPECT_NEAR(std::accumulate(gamma.begin(), gamma.end(), 0.0), 1, 1e-14);
    if (k == 0) continue;
    std::vector<double> previous(6), next(6);
    for (const PairProbability& xi : pairwise(m, smoothed, k)) {
      previous[xi.previous] += xi.probability;
      next[xi.next] += xi.probability;
    }
    for (std::size_t s = 0; s < 6; ++s) {
      EXPECT_NEAR(previous[s], probability(smoothed, k - 1, s), 1e-14);
      EXPECT_NEAR(next[s], gamma[s], 1e-14);
    }
  }
}

TEST(Smoother, IsTheFilterAtTheLastStepAndTheStartWithoutSteps) {
  Philox random(15);
  const auto [m, t] = random_episode(5, 2, 3, 40, random);
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < t.horizon(); ++k) update(m, belief, t.actions[k], t.observations[k]);
  const Smoothed smoothed = smooth(m, t);
  EXPECT_EQ(probabilities(smoothed, t.horizon()), probabilities(belief));
  EXPECT_EQ(smoothed.log_evidence, belief.log_evidence);
  EXPECT_EQ(probabilities(smooth(m, Trajectory{}), 0), m.start);
}

// Averaged over the observations to come, the smoothed belief is the filtered one: E[γ_k | o_{1:k}] = b_k.
TEST(Smoother, FilteredBeliefIsTheExpectationOfTheSmoothedOne) {
  Philox random(16);
  const Pomdp m = random_pomdp(3, 2, 3, random);
  Trajectory t{{}, {0, 1, 1}, {}};
  const Trajectory past = simulate(m, open_loop_policy(m), 1, random);
  t.actions[0] = past.actions[0];
  Belief now = initial_belief(m);
  update(m, now, past.actions[0], past.observations[0]);
  std::vector<double> expectation(3);
  for (std::size_t future = 0; future < 9; ++future) {
    t.observations = {past.observations[0], future % 3, future / 3};
    double evidence = 0;
    for_each_path(m, t, [&](const auto&, double joint) { evidence += joint; });
    if (evidence == 0) continue;
    const Smoothed smoothed = smooth(m, t);
    for (std::size_t s = 0; s < 3; ++s)
      expectation[s] += std::exp(smoothed.log_evidence - now.log_evidence) * probability(smoothed, 1, s);
  }
  for (std::size_t s = 0; s < 3; ++s) EXPECT_NEAR(expectation[s], probability(now, s), 1e-14);
}

// Between two openings the tiger stays, so that all beliefs of a stretch of listening are those of its end:
// .85^n / (.85^n + .15^n) with n the net count of the whole stretch.
TEST(Smoother, OfTigerCountsBackwardTooOverAHundredThousandSteps) {
  const Pomdp m = tiger();
  Philox random(17);
  const Trajectory t = simulate(m, std::vector<double>{0.9, 0.05, 0.05}, 100'000, random);
  const Smoothed smoothed = smooth(m, t);
  EXPECT_EQ(smoothed.log_evidence, log_evidence(m, t));
  for (std::size_t first = 0; first <= t.horizon();) {
    std::size_t last = first;
    int net = 0;
    for (; last < t.horizon() && t.actions[last] == listen; ++last)
      net += t.observations[last] == hear_left ? 1 : -1;
    const double left = 1 / (1 + std::pow(0.15 / 0.85, net));
    for (std::size_t k = first; k <= last; ++k) {
      ASSERT_NEAR(probability(smoothed, k, 0), left, 1e-13) << "step " << k;
      ASSERT_NEAR(probability(smoothed, k, 1), 1 - left, 1e-13) << "step " << k;
    }
    first = last + 1;
  }
}

// After 50 000 steps the filter gives the other side (.15/.85)^50000 = 10^-37666; the next 50 000 take all of
// it back, and from the end one sees that both sides were equally likely all the time.
TEST(Smoother, BringsBackWhatHasFallenFarBelowTheSmallestDouble) {
  const Pomdp m = tiger();
  const Smoothed smoothed = smooth(m, there_and_back(50'000));
  EXPECT_NEAR(log(smoothed.filtered[50'000 * 2 + 1]) / (50'000 * std::log(0.15 / 0.85)), 1, 1e-13);
  for (const std::size_t k : std::vector<std::size_t>{0, 1, 49'999, 50'000, 75'000, 100'000})
    EXPECT_NEAR(probability(smoothed, k, 1), 0.5, 1e-10);
  for (const PairProbability& xi : pairwise(m, smoothed, 50'000)) {
    EXPECT_EQ(xi.previous, xi.next);
    EXPECT_NEAR(xi.probability, 0.5, 1e-10);
  }
}

// The observations have probability 10^-400, which underflows: only c shows y, and it is reached by two steps
// of probability 10^-200 each. They are the last two steps, path a a b c, or the first two, path a b c c.
TEST(Smoother, FindsAStateThatWasAllButImpossible) {
  Pomdp m{{"a", "b", "c"}, {"go"}, {"x", "y"}, 1, {1, 0, 0}, {}, {}, {}};
  m.transition = table({{1, 1e-200, 0}, {1, 0, 1e-200}, {0, 0, 1}});
  m.emission = table({{1, 0}, {1, 0}, {0.5, 0.5}});
  Trajectory t;
  t.actions.assign(3, 0);
  t.observations = {0, 0, 1};
  const Smoothed smoothed = smooth(m, t);
  EXPECT_NEAR(smoothed.log_evidence, -400 * std::log(10.0) + std::log(0.5 + 0.25), 1e-12);
  EXPECT_NEAR(probability(smoothed, 0, 0), 1, 1e-15);
  EXPECT_NEAR(probability(smoothed, 1, 0), 2.0 / 3, 1e-15);
  EXPECT_NEAR(probability(smoothed, 1, 1), 1.0 / 3, 1e-15);
  EXPECT_NEAR(probability(smoothed, 2, 1), 2.0 / 3, 1e-15);
  EXPECT_NEAR(probability(smoothed, 3, 2), 1, 1e-15);
  EXPECT_EQ(posterior_transition(m, smoothed, 3).row(0).size(), 0u);  // a cannot show y at the next step
}

TEST(Smoother, RefusesWhatTheFilterRefuses) {
  const Pomdp m = tiger();
  const std::vector<std::size_t> one{0}, two{0, 0}, unknown{3};
  EXPECT_THROW(smooth(m, {one, two}), Refused);
  EXPECT_THROW(smooth(m, {unknown, one}), std::out_of_range);
  EXPECT_THROW(smooth(m, {one, unknown}), std::out_of_range);
  const Smoothed smoothed = smooth(m, {two, two});
  EXPECT_THROW(probability(smoothed, 3, 0), std::out_of_range);
  EXPECT_THROW(probability(smoothed, 0, 2), std::out_of_range);
  EXPECT_THROW(pairwise(m, smoothed, 0), std::out_of_range);
  EXPECT_THROW(posterior_transition(m, smoothed, 3), std::out_of_range);
  EXPECT_SAYS(ImpossibleObservation, "step 2: observation hear-right is impossible after action listen",
              smooth(always_left(), {two, std::vector<std::size_t>{0, 1}}));
}

}  // namespace
}  // namespace doxa::testing
