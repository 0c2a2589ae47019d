#include "doxa/models/numerics/sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/support/rounding.h"

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

}  // namespace
}  // namespace doxa
