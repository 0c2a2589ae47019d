#include <gtest/gtest.h>

#include "doxa/models/pomdp/pomdp_file.h"
#include "pomdp_random.h"
#include "pomdp_text.h"

namespace doxa::testing {
namespace {

TEST(PomdpFile, WhatIsWrittenReadsBackBitForBit) {
  Philox random(1);
  for (int trial = 0; trial < 30; ++trial) {
    Pomdp m = random_pomdp(1 + static_cast<std::size_t>(random.uniform_index(9)), 2, 3, random);
    if (trial % 2) m.actions = {"go", "stay-here"};
    m.discount = random.uniform();
    m.reward.set({0, Reward::any, 0, 1}, -random.uniform());
    m.reward.set({Reward::any, 0, Reward::any, Reward::any}, 1e300);
    normalise(m);
    EXPECT_EQ(parse(format_pomdp(m)), m);
  }
  EXPECT_EQ(parse(format_pomdp(tiger())), tiger());
}

TEST(PomdpFile, WriterRefusesWhatTheFormatCannotSpell) {
  for (const char* name : {"two words", "T", "reset", "1st", "", "a.b", "a#", "listen"}) {
    Pomdp m = tiger();
    m.actions[1] = name;
    EXPECT_THROW(format_pomdp(m), std::invalid_argument) << name;
  }
  Pomdp m = tiger();
  m.transition.probability[0] = 0.5;
  EXPECT_THROW(format_pomdp(m), std::invalid_argument);
}

}  // namespace
}  // namespace doxa::testing
