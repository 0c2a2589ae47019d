#include "doxa/models/beliefs/prediction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "doxa/models/beliefs/memory_score.h"
#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/path_enumeration.h"
#include "step_tables.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

double total_variation(std::span<const double> p, std::span<const double> q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::abs(p[i] - q[i]) / 2;
  return sum;
}

// p(o_{from+n} = o, o_{≤from} ‖ a) by the definition: the sum over all state paths and all o between.
double joint_by_enumeration(const Pomdp& m, Trajectory t, std::size_t from, std::size_t n, std::size_t o) {
  t.actions.resize(from + n);
  t.observations.resize(from + n);
  t.observations.back() = o;
  std::fill(t.observations.begin() + static_cast<std::ptrdiff_t>(from), t.observations.end() - 1, 0u);
  double sum = 0;
  for (bool more = true; more;) {
    for_each_path(m, t, [&](const std::vector<std::size_t>&, double joint) { sum += joint; });
    std::size_t at = from;
    while (at + 1 < from + n && ++t.observations[at] == m.observations.size()) t.observations[at++] = 0;
    more = at + 1 < from + n;
  }
  return sum;
}

TEST(Prediction, OfTheExactFilterHasTheExactNll) {
  Philox random(1);
  for (int trial = 0; trial < 20; ++trial) {
    const Pomdp m = random_pomdp(4, 2, 3, random);
    const std::vector<Trajectory> t = simulate(m, open_loop_policy(m), 30, 5, random);
    const std::vector<double> nll = prediction_nll(exact_predictive(m, t), t), exact = exact_nll(m, t);
    for (std::size_t i = 0; i < t.size(); ++i) EXPECT_NEAR(nll[i], exact[i], 1e-13);
  }
}

TEST(Prediction, OfOneStepAheadIsTheFiltersPredictive) {
  Philox random(2);
  const Pomdp m = random_pomdp(5, 3, 4, random);
  const std::vector<Trajectory> t = simulate(m, open_loop_policy(m), 12, 6, random);
  const StepTable filter = exact_predictive(m, t);
  for (std::size_t from = 0; from < 12; ++from) {
    const StepTable ahead = exact_open_loop(m, t, from, 1);
    for (std::size_t i = 0; i < t.size(); ++i)
      for (std::size_t o = 0; o < 4; ++o) EXPECT_EQ(ahead.row(i, 1)[o], filter.row(i, from + 1)[o]);
  }
}

TEST(Prediction, OfSeveralStepsAheadIsTheSumOverAllPathsAndObservationsBetween) {
  Philox random(3);
  for (int trial = 0; trial < 20; ++trial) {
    const auto [m, t] = random_episode(5, random);
    const std::size_t outcomes = m.observations.size();
    for (std::size_t from = 0; from <= 2; ++from) {
      const StepTable ahead = exact_open_loop(m, std::vector{t}, from, 3);
      for (std::size_t n = 1; n <= 3; ++n) {
        std::vector<double> joint(outcomes);
        double past = 0;
        for (std::size_t o = 0; o < outcomes; ++o) past += joint[o] = joint_by_enumeration(m, t, from, n, o);
        for (std::size_t o = 0; o < outcomes; ++o) EXPECT_NEAR(ahead.row(0, n)[o], joint[o] / past, 1e-13);
      }
    }
  }
}

// The distance of two beliefs under the same actions falls at least as fast as the product of the contraction
// coefficients, δ(T) = max over pairs of rows of their total variation (Dobrushin), so that far ahead nothing
// is left of the past. The emission cannot increase the distance.
TEST(Prediction, FarAheadForgetsThePastWhereTheModelMixes) {
  Philox random(4);
  Pomdp m = random_pomdp(4, 2, 3, random);
  std::vector<std::vector<double>> positive(8);
  for (std::size_t row = 0; row < 8; ++row)
    for (std::size_t s = 0; s < 4; ++s) positive[row].push_back(0.8 * m.transition.row(row)[s] + 0.2 / 4);
  m.transition = table(positive);
  const std::size_t from = 5, ahead = 200;
  std::vector<Trajectory> t = simulate(m, open_loop_policy(m), from + ahead, 2, random);
  std::copy(t[0].actions.begin() + from, t[0].actions.end(), t[1].actions.begin() + from);
  const StepTable p = exact_open_loop(m, t, from, ahead);
  double bound = 1;
  for (std::size_t n = 0; n < ahead; ++n) {
    double contraction = 0;
    for (std::size_t s = 0; s < 4; ++s)
      for (std::size_t other = 0; other < s; ++other) {
        std::vector<double> x(4), y(4);
        for (std::size_t next = 0; next < 4; ++next) {
          x[next] = transition_row(m, t[0].actions[from + n], s)[next];
          y[next] = transition_row(m, t[0].actions[from + n], other)[next];
        }
        contraction = std::max(contraction, total_variation(x, y));
      }
    bound *= contraction;
    EXPECT_LE(total_variation(p.row(0, n + 1), p.row(1, n + 1)), bound + 1e-15 * static_cast<double>(n + 1));
  }
  EXPECT_LT(bound, 1e-15);
}

