// The bound of a given posterior of the path, on one trajectory and averaged over all histories.

#include "doxa/models/pomdp/filtering_bound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "doxa/models/pomdp/path_enumeration.h"
#include "doxa/models/pomdp/simulate.h"
#include "random_posteriors.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// Σ over all paths s_{1:T} of q(s_{1:T}) log(p(o, s_{1:T} ‖ a) / q(s_{1:T})), undivided: (09.1).
double bound_by_paths(const Pomdp& m, const History& h, const PathPosterior& q) {
  const std::size_t states = m.states.size(), horizon = h.steps();
  std::vector<std::size_t> path(horizon, 0);
  double sum = 0;
  for (bool more = true; more;) {
    double of_q = q.row(1, 0)[path[0]], first = 0;
    for (std::size_t s = 0; s < states; ++s)
      first += m.start[s] * transition_row(m, h.actions[0], s)[path[0]];
    double joint = first * emission_row(m, h.actions[0], path[0])[h.observations[0]];
    for (std::size_t k = 1; k < horizon; ++k) {
      of_q *= q.row(k + 1, path[k - 1])[path[k]];
      joint *= transition_row(m, h.actions[k], path[k - 1])[path[k]] *
               emission_row(m, h.actions[k], path[k])[h.observations[k]];
    }
    if (of_q > 0) sum += of_q * std::log(joint / of_q);
    std::size_t digit = 0;
    while (digit < horizon && ++path[digit] == states) path[digit++] = 0;
    more = digit < horizon;
  }
  return sum;
}

TEST(FilteringBound, IsTheExpectationOverAllPathsOfTheLogRatio) {  // (09.2), (09.4)
  Philox random(11);
  for (int trial = 0; trial < 30; ++trial) {
    const Pomdp m = random_positive_pomdp(3, 2, 3, random);
    const Trajectory t = simulate(m, open_loop_policy(m), 1 + static_cast<std::size_t>(trial % 5), random);
    const PathPosterior q = random_path_posterior(3, t.horizon(), random);
    EXPECT_NEAR(filtering_bound(m, t, q).bound, bound_by_paths(m, t, q), 1e-13 * 50);
  }
}

TEST(FilteringBound, AndItsGapStepByStepAddUpToTheEvidence) {  // (09.6)
  Philox random(12);
  for (int trial = 0; trial < 30; ++trial) {
    const std::size_t states = 1 + static_cast<std::size_t>(trial % 4);
    const Pomdp m = random_positive_pomdp(states, 2, 3, random);
    const Trajectory t = simulate(m, open_loop_policy(m), 6, random);
    const FilteringBound f = filtering_bound(m, t, random_path_posterior(states, 6, random));
    double gap = 0, terms = 0;
    for (std::size_t k = 0; k < 6; ++k) {
      EXPECT_GE(f.gap[k], -1e-14);
      EXPECT_GE(f.divergence[k], -1e-14);
      gap += f.gap[k];
      terms += f.log_emission[k] - f.divergence[k];
    }
    EXPECT_NEAR(f.bound, terms, 1e-13);
    EXPECT_NEAR(f.log_evidence - f.bound, gap, 1e-12);
    EXPECT_NEAR(f.log_evidence, log_evidence(m, t), 1e-12);
  }
}

TEST(FilteringBound, OfThePosteriorIsTheEvidence) {  // (09.5)
  Philox random(13);
  for (int trial = 0; trial < 40; ++trial) {
    const auto [m, t] = random_episode(4, 2, 3, 7, random);
    const FilteringBound f = filtering_bound(m, t, path_posterior(m, t));
    EXPECT_NEAR(f.bound, std::log(enumerate_paths(m, t).evidence), 1e-12);
    for (const double gap : f.gap) EXPECT_NEAR(gap, 0, 1e-13);
  }
}

TEST(FilteringBound, HasAPosteriorWhoseRowsAreDistributions) {
  Philox random(14);
  const auto [m, t] = random_episode(4, 2, 3, 8, random);
  const PathPosterior q = path_posterior(m, t);
  ASSERT_EQ(q.steps(), 8u);
  for (std::size_t k = 1; k <= 8; ++k)
    for (std::size_t s = 0; s < (k > 1 ? 4u : 1u); ++s)
      EXPECT_NEAR(std::accumulate(q.row(k, s).begin(), q.row(k, s).end(), 0.0), 1, 1e-13);
}

TEST(FilteringBound, DoesNotUnderflowOverALongTrajectory) {
  const Pomdp m = tiger();
  std::vector<std::size_t> actions(3000, listen), heard(3000, hear_left);
  const FilteringBound f = filtering_bound(m, {actions, heard}, path_posterior(m, {actions, heard}));
  EXPECT_NEAR(f.log_evidence, std::log(0.5) + 3000 * std::log(0.85), 1e-9);
  EXPECT_NEAR(f.bound, f.log_evidence, 1e-9);
}

