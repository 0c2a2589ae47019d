#include <gtest/gtest.h>

#include "doxa/models/pomdp/pomdp_file.h"
#include "pomdp_random.h"
#include "pomdp_text.h"

namespace doxa::testing {
namespace {

TEST(PomdpFile, ShippedTigerHasThePublishedNumbers) {
  const Pomdp m = tiger();
  EXPECT_EQ(m.states, (std::vector<std::string>{"tiger-left", "tiger-right"}));
  EXPECT_EQ(m.actions, (std::vector<std::string>{"listen", "open-left", "open-right"}));
  EXPECT_EQ(m.observations, (std::vector<std::string>{"hear-left", "hear-right"}));
  EXPECT_EQ(m.discount, 0.95);
  EXPECT_EQ(m.start, (std::vector<double>{0.5, 0.5}));
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(transition_row(m, listen, s)[i], s == i ? 1 : 0);
      EXPECT_EQ(emission_row(m, listen, s)[i], s == i ? 0.85 : 0.15);
      for (const std::size_t door : {open_left, open_right}) {
        EXPECT_EQ(transition_row(m, door, s)[i], 0.5);
        EXPECT_EQ(emission_row(m, door, s)[i], 0.5);
      }
    }
  EXPECT_EQ(m.reward(listen, 0, 0, 1), -1);
  EXPECT_EQ(m.reward(open_left, 0, 1, 0), -100);
  EXPECT_EQ(m.reward(open_left, 1, 1, 0), 10);
  EXPECT_EQ(m.reward(open_right, 0, 1, 0), 10);
  EXPECT_EQ(m.reward(open_right, 1, 1, 0), -100);
}

}  // namespace
}  // namespace doxa::testing
