#include "doxa/models/beliefs/calibration.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/simulate.h"
#include "step_tables.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

TEST(Calibration, OfTheExactPredictionsIsPerfectAndHoldsInTheWorld) {
  for (const auto& [m, weights] :
       {std::pair(tiger(), std::vector{0.9, 0.05, 0.05}),
        std::pair(read_pomdp(DOXA_SOURCE_DIR "/models/pomdp/classics/4x3.pomdp"), std::vector<double>{})}) {
    Philox random(1);
    const std::vector<Trajectory> t =
        simulate(m, open_loop_policy(m, weights), 32, 3125, random);  // 10⁵ steps
    const StepTable exact = exact_predictive(m, t);
    const Calibration c = calibration(exact, exact, t);
    EXPECT_EQ(c.expected_error, 0);
    EXPECT_EQ(c.mean_absolute_error, 0);
    std::size_t count = 0, tested = 0;
    for (const CalibrationBin& bin : c.bins) {
      count += bin.count;
      if (bin.count == 0) continue;
      EXPECT_GE(bin.mean_exact, bin.from);
      EXPECT_LE(bin.mean_exact, bin.to);
      EXPECT_EQ(bin.mean_learned, bin.mean_exact);
      const double n = static_cast<double>(bin.count);
      if (n * bin.mean_exact < 25 || n * (1 - bin.mean_exact) < 25)
        continue;  // too few for a normal approximation
      EXPECT_NEAR(bin.frequency.mean, bin.mean_exact, 4 * bin.frequency.standard_error);
      // A step has O(1) pairs in a bin, so that it is at most a few times the binomial error.
      EXPECT_LT(bin.frequency.standard_error, 3 * std::sqrt(bin.mean_exact * (1 - bin.mean_exact) / n));
      ++tested;
    }
    EXPECT_EQ(count, 100'000 * m.observations.size());
    EXPECT_GE(tested, 6u);
  }
}

// Predictions that are drawn half way to the uniform distribution are off by |p - 1/O| / 2 in each bin.
TEST(Calibration, ErrorOfPredictionsDrawnToTheUniformDistributionIsKnown) {
  const Pomdp m = tiger();
  Philox random(2);
  const std::vector<Trajectory> t =
      simulate(m, open_loop_policy(m, std::vector{0.9, 0.05, 0.05}), 32, 50, random);
  const StepTable exact = exact_predictive(m, t);
  StepTable timid = exact;
  double expected = 0;
  for (double& p : timid.values) {
    expected += std::abs(p - 0.5) / 2 / (50 * 32 * 2);
    p = (p + 0.5) / 2;
  }
  const Calibration c =
      calibration(exact, timid, t, 20);  // no bin of 20 has probabilities on both sides of ½
  EXPECT_NEAR(c.expected_error, expected, 1e-13);
  EXPECT_NEAR(c.mean_absolute_error, expected, 1e-13);
  EXPECT_GT(expected, 0.01);
  EXPECT_LT(calibration(exact, timid, t, 1).expected_error, 1e-13);  // one bin: the errors cancel
  for (const CalibrationBin& bin : c.bins)
    if (bin.count > 0) {
      EXPECT_NEAR(bin.mean_learned, (bin.mean_exact + 0.5) / 2, 1e-13);
    }
}

TEST(Calibration, CountsByHand) {
  const std::vector<Trajectory> t{{{0, 0, 0}, {0, 0}, {1, 1}}, {{0, 0}, {0}, {0}}};
  const StepTable exact = step_table(2, {{0.25, 0.75, 0, 1}, {0.25, 0.75}}),
                  learned = step_table(2, {{0.5, 0.5, 0.1, 0.9}, {0, 1}});
  const Calibration c = calibration(exact, learned, t, 4);
  ASSERT_EQ(c.bins.size(), 4u);
  EXPECT_EQ(c.bins[0].count, 1u);  // holds the probability 0
  EXPECT_EQ(c.bins[1].count, 2u);  // an edge belongs to the bin above it
  EXPECT_EQ(c.bins[2].count, 0u);
  EXPECT_EQ(c.bins[3].count, 3u);  // and 1 belongs to the last bin
  EXPECT_EQ(c.bins[1].frequency.mean, 0.5);
  EXPECT_DOUBLE_EQ(c.bins[1].frequency.standard_error, 0.5);  // of the two trajectories' 0 and 1
  EXPECT_DOUBLE_EQ(c.bins[3].frequency.mean, 2.0 / 3);
  EXPECT_DOUBLE_EQ(c.bins[3].mean_learned, 0.8);
  EXPECT_TRUE(std::isnan(c.bins[2].mean_exact));
  EXPECT_NEAR(c.expected_error, (0.1 + std::abs(0.5 - 0.5) + std::abs(2.4 - 2.5)) / 6, 1e-15);
  EXPECT_NEAR(c.mean_absolute_error, (0.25 * 4 + 0.1 * 2) / 6, 1e-15);
}

TEST(Calibration, RefusesWhatDoesNotFit) {
  const std::vector<Trajectory> t{{{0, 0}, {0}, {1}}}, beyond{{{0, 0}, {0}, {2}}}, empty{{}};
  const StepTable p = step_table(2, {{0.5, 0.5}}), longer = step_table(2, {{0.5, 0.5, 0.5, 0.5}}),
                  wider = step_table(4, {{0.5, 0.5, 0, 0}}), wrong = step_table(2, {{0.5, 0.6}}),
                  no_step = step_table(2, {{}});
  EXPECT_THROW(calibration(p, p, t, 0), Refused);
  EXPECT_THROW(calibration(p, longer, t), Refused);
  EXPECT_THROW(calibration(longer, longer, t), Refused);
  EXPECT_THROW(calibration(p, wider, t), Refused);
  EXPECT_THROW(calibration(p, StepTable(2), t), Refused);
  EXPECT_THROW(calibration(p, wrong, t), Refused);
  EXPECT_THROW(calibration(p, p, beyond), Refused);
  EXPECT_THROW(calibration(no_step, no_step, empty), Refused);
}

}  // namespace
}  // namespace doxa::testing
