// From the second step on, no benchmark's training step asks for heap memory, by tape or by hand.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/allocations.h"
#include "training_step.h"

namespace doxa::benchmarks {
namespace {

class OfEachCase : public testing::TestWithParam<Case> {};

void expect_none_from_the_second(const TrainingStep& step) {
  step.run();
  for (int i = 2; i <= 3; ++i) EXPECT_EQ(allocations_of(step.run), 0u) << "step " << i;
}

TEST_P(OfEachCase, NoneFromTheSecondStepOn) {
  expect_none_from_the_second(GetParam().taped(1));
  if (GetParam().manual) expect_none_from_the_second(GetParam().manual());
}

TEST(Allocation, NoneWithShardsFromTheSecondStepOn) {
  const auto filter = std::ranges::find(cases(), "filter-small", &Case::name);
  expect_none_from_the_second(filter->taped(2));
}

INSTANTIATE_TEST_SUITE_P(Allocation, OfEachCase, testing::ValuesIn(cases()), [](const auto& one) {
  std::string name = one.param.name;
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace doxa::benchmarks
