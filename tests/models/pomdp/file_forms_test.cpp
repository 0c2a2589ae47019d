#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "doxa/models/pomdp/file.h"
#include "tests/support/pomdp_text.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

TEST(PomdpFile, LinesEndAlikeOnEverySystem) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string text =
        "# two states" + end + "discount: 0.5 # of rewards" + end + end + "values: reword" + end;
    const std::string message = thrown<FileError>([&] { parse_pomdp(text, "test.pomdp"); });
    EXPECT_TRUE(message.starts_with("test.pomdp:4:9: found 'reword'")) << message;
  }
}

// Each pair spells the same model in two ways.
TEST(PomdpFile, EveryFormOfAnEntryMeansTheSame) {
  const std::string p = preamble;
  const std::pair<std::string, std::string> pairs[] = {
      // the preamble: order, counts, comments, line ends
      {p + tables,
       "observations:\nx\ny actions:go stay\n\nstates:a b\nc values:reward discount:0.5\n" + tables},
      {p + tables, "# \xff\x01 any bytes: 0.5\r\n" + p + "\r\n" + tables + "# no line end"},
      {p + tables, "# comment: 0.5\r" + p + "\r# another\r\r" + tables + "# no line end"},
      {p + tables,
       "discount: 5e-1 values: reward states: a b c actions: go stay observations: x y\n" + tables},
      {p + tables,
       "discount: +0.5e0 values: reward\f\vstates: a b c actions: go stay observations: x y\n" + tables},
      // start
      {p + tables, p + "start: uniform\n" + tables},
      {p + tables, p + "start: 0.333333333333333333 0.333333333333333333 0.333333333333333333\n" + tables},
      {p + tables, p + "start include: *\n" + tables},
      {p + "start: b\n" + tables, p + "start: 0 1 0\n" + tables},
      {p + "start: b\n" + tables, p + "start: 0. 1.000001 0.0\n" + tables},
      {p + "start: b\n" + tables, p + "start: 1\n" + tables},
      {p + "start: b\n" + tables, p + "start include: b\n" + tables},
      {p + "start: b\n" + tables, p + "start exclude: 0 c\n" + tables},
      {p + "start include: a 2\n" + tables, p + "start: 0.5 0 0.5\n" + tables},
      {p + "start include: a c\n" + tables, p + "start exclude: b\n" + tables},
      // T: cells, rows, matrices, wildcards, names and indices
      {p + tables, p + "T: go identity T: stay identity O: go uniform O: stay uniform"},
      {p + tables, p + "T: 0 identity T: 1 identity O: 0 uniform O: 1 uniform"},
      {p + tables, p + "T: * 1 0 0 0 1 0 0 0 1 O: * 0.5 0.5 0.5 0.5 0.5 0.5"},
      {p + tables, p + "T: * : a 1 0 0 T: * : 1 0 1 0 T: go : c 0 0 1 T: stay : c 0 0 1.0 O: * : * uniform"},
      {p + tables, p + "T:*:a:a 1 T:*:b:b 1 T:*:c:c 1 O:*:*:x 0.5 O:*:*:y 0.5"},
      {p + tables, p + "T: * : * : * 0 T:*:a:a 1 T:*:b:b 1 T:*:c:c 1 O:*:*:* 0.5"},
      {p + "T: * uniform O: * uniform", p + "T: * : * uniform O: * : * uniform"},
      {p + "T: * uniform O: * uniform",
       p + "T: * : * : * 0.3333333333333333 O: * : a uniform O:*:b:* 0.5 O:*:2 0.5 0.5"},
      {p + tables + "T: go : * 0.5 0.5 0",
       p + tables + "T: go : a 0.5 0.5 0 T: go : b 0.5 0.5 0 T: go : c 0.5 0.5 0"},
      {p + tables + "O: * : b 0.25 0.75",
       p + tables + "O: go : b 0.25 0.75 O: stay : b : y 0.75 O: stay : b : x 0.25"},
      // reset
      {p + "start: b " + tables + "T: go : a reset", p + "start: b " + tables + "T: go : a 0 1 0"},
      {p + tables + "T: go : a reset T: stay : c reset",
       p + tables + "T: go : a uniform T: stay : c uniform"},
      // the last entry wins, zeros included
      {p + tables + "T: go : a uniform", p + "O: * uniform T: go uniform T: * identity T: go : a uniform"},
      {p + tables, p + tables + "T: go uniform T: go identity"},
      {p + tables, p + tables + "T: go : a : b 0.7 T: go : a : b 0"},
      {p + tables, p + tables + "T: go : a : b 0.7 T: * : a 1 0 0"},
      {p + tables + "T: go : a 0 1 0", p + tables +
                                           "T: * : a : * 0.1 T: go : * : b 1 T: * : a : a 0 T: go : a : c 0 "
                                           "T: go : b : * 0 T: go : b : b 1 T: go : c : * 0 T: * : c : c 1 "
                                           "T: stay identity"},
      // R; cost negates
      {p + tables + "R: go : a : b : x 2 R: go : a : b : y 3", p + tables + "R: go : a : b 2 3"},
      {p + tables + "R: go : a : a 1 2 R: go : a : b 3 -4 R: go : a : c 5 6",
       p + tables + "R: go : a 1 2 3 - 4 5 +6"},
      {p + tables + "R: * : * : * : * -1.5e0",
       "discount: 0.5 values: cost states: a b c actions: go stay "
       "observations: x y " +
           tables + "R: * : * : * : * 1.5"},
  };
  for (const auto& [one, other] : pairs) expect_same_model(parse(one), parse(other), other);
}

TEST(PomdpFile, CountsNameTheMembersByTheirIndices) {
  const Pomdp m = parse(
      "discount: 1 values: cost states: 2 actions: 1 observations: 3 T: 0 : 1 : 0 1 T: 0 : 0 uniform "
      "O: * : * : 2 1");
  EXPECT_EQ(m.states, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(m.observations.back(), "2");
  EXPECT_EQ(transition_row(m, 0, 1)[0], 1);
  const Pomdp one =
      parse("discount: 1 values: reward states: 1 actions: 1 observations: 1 start: 1 T: * identity O: * 1");
  EXPECT_EQ(one.start, std::vector<double>{1});
  EXPECT_EQ(
      parse("discount: 1 values: reward states: 1 actions: 1 observations: 1 start: 0 T: * 1 O: * 1").start,
      one.start);
}

// A row that is off by the rounding of its decimals is normalised.
TEST(PomdpFile, RowsAreNormalised) {
  const Pomdp m = parse(preamble + tables + "T: go : a 0.333333 0.333333 0.333333");
  for (std::size_t s = 0; s < 3; ++s) EXPECT_DOUBLE_EQ(transition_row(m, 0, 0)[s], 1.0 / 3);
}

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
    EXPECT_THROW(format_pomdp(m), Refused) << name;
  }
  Pomdp m = tiger();
  m.transition.probability[0] = 0.5;
  EXPECT_THROW(format_pomdp(m), Refused);
}

}  // namespace
}  // namespace doxa::testing
