#include "doxa/models/numerics/sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "doxa/models/numerics/mean_estimate.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(CompensatedSum, KeepsWhatAnAdditionLoses) {
  CompensatedSum sum;
  for (const double x : {1.0, 1e100, 1.0, -1e100}) sum += x;  // Neumaier's own example
  EXPECT_EQ(sum, 2);
  sum += infinity;
  EXPECT_EQ(sum, infinity);
}

TEST(LogSumExp, NeitherOverflowsNorUnderflows) {
  EXPECT_DOUBLE_EQ(log_sum_exp(std::vector{-1e4, -1e4 + std::log(3)}), -1e4 + std::log(4));
  EXPECT_DOUBLE_EQ(log_sum_exp(std::vector{1e4, 1e4}), 1e4 + std::log(2));
  EXPECT_EQ(log_sum_exp(std::vector<double>{0, -46, -infinity}), 0);
}

TEST(LogSumExp, OfNothingIsMinusInfinityAndNanStaysNan) {
  EXPECT_EQ(log_sum_exp(std::vector<double>{}), -infinity);
  EXPECT_EQ(log_sum_exp(std::vector<double>{-infinity, -infinity}), -infinity);
  EXPECT_TRUE(std::isnan(log_sum_exp(std::vector{0.0, std::nan("")})));
}

// A ratio of means with weights of 1 is a mean, and so is one with equal weights.
TEST(MeanEstimate, OfARatioIsThatOfAMeanForEqualWeights) {
  const std::vector<double> x{1, 2, 4}, w{1, 1, 1}, scaled{3, 6, 12}, three{3, 3, 3};
  const MeanEstimate mean = estimate_mean(x), ratio = estimate_ratio(x, w),
                     same = estimate_ratio(scaled, three);
  EXPECT_DOUBLE_EQ(mean.mean, 7.0 / 3);
  EXPECT_DOUBLE_EQ(mean.standard_error, std::sqrt((16.0 / 9 + 1.0 / 9 + 25.0 / 9) / 6));
  for (const MeanEstimate& other : {ratio, same}) {
    EXPECT_DOUBLE_EQ(other.mean, mean.mean);
    EXPECT_DOUBLE_EQ(other.standard_error, mean.standard_error);
  }
  EXPECT_EQ(estimate_ratio(std::vector{2.0, 6.0}, std::vector{1.0, 3.0}).standard_error, 0);
}

// What both values of a pair have in common cancels.
TEST(MeanEstimate, OfADifferenceOfPairs) {
  const MeanEstimate d =
      estimate_mean_difference(std::vector{101.0, 202.0, 304.0}, std::vector{100.0, 200.0, 300.0});
  EXPECT_DOUBLE_EQ(d.mean, estimate_mean(std::vector{1.0, 2.0, 4.0}).mean);
  EXPECT_DOUBLE_EQ(d.standard_error, estimate_mean(std::vector{1.0, 2.0, 4.0}).standard_error);
}

TEST(MeanEstimate, OfOneValueHasNoErrorAndOfAnInfiniteOneNoMean) {
  EXPECT_TRUE(std::isnan(estimate_mean(std::vector{1.0}).standard_error));
  const MeanEstimate infinite = estimate_mean(std::vector<double>{1, infinity});
  EXPECT_EQ(infinite.mean, infinity);
  EXPECT_TRUE(std::isnan(infinite.standard_error));
}

TEST(MeanEstimate, RefusesWhatDoesNotFit) {
  const std::vector<double> x{1, 2, 4};
  EXPECT_THROW(estimate_mean(std::vector<double>{}), Refused);
  EXPECT_THROW(estimate_mean_difference(x, std::vector{1.0}), Refused);
  EXPECT_THROW(estimate_ratio(x, std::vector{0.0, 0.0, 0.0}), Refused);
  EXPECT_THROW(estimate_ratio(x, std::vector{1.0}), Refused);
}

}  // namespace
TEST(MeanEstimate, OfEqualValuesIsTheirValueWithoutError) {
  const std::vector<double> values(1000, -19.98);  // whose sum is rounded a thousand times
  const MeanEstimate e = estimate_mean(values);
  EXPECT_EQ(e.mean, -19.98);
  EXPECT_EQ(e.standard_error, 0);
}

}  // namespace doxa