// A state that cannot be followed by what is observed costs everything, however small its probability under
// q.
TEST(FilteringBound, IsMinusInfinityWhereQGoesWhereTheModelCannot) {
  const Pomdp m = tiger();
  const std::vector<std::size_t> actions{listen, listen}, heard{hear_left, hear_left};
  PathPosterior moving(2, 2);
  moving.values = {0.9, 0.1, 0.9, 0.1, 0.1, 0.9};
  const FilteringBound f = filtering_bound(m, {actions, heard}, moving);
  EXPECT_EQ(f.bound, -infinity);
  EXPECT_EQ(f.gap[1], infinity);
  EXPECT_EQ(f.divergence[1], infinity);
  EXPECT_NEAR(f.log_evidence, std::log(0.5 * (0.85 * 0.85 + 0.15 * 0.15)), 1e-15);
}

TEST(FilteringBound, RefusesATrajectoryThatCannotBe) {
  const Pomdp m = always_left();
  const std::vector<std::size_t> actions{listen, listen}, heard{hear_left, hear_right};
  EXPECT_THROW(path_posterior(m, {actions, heard}), ImpossibleObservation);
  EXPECT_THROW(filtering_bound(m, {actions, heard}, PathPosterior(2, 2)), ImpossibleObservation);
}

TEST(FilteringBound, RefusesWhatDoesNotFit) {
  const Pomdp m = tiger();
  const std::vector<std::size_t> two{0, 0}, one{0}, none{}, wrong{5};
  PathPosterior q(2, 1);
  q.values = {0.5, 0.5};
  EXPECT_THROW(filtering_bound(m, {two, one}, q), Refused);
  EXPECT_THROW(filtering_bound(m, {two, two}, q), Refused);
  EXPECT_THROW(filtering_bound(m, {one, one}, PathPosterior(3, 1)), Refused);
  EXPECT_THROW(filtering_bound(m, {wrong, one}, q), std::out_of_range);
  EXPECT_THROW(filtering_bound(m, {one, wrong}, q), std::out_of_range);
}

TEST(Histories, HaveProbabilitiesThatSumToOneAndTheirOrder) {
  Philox random(15);
  const Pomdp m = random_pomdp(3, 2, 3, random);
  const HistoryPolicy policy = ignoring_history({0.3, 0.7});
  double sum = 0;
  std::size_t last = 0, visited = 0;
  for_each_history(m, policy, 4, [&](const HistoryWalk& walk) {
    const History h = walk.history();
    double product = std::exp(log_evidence(m, h));
    for (const std::size_t a : h.actions) product *= policy(h, a);
    EXPECT_NEAR(walk.probability(), product, 1e-15);
    sum += walk.probability();
    const std::size_t index = history_index(m, h);
    EXPECT_TRUE(visited++ == 0 || index > last);
    EXPECT_LT(index, count_histories(m, 4));
    last = index;
  });
  EXPECT_NEAR(sum, 1, 1e-14);
}

// A policy that reacts: with causal conditioning the evidence is what the model says about observations, and
// the policy only decides how often each history occurs.
TEST(Histories, OfAPolicyThatListensUntilItHasHeardAreWeightedByIt) {
  const Pomdp m = tiger();
  const HistoryPolicy opens_at_once = [](const History& h, std::size_t a) {
    if (h.steps() == 0) return a == listen ? 1.0 : 0.0;
    return a == (h.observations.back() == hear_left ? open_right : open_left) ? 1.0 : 0.0;
  };
  std::size_t visited = 0;
  for_each_history(m, opens_at_once, 2, [&](const HistoryWalk& walk) {
    ++visited;
    EXPECT_NEAR(walk.probability(), 0.25, 1e-16);
  });
  EXPECT_EQ(visited, 4u);
  EXPECT_NEAR(expected_log_evidence(m, opens_at_once, 2), 2 * std::log(0.5), 1e-15);
}

TEST(Histories, RefuseAHorizonTooLongAndAPolicyThatIsNone) {
  const Pomdp m = tiger();
  const HistoryPolicy uniform = ignoring_history(open_loop_policy(m));
  const std::string text = thrown<Refused>([&] { expected_log_evidence(m, uniform, 30); });
  EXPECT_NE(text.find("expected a horizon of at most 8"), std::string::npos) << text;
  EXPECT_THROW(expected_log_evidence(m, uniform, 0), Refused);
  EXPECT_THROW(expected_log_evidence(m, ignoring_history({0.5, 0.2, 0.2}), 2), Refused);
  EXPECT_THROW(expected_log_evidence(m, ignoring_history({1.5, -0.5, 0.0}), 2), Refused);
}

}  // namespace
}  // namespace doxa::testing
