#include "doxa/models/pomdp/expected_counts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/path_enumeration.h"
#include "tests/support/random_pomdp.h"

namespace doxa::testing {
namespace {

double total(std::span<const double> x) { return std::accumulate(x.begin(), x.end(), 0.0); }

TEST(ExpectedCounts, EqualTheCountsAveragedOverAllStatePaths) {
  Philox random(21);
  for (int trial = 0; trial < 20; ++trial) {
    const RandomEpisode episode = random_episode(5, random);
    const Pomdp& m = episode.model;
    const Trajectory& t = episode.trajectory;
    const std::size_t states = m.states.size(), seen = m.observations.size();
    std::vector<double> start(states), transition(m.actions.size() * states * states),
        emission(m.actions.size() * states * seen);
    double evidence = 0;
    for_each_path(m, t, [&](const std::vector<std::size_t>& path, double joint) {
      evidence += joint;
      start[path[0]] += joint;
      for (std::size_t k = 1; k < path.size(); ++k) {
        const std::size_t table = t.actions[k - 1] * states;
        transition[(table + path[k - 1]) * states + path[k]] += joint;
        emission[(table + path[k]) * seen + t.observations[k - 1]] += joint;
      }
    });
    const ExpectedCounts counts = expected_counts(m, std::span(&t, 1));
    EXPECT_EQ(counts.log_evidence, log_evidence(m, t));
    for (std::size_t s = 0; s < states; ++s) EXPECT_NEAR(counts.start[s], start[s] / evidence, 1e-12);
    const auto compare = [&](const StochasticMatrix& table, std::span<const double> found,
                             std::span<const double> expected) {
      for (std::size_t r = 0; r < table.rows(); ++r)
        for (std::size_t i = table.begin[r]; i < table.begin[r + 1]; ++i)
          EXPECT_NEAR(found[i], expected[r * table.columns + table.column[i]] / evidence, 1e-12);
    };
    compare(m.transition, counts.transition, transition);
    compare(m.emission, counts.emission, emission);
  }
}

TEST(ExpectedCounts, AddUpToTheNumberOfStepsAndOfTrajectories) {
  Philox random(22);
  const Pomdp m = random_pomdp(5, 3, 4, random);
  const std::vector<Trajectory> all = simulate(m, open_loop_policy(m), 50, 20, random);
  const ExpectedCounts counts = expected_counts(m, all);
  EXPECT_NEAR(total(counts.start), 20, 1e-11);
  EXPECT_NEAR(total(counts.transition), 1000, 1e-9);
  EXPECT_NEAR(total(counts.emission), 1000, 1e-9);
}

// Where the states can be seen, the expected counts are the counts themselves.
TEST(ExpectedCounts, AreWholeNumbersWhereTheObservationIsTheState) {
  Philox random(23);
  Pomdp m = observable(random_pomdp(4, 1, 4, random));
  m.start = {0, 1, 0, 0};
  const std::vector<Trajectory> one{simulate(m, open_loop_policy(m), 200, random)};
  const ExpectedCounts counts = expected_counts(m, one);
  std::vector<double> seen(m.transition.non_zeros());
  for (std::size_t k = 1; k <= 200; ++k)
    for (std::size_t i = m.transition.begin[one[0].states[k - 1]]; i < seen.size(); ++i)
      if (m.transition.column[i] == one[0].states[k]) {
        ++seen[i];
        break;
      }
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_NEAR(counts.transition[i], seen[i], 1e-10);
}

// Fisher's identity against differences of the filter's evidence: the logit of each entry in turn moves by
// ±h, and the central difference errs by O(h²) and by rounding, u |log p| / h.
TEST(ExpectedCounts, GiveTheGradientOfTheEvidenceByFishersIdentity) {
  Philox random(24);
  const Pomdp m = random_pomdp(3, 2, 3, random);
  const std::vector<Trajectory> all = simulate(m, open_loop_policy(m), 12, 5, random);
  const EvidenceGradient gradient = evidence_gradient(m, expected_counts(m, all));
  const double h = 1e-5;
  const auto shifted = [](std::span<double> row, std::size_t i, double by) {
    row[i] *= std::exp(by);
    const double sum = total(row);
    for (double& p : row) p /= sum;
  };
  const auto difference = [&](auto shift) {
    Pomdp above = m, below = m;
    shift(above, h);
    shift(below, -h);
    return (log_evidence_of(above, all) - log_evidence_of(below, all)) / (2 * h);
  };
  for (std::size_t s = 0; s < 3; ++s)
    EXPECT_NEAR(difference([&](Pomdp& at, double by) { shifted(at.start, s, by); }), gradient.start[s], 1e-7);
  const auto check = [&](StochasticMatrix Pomdp::*table, const std::vector<double>& of_table) {
    for (std::size_t r = 0; r < (m.*table).rows(); ++r) {
      const std::size_t first = (m.*table).begin[r], n = (m.*table).begin[r + 1] - first;
      for (std::size_t i = 0; i < n; ++i)
        EXPECT_NEAR(difference([&](Pomdp& at, double by) {
                      shifted(std::span((at.*table).probability).subspan(first, n), i, by);
                    }),
                    of_table[first + i], 1e-7);
    }
  };
  check(&Pomdp::transition, gradient.transition);
  check(&Pomdp::emission, gradient.emission);
}

}  // namespace
}  // namespace doxa::testing
