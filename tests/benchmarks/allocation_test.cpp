// From the second step on, no benchmark's training step asks for heap memory, by tape or by hand.

#include <gtest/gtest.h>

#include "allocations.h"
#include "cases.h"

namespace doxa::benchmarks {
namespace {

class Allocation : public testing::TestWithParam<Case> {};

void expect_none_from_the_second(const TrainingStep& step) {
  step.run();
  for (int i = 2; i <= 3; ++i) {
    const std::size_t before = allocations();
    step.run();
    EXPECT_EQ(allocations() - before, 0u) << "step " << i;
  }
}

TEST_P(Allocation, NoneFromTheSecondStepOn) {
  expect_none_from_the_second(GetParam().taped());
  if (GetParam().manual) expect_none_from_the_second(GetParam().manual());
}

INSTANTIATE_TEST_SUITE_P(Benchmarks, Allocation, testing::ValuesIn(cases()), [](const auto& one) {
  std::string name = one.param.name;
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace doxa::benchmarks
