#include <gtest/gtest.h>

#include <cstddef>

#include "front_page_loop.h"
#include "tests/support/allocations.h"

namespace {

std::size_t allocations_of(int steps) {
  const std::size_t before = doxa::allocations();
  train(steps);
  return doxa::allocations() - before;
}

TEST(FrontPage, ItsTrainingLoopAllocatesNothingFromTheSecondStepOn) {
  const std::size_t of_none = allocations_of(0), of_one = allocations_of(1);
  EXPECT_GT(of_one, of_none);
  EXPECT_EQ(allocations_of(2), of_one);
  EXPECT_EQ(allocations_of(100), of_one);
}

}  // namespace
