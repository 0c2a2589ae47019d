#include "doxa/models/pomdp/most_likely_path.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/path_enumeration.h"
#include "doxa/models/pomdp/smoother.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// log p(s_{0:T}, o_{1:T} ‖ a), by its definition.
double log_joint(const Pomdp& m, const Trajectory& t, std::span<const std::size_t> path) {
  double sum = std::log(m.start[path[0]]);
  for (std::size_t k = 1; k < path.size(); ++k)
    sum += std::log(transition_row(m, t.actions[k - 1], path[k - 1])[path[k]]) +
           std::log(emission_row(m, t.actions[k - 1], path[k])[t.observations[k - 1]]);
  return sum;
}

TEST(MostLikelyPath, IsTheLikeliestOfAll) {
  Philox random(31);
  for (int trial = 0; trial < 40; ++trial) {
    const RandomEpisode e = random_episode(5, random);
    std::vector<std::size_t> likeliest;
    double most = 0;
    for_each_path(e.model, e.trajectory, [&](const std::vector<std::size_t>& path, double joint) {
      if (joint <= most) return;
      most = joint;
      likeliest = path;
    });
    const MostLikelyPath found = most_likely_path(e.model, e.trajectory);
    EXPECT_NEAR(found.log_probability, std::log(most), 1e-12);
    EXPECT_NEAR(log_joint(e.model, e.trajectory, found.states), std::log(most), 1e-12);
    EXPECT_EQ(found.states, likeliest);
  }
}

// No path is likelier than all paths together, and Σ over paths >= the largest term.
TEST(MostLikelyPath, IsAtMostAsLikelyAsTheEvidenceAndPossible) {
  Philox random(32);
  const auto [m, t] = random_episode(8, 3, 4, 2000, random);
  const MostLikelyPath path = most_likely_path(m, t);
  EXPECT_LE(path.log_probability, log_evidence(m, t));
  EXPECT_GE(path.log_probability, log_joint(m, t, t.states));
  EXPECT_NEAR(log_joint(m, t, path.states) / path.log_probability, 1, 1e-13);
}

// While one listens the tiger stays, so that the path has one state between two openings: the side that was
// heard more often, or in a tie the one with the lower index.
TEST(MostLikelyPath, OfTigerIsTheMajorityOfEachStretchOverAHundredThousandSteps) {
  const Pomdp m = tiger();
  Philox random(33);
  const Trajectory t = simulate(m, std::vector<double>{0.8, 0.1, 0.1}, 100'000, random);
  const MostLikelyPath path = most_likely_path(m, t);
  std::size_t ties = 0, agreements = 0, listens = 0;
  for (std::size_t first = 0; first <= t.horizon();) {
    std::size_t last = first;
    int net = 0;
    for (; last < t.horizon() && t.actions[last] == listen; ++last)
      net += t.observations[last] == hear_left ? 1 : -1;
    const std::size_t heard = last - first, most = (heard + static_cast<std::size_t>(std::abs(net))) / 2;
    ties += net == 0 ? 1 : 0;
    agreements += most;
    listens += heard;
    for (std::size_t k = first; k <= last; ++k) ASSERT_EQ(path.states[k], net < 0 ? 1u : 0u) << "step " << k;
    first = last + 1;
  }
  EXPECT_GT(ties, 1000u);
  // After opening, the tiger's place and what is heard are arbitrary: two factors of 1/2. The start is one
  // more.
  const double expected = static_cast<double>(agreements) * std::log(0.85) +
                          static_cast<double>(listens - agreements) * std::log(0.15) +
                          static_cast<double>(2 * (t.horizon() - listens) + 1) * std::log(0.5);
  EXPECT_NEAR(path.log_probability / expected, 1, 1e-14);
}

// ln .5 + ln .85 + ln .15 and ln .5 + ln .15 + ln .85 need not be the same double.
TEST(MostLikelyPath, FactorsInAnotherOrderAreATie) {
  const Pomdp m = tiger();
  Philox random(34);
  Trajectory t;
  t.actions.assign(1000, listen);
  for (std::size_t k = 0; k < 1000; ++k) t.observations.push_back(k % 2);
  for (int trial = 0; trial < 50; ++trial) {
    for (std::size_t k = 999; k > 0; --k)
      std::swap(t.observations[k],
                t.observations[static_cast<std::size_t>(random.uniform_index(static_cast<Index>(k) + 1))]);
    EXPECT_EQ(most_likely_path(m, t).states, std::vector<std::size_t>(1001, 0));
  }
}

// The likeliest state of each step by itself is c at step 0 and a at step 1; but c never goes to a.
TEST(MostLikelyPath, IsNotTheStatesThatAreLikeliestOneByOne) {
  Pomdp m{{"a", "b", "c"}, {"go"}, {"nothing"}, 1, {0.3, 0.3, 0.4}, {}, {}, {}};
  m.transition = table({{1, 0, 0}, {1, 0, 0}, {0, 0.5, 0.5}});
  m.emission = table({{1}, {1}, {1}});
  const std::vector<std::size_t> once{0};
  const Smoothed smoothed = smooth(m, {once, once});
  for (std::size_t k = 0; k < 2; ++k) {
    const std::vector<double> gamma = probabilities(smoothed, k);
    EXPECT_EQ(std::max_element(gamma.begin(), gamma.end()) - gamma.begin(), k == 0 ? 2 : 0);
  }
  EXPECT_EQ(transition_row(m, 0, 2)[0], 0);
  const MostLikelyPath path = most_likely_path(m, {once, once});
  EXPECT_EQ(path.states, (std::vector<std::size_t>{0, 0}));  // a tie with b, a
  EXPECT_NEAR(path.log_probability, std::log(0.3), 1e-15);
}

TEST(MostLikelyPath, RefusesWhatTheFilterRefuses) {
  const Pomdp m = tiger();
  const std::vector<std::size_t> one{0}, two{0, 0}, unknown{3};
  EXPECT_THROW(most_likely_path(m, {one, two}), Refused);
  EXPECT_THROW(most_likely_path(m, {unknown, one}), std::out_of_range);
  EXPECT_THROW(most_likely_path(m, {one, unknown}), std::out_of_range);
  EXPECT_EQ(most_likely_path(m, History()).states, std::vector<std::size_t>{0});
  EXPECT_SAYS(ImpossibleObservation, "step 2: observation hear-right is impossible after action listen",
              most_likely_path(always_left(), {two, std::vector<std::size_t>{0, 1}}));
}

}  // namespace
}  // namespace doxa::testing