TEST(PredictionKl, IsZeroOfItselfAndKnownOfATiltedCoin) {
  const StepTable fair = step_table(2, {{0.5, 0.5, 1, 0}, {0.5, 0.5, 1, 0}}),
                  other = step_table(2, {{0.25, 0.75, 0.8, 0.2}, {0.5, 0.5, 1, 0}});
  for (const MeanEstimate& e : prediction_kl(fair, fair)) {
    EXPECT_EQ(e.mean, 0);
    EXPECT_EQ(e.standard_error, 0);
  }
  const std::vector<MeanEstimate> kl = prediction_kl(fair, other);
  const double first = 0.5 * std::log(0.5 / 0.25) + 0.5 * std::log(0.5 / 0.75), second = std::log(1 / 0.8);
  ASSERT_EQ(kl.size(), 2u);
  EXPECT_NEAR(kl[0].mean, first / 2, 1e-15);
  EXPECT_NEAR(kl[0].standard_error, first / 2, 1e-15);  // of the two values x and 0
  EXPECT_NEAR(kl[1].mean, second / 2, 1e-15);
  EXPECT_EQ(prediction_kl(other, fair)[1].mean, infinity);
}

// E[log p(o_k | past) - log p̂(o_k | past)] = E[KL(p(· | past) ‖ p̂(· | past))]: over an episode both have
// the same mean, and the standard error of their difference is estimated from the episodes.
TEST(PredictionKl, IsTheExpectationOfTheExcess) {
  const Pomdp m = tiger();
  Philox random(5);
  const std::size_t steps = 16;
  const std::vector<Trajectory> t =
      simulate(m, open_loop_policy(m, std::vector{0.9, 0.05, 0.05}), steps, 4000, random);
  const StepTable exact = exact_predictive(m, t);
  StepTable blurred = exact;
  for (double& p : blurred.values) p = 0.7 * p + 0.3 / 2;
  const std::vector<double> nll = prediction_nll(blurred, t), best = exact_nll(m, t);
  std::vector<double> difference(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    const std::size_t size = steps * 2;
    StepTable one(2), other(2);
    one.append(std::span(exact.values).subspan(i * size, size));
    other.append(std::span(blurred.values).subspan(i * size, size));
    double kl = 0;
    for (const MeanEstimate& step : prediction_kl(one, other)) kl += step.mean;
    difference[i] = nll[i] - best[i] - kl / static_cast<double>(steps);
  }
  const MeanEstimate noise = estimate_mean(difference);
  EXPECT_GT(noise.standard_error, 0);
  EXPECT_NEAR(noise.mean, 0, 4 * noise.standard_error);
}

TEST(Prediction, RefusesWhatIsNotADistributionOrDoesNotFit) {
  const std::vector<Trajectory> t{{{0, 0, 0}, {0, 0}, {0, 1}}};
  const auto p = [](const std::vector<double>& rows) { return step_table(2, {rows}); };
  EXPECT_NEAR(prediction_nll(p({0.5, 0.5, 0.75, 0.25}), t)[0], (std::log(2) + std::log(4)) / 2, 1e-15);
  EXPECT_EQ(prediction_nll(p({0.5, 0.5, 1, 0}), t)[0], infinity);
  for (const StepTable& wrong : {StepTable(2), step_table(2, {{0.5, 0.5}, {0.5, 0.5}}), p({0.5, 0.5}), p({}),
                                 p({0.5, 0.5, 0.6, 0.5}), p({1.5, -0.5, 0.5, 0.5}), p({0.5, 0.5, nan, 0.5}),
                                 step_table(1, {{1, 1}})})  // the last has only observation 0
    EXPECT_THROW(prediction_nll(wrong, t), Refused);
  EXPECT_THROW(prediction_nll(p({}), std::vector<Trajectory>{{}}), Refused);
  const StepTable one = p({0.5, 0.5}), two = p({0.5, 0.5, 0.5, 0.5});
  EXPECT_THROW(prediction_kl(one, two), Refused);
  EXPECT_THROW(prediction_kl(one, step_table(3, {{0.5, 0.5, 0}})), Refused);
  EXPECT_THROW(prediction_kl(StepTable(2), StepTable(2)), Refused);
  const StepTable unequal = step_table(2, {{0.5, 0.5}, {0.5, 0.5, 0.5, 0.5}});
  EXPECT_THROW(prediction_kl(unequal, unequal), Refused);
  const Pomdp m = tiger();
  EXPECT_THROW(exact_open_loop(m, t, 1, 2), Refused);
  EXPECT_THROW(exact_open_loop(m, t, 3, 1), Refused);
  EXPECT_THROW(exact_open_loop(m, t, 0, 0), Refused);
}

}  // namespace
}  // namespace doxa::testing
