#include <gtest/gtest.h>

#include "doxa/models/pomdp/pomdp_file.h"
#include "pomdp_text.h"

namespace doxa::testing {
namespace {

// What costs little to write must cost little to refuse, or to read.
TEST(PomdpFile, HostileWildcardsAreReadOrRefusedQuickly) {
  std::string repeated =
      "discount: 1 values: reward states: 1000 actions: 10 observations: 1 O: * uniform T: * uniform\n";
  for (int i = 0; i < 20'000; ++i)
    repeated += "T: * : * : * 0.001\nT: * : * : " + std::to_string(i % 7) + " 0.001\n";
  EXPECT_EQ(parse(repeated).transition.non_zeros(), 10'000'000u);
  const std::string large =
      "discount: 1 values: reward states: 200000 actions: 10 observations: 1 O: * uniform ";
  expect_refused(large + "T: * @uniform", "wildcards spell out more than");
  EXPECT_EQ(parse(large + "T: * identity").transition.non_zeros(), 2'000'000u);
  std::string zeros =
      "discount: 1 values: reward states: 40000 actions: 20 observations: 1 O: * uniform T: * identity\n";
  for (int i = 0; i < 40'000; ++i) zeros += "T:*:*:" + std::to_string(i) + " 0\n";
  EXPECT_THROW(parse(zeros), FileError);
}

}  // namespace
}  // namespace doxa::testing
