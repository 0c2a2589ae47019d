#include "doxa/models/pomdp/pomdp_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "pomdp_random.h"

namespace doxa::testing {
namespace {

const std::string preamble =
    "discount: 0.5 values: reward states: a b c actions: go stay observations: x y\n";
// Every row given, so that what a test adds is all that can be wrong.
const std::string tables = "T: * identity O: * uniform\n";

Pomdp parse(const std::string& text) {
  Pomdp m = parse_pomdp(text, "test.pomdp");
  validate(m);
  return m;
}

double value(const StochasticMatrix::Row& row, std::size_t column) { return row[column]; }

TEST(PomdpFile, ShippedTigerHasThePublishedNumbers) {
  const Pomdp m = tiger();
  EXPECT_EQ(m.states, (std::vector<std::string>{"tiger-left", "tiger-right"}));
  EXPECT_EQ(m.actions, (std::vector<std::string>{"listen", "open-left", "open-right"}));
  EXPECT_EQ(m.observations, (std::vector<std::string>{"hear-left", "hear-right"}));
  EXPECT_EQ(m.discount, 0.95);
  EXPECT_EQ(m.start, (std::vector<double>{0.5, 0.5}));
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(value(transition_row(m, listen, s), i), s == i ? 1 : 0);
      EXPECT_EQ(value(emission_row(m, listen, s), i), s == i ? 0.85 : 0.15);
      for (const std::size_t door : {open_left, open_right}) {
        EXPECT_EQ(value(transition_row(m, door, s), i), 0.5);
        EXPECT_EQ(value(emission_row(m, door, s), i), 0.5);
      }
    }
  EXPECT_EQ(m.reward(listen, 0, 0, 1), -1);
  EXPECT_EQ(m.reward(open_left, 0, 1, 0), -100);
  EXPECT_EQ(m.reward(open_left, 1, 1, 0), 10);
  EXPECT_EQ(m.reward(open_right, 0, 1, 0), 10);
  EXPECT_EQ(m.reward(open_right, 1, 1, 0), -100);
}

// Each pair spells the same model in two ways.
TEST(PomdpFile, EveryFormOfAnEntryMeansTheSame) {
  const std::string p = preamble;
  const std::pair<std::string, std::string> pairs[] = {
      // the preamble: order, counts, comments, line ends
      {p + tables,
       "observations:\nx\ny actions:go stay\n\nstates:a b\nc values:reward discount:0.5\n" + tables},
      {p + tables, "# \xff\x01 any bytes: 0.5\r\n" + p + "\r\n" + tables + "# no line end"},
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
  for (const auto& [one, other] : pairs) {
    const Pomdp m = parse(one), n = parse(other);
    EXPECT_EQ(m.states, n.states);
    EXPECT_EQ(m.actions, n.actions);
    EXPECT_EQ(m.observations, n.observations);
    EXPECT_EQ(m.discount, n.discount);
    EXPECT_EQ(m.start, n.start) << other;
    EXPECT_EQ(m.transition, n.transition) << other;
    EXPECT_EQ(m.emission, n.emission) << other;
    for (std::size_t a = 0; a < 2; ++a)
      for (std::size_t s = 0; s < 3; ++s)
        for (std::size_t t = 0; t < 3; ++t)
          for (std::size_t o = 0; o < 2; ++o) EXPECT_EQ(m.reward(a, s, t, o), n.reward(a, s, t, o)) << other;
  }
}

TEST(PomdpFile, CountsNameTheMembersByTheirIndices) {
  const Pomdp m = parse(
      "discount: 1 values: cost states: 2 actions: 1 observations: 3 T: 0 : 1 : 0 1 T: 0 : 0 uniform "
      "O: * : * : 2 1");
  EXPECT_EQ(m.states, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(m.observations.back(), "2");
  EXPECT_EQ(value(transition_row(m, 0, 1), 0), 1);
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
  for (std::size_t s = 0; s < 3; ++s) EXPECT_DOUBLE_EQ(value(transition_row(m, 0, 0), s), 1.0 / 3);
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

// `text` has the mark @ where the error must point; the message must contain `says`.
void expect_refused(std::string text, const std::string& says) {
  const std::size_t mark = text.find('@');
  ASSERT_NE(mark, std::string::npos) << text;
  text.erase(mark, 1);
  const std::string before = text.substr(0, mark);
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t line_begin = before.rfind('\n');
  const std::size_t column = mark - (line_begin == std::string::npos ? 0 : line_begin + 1) + 1;
  try {
    parse_pomdp(text, "test.pomdp");
    ADD_FAILURE() << "accepted: " << text;
  } catch (const FileError& error) {
    const std::string what = error.what();
    EXPECT_EQ(error.file(), "test.pomdp");
    EXPECT_EQ(error.line(), line) << what << "\n" << text;
    EXPECT_EQ(error.column(), column) << what << "\n" << text;
    EXPECT_EQ(what,
              "test.pomdp:" + std::to_string(line) + ":" + std::to_string(column) + ": " + error.text());
    EXPECT_EQ(what.find('\n'), std::string::npos) << what;
    EXPECT_NE(what.find(says), std::string::npos) << what << "\nshould say: " << says;
  }
}

TEST(PomdpFile, MalformedPreambleIsRefusedWhereItIsWrong) {
  const std::pair<const char*, const char*> table[] = {
      {"@", "found the end of the file, expected 'discount:' and 'values:' and 'states:'"},
      {"# nothing\n  @", "found the end of the file"},
      {"@discout: 0.5", "found 'discout', expected 'discount:'"},
      {"discount @0.5", "found '0.5', expected ':' after 'discount'"},
      {"discount: @1.5", "between 0 and 1"},
      {"discount: @-0.5", "between 0 and 1"},
      {"discount: @1e400", "within the range of a double"},
      {"discount: @inf", "found 'inf', expected a discount"},
      {"discount: - @- 1", "found '-'"},
      {"discount: @0x1", "found '0x1', expected a number"},
      {"discount: @.5", "found '.5', expected a digit before the decimal point"},
      {"discount: @0.5.", "found '0.5.'"},
      {"discount: 0.5 @discount: 0.5",
       "found a second 'discount', expected only one (the first is in line 1)"},
      {"values: @rewards", "found 'rewards', expected 'reward' or 'cost'"},
      {"values: @discount: 1", "expected 'reward' or 'cost'"},
      {"states: @0", "found '0', expected a number of states between 1 and"},
      {"states: @1000000000", "found '1000000000', expected a number of states between 1 and"},
      {"states: @99999999999999999999999", "expected a number of states between 1 and"},
      {"states: @2.0", "found '2.0', expected the number of states or their names"},
      {"states: @-2", "found '-', expected the number of states or their names"},
      {"states:\n@actions: 2", "found 'actions', expected the number of states or their names"},
      {"states: a b @a", "found the name 'a' again"},
      {"states: a @reset b", "found the reserved word 'reset', expected the name of a state"},
      {"states: @T F\nactions: 2", "found the reserved word 'T'"},
      {"states: F @T\nactions: 2", "found the reserved word 'T'"},
      {"observations: x @3", "found '3', expected the name of an observation, which begins with a letter"},
      {"actions: a @2b", "found '2b'"},
      {"actions: a @_b", "found '_', expected a name, a number"},
      {"states: a \n\t@\xc3\xa9t\xc3\xa9", "found byte 0xC3, expected a name"},
      {"values: reward states: 2 actions: 2 observations: 2 @start: uniform",
       "found 'start', expected 'discount:' in the preamble"},
      {"discount: 1 states: 2 actions: 2 observations: 2 @T: * identity",
       "found 'T', expected 'values:' in the preamble"},
      {"discount: 1 values: cost states: 2 actions: 2 @O: * uniform", "expected 'observations:'"},
      {"discount: 1 values: reward states: 1000000 actions: 1000000 observations: 2 @T: * identity", "rows"},
  };
  for (const auto& [text, says] : table) expect_refused(text, says);
  expect_refused(std::string("states: a ") + '@' + std::string(1, '\0'), "found byte 0x00");
}

TEST(PomdpFile, MalformedStartIsRefusedWhereItIsWrong) {
  const std::pair<const char*, const char*> table[] = {
      {"@start uniform", "found the reserved word 'start', expected the name of an observation, or 'start:'"},
      {"start include @a", "expected ':' after 'start include'"},
      {"start: @reset", "found 'reset', expected a state"},
      {"start: @d", "found 'd', expected a state"},
      {"start: @3", "found '3', expected a state, by name or by an index below 3"},
      {"start: a @b", "found 'b', expected one state after 'start:' ('start include:' takes a list)"},
      {"start: 0.5 0.5 @T: * identity", "found 'T', expected start probability 3 of 3"},
      {"start: @0.5 0.4 0", "start sums to 0.9, expected 1"},
      {"start: 0.5 @-0.5 1", "found '-', expected start probability 2 of 3, without a sign"},
      {"start: 0.5 0.5 0 @0", "found '0', expected an entry (T, O or R) or the end of the file"},
      {"start: @1e-999 1 0", "within the range"},
      {"start: @* 1", "found '*', expected 'uniform', a state or start probability 1 of 3"},
      {"start include: @T: * identity", "found 'T', expected a state"},
      {"start include: a @a", "found 'a', which is in the list already"},
      {"start include: a @0.5", "found '0.5', expected a state or '*'"},
      {"start exclude: @a b c", "every state excluded"},
      {"start exclude: @*", "every state excluded"},
      {"start: a\n@start: b", "found 'start', expected an entry"},
  };
  for (const auto& [text, says] : table) expect_refused(preamble + text, says);
}

TEST(PomdpFile, MalformedEntriesAreRefusedWhereTheyAreWrong) {
  const std::pair<const char*, const char*> table[] = {
      {"@junk", "found 'junk', expected an entry (T, O or R) or the end of the file"},
      {"@discount: 0.5", "found 'discount', expected an entry"},
      {"@0.5", "found '0.5', expected an entry"},
      {"@:", "found ':', expected an entry"},
      {"@;", "found ';', expected a name, a number, ':' or '*'"},
      {"T @go identity", "found 'go', expected ':' after 'T'"},
      {"T: @jump identity", "found 'jump', expected an action of the preamble"},
      {"T: @2 identity", "found '2', expected an action, by name or by an index below 2"},
      {"T: @99999999999999999999 identity", "by an index below 2"},
      {"T: @1.0 identity", "found '1.0', expected an action or '*'"},
      {"T: @", "found the end of the file, expected an action"},
      {"T: go @reset",
       "found 'reset', expected ':', 'uniform', 'identity' or transition probability 1 of 3 of row a"},
      {"T: go : a @identity",
       "found 'identity', expected ':', 'uniform', 'reset' or transition probability 1 of 3"},
      {"T: go : @x 1 0 0", "found 'x', expected a state"},
      {"T: go : a : b @: 0.5", "found ':', expected a transition probability"},
      {"T: go : a : b @uniform", "found 'uniform', expected a transition probability"},
      {"T: go : a : b @-0.5", "found '-', expected a transition probability, without a sign"},
      {"T: go : a : b @+0.5", "found '+', expected a transition probability, without a sign"},
      {"T: go : a : b @1e999",
       "found '1e999', expected a transition probability, within the range of a double"},
      {"T: go : a : b @nan", "found 'nan'"},
      {"T: go : a 0.5 0.5 @O: * uniform", "found 'O', expected transition probability 3 of 3 of row a"},
      {"T: go : a 0.5 0.5 0 @0", "found '0', expected an entry"},
      {"T: go\n1 0 0\n0 1 0\n0 0 @",
       "found the end of the file, expected transition probability 3 of 3 of row c"},
      {"T: go\n1 0 0\n0 1 0\n0 0 1 @0\n", "found '0', expected an entry"},
      {"T: go : * 1 @-1 1", "found '-', expected transition probability 2 of 3 of row *"},
      {"O: go @identity",
       "found 'identity', expected ':', 'uniform' or emission probability 1 of 2 of row a"},
      {"O: go : a @reset", "found 'reset'"},
      {"O: go : a : @z 1", "found 'z', expected an observation"},
      {"O: go : a : x @y", "expected an emission probability"},
      {"R: go @1", "found '1', expected ':' after the action"},
      {"R: go : a @uniform", "found 'uniform', expected ':' or reward 1 of 2 of row a"},
      {"R: go : a 1 2 3 4 5 @", "found the end of the file, expected reward 2 of 2 of row c"},
      {"R: go : a : b 1 @T: * identity", "found 'T', expected reward 2 of 2 of row b"},
      {"R: go : a : b : x @1e400", "within the range of a double"},
      {"R: go : a : b : x 1 @1", "found '1', expected an entry"},
      // rows
      {"T: go : a @0.5 0.4 0", "transition: action go, row a sums to 0.9, expected 1"},
      {"T: go\n1 0 0\n@0 0.5 0\n0 0 1", "transition: action go, row b sums to 0.5, expected 1"},
      {"T: go : c : a @0.5", "transition: action go, row c sums to 1.5, expected 1"},
      {"O: *\n0.5 0.5\n@0.6 0.5\n0.5 0.5", "emission: action go, row b sums to 1.1, expected 1"},
      {"O: stay : b : * @1", "emission: action stay, row b sums to 2, expected 1"},
      {"O: stay : b : x @1e308 O: stay : c uniform", "sums to 1e+308"},
  };
  for (const auto& [text, says] : table) expect_refused(preamble + tables + text, says);
  expect_refused(preamble + tables + "R: go : a : b : x - @T: * identity", "found 'T', expected a reward");
  expect_refused(preamble + tables + "T: stay : b : b @0.99998",
                 "transition: action stay, row b sums to 0.99998");
  EXPECT_NO_THROW(parse(preamble + tables + "T: stay : b : b 0.999995"));
  expect_refused(preamble + "T: go identity O: * uniform @",
                 "transition: action stay, row a is not given, expected probabilities that sum to 1");
  expect_refused(preamble + "T: * identity O: * : a uniform O: * : b uniform\n# the end\n@",
                 "emission: action go, row c is not given");
  expect_refused(preamble + tables + "@" + std::string(100, 'x'), "found '" + std::string(40, 'x') + "...'");
}

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

TEST(PomdpFile, UnreadableFilesAreRefusedByName) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const auto refusal = [](const std::filesystem::path& path) {
    try {
      read_pomdp(path);
      return std::string();
    } catch (const FileError& error) {
      EXPECT_EQ(error.line(), 0u);
      return std::string(error.what());
    }
  };
  EXPECT_EQ(refusal(folder / "no-such.pomdp"),
            (folder / "no-such.pomdp").string() + ": found no such file, expected a .pomdp file");
  EXPECT_EQ(refusal(folder), folder.string() + ": found a directory, expected a .pomdp file");
  EXPECT_EQ(refusal("no\nsuch\x1b").find('\n'), std::string::npos);
}

}  // namespace
}  // namespace doxa::testing
