#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "doxa/models/pomdp/file.h"
#include "tests/support/pomdp_text.h"
#include "tests/support/random_pomdp.h"

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

bool same_bits(double x, double y) { return x == y && std::signbit(x) == std::signbit(y); }

// Numbers that are hard to write: decimals that are not doubles, neighbours of 1, the smallest and the
// largest.
TEST(PomdpFile, HardNumbersReadBackBitForBit) {
  const double smallest = std::numeric_limits<double>::denorm_min();
  const double below_one = std::nextafter(1.0, 0.0), normal = std::numeric_limits<double>::min();
  const std::vector<double> rows[] = {{0.1, 0.2, 0.7},
                                      {1.0 / 3, 1.0 / 3, 1.0 / 3},
                                      {1, smallest, 0},
                                      {below_one, normal, 3 * smallest},
                                      {0.1 + 0.2, 0.7 - smallest, 1e-300},
                                      {0, below_one, 1 - below_one},
                                      {1e-5, 1e-16, 1 - 1e-5}};
  for (const std::vector<double>& one : rows)
    for (const std::vector<double>& other : rows) {
      Pomdp m{{"a", "b", "c"}, {"0"}, {"x-1", "Y_2", "z"}, below_one, one, {}, {}, {}};
      m.transition = table({one, other, one});
      m.emission = table({other, one, one});
      m.start = other;
      normalise(m);
      for (const double r : {0.1, -1.0 / 3, smallest, -smallest, std::numeric_limits<double>::max(), -0.0})
        m.reward.set({0, 1, 2, Reward::any}, r);
      const Pomdp back = parse(format_pomdp(m));
      EXPECT_EQ(back, m);
      EXPECT_TRUE(same_bits(back.reward(0, 1, 2, 0), -0.0));
      EXPECT_EQ(format_pomdp(back), format_pomdp(m));
    }
}

// A probability of -0 is written as 0: the format has no sign.
TEST(PomdpFile, MinusZeroIsWrittenWithoutItsSign) {
  Pomdp m = tiger();
  m.start = {1, -0.0};
  EXPECT_EQ(parse(format_pomdp(m)), m);
}

// The size of the file grows with the names and the entries, not with their product.
TEST(PomdpFile, LongNamesAreWrittenOnce) {
  Pomdp m = tiger();
  for (std::vector<std::string>* names : {&m.states, &m.actions, &m.observations})
    (*names)[1] = "long" + std::string(10'000, 'x');
  const std::string text = format_pomdp(m);
  EXPECT_LT(text.size(), 32'000u);
  EXPECT_EQ(parse(text), m);
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
