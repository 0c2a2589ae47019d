#include <gtest/gtest.h>

#include <filesystem>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/simulate.h"
#include "tests/support/pomdp_text.h"

namespace doxa::testing {
namespace {

TEST(PomdpFile, MalformedPreambleIsRefusedWhereItIsWrong) {
  const std::pair<const char*, const char*> table[] = {
      {"@", "found the end of the file, expected 'discount:' and 'values:' and 'states:'"},
      {"# nothing\n  @", "found the end of the file"},
      {"@discout: 0.5", "found 'discout', expected a line of the format: did you mean 'discount:'?"},
      {"discount @0.5", "found '0.5', expected ':' after 'discount'"},
      {"discount: @1.5", "found '1.5', expected a discount between 0 and 1"},
      {"discount: @-0.5", "found '-0.5', expected a discount between 0 and 1"},
      {"discount: @+ 2", "found '2', expected a discount between 0 and 1"},
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
      {"discount: 1 values: reward states: 100000 actions: 100000 observations: 2 @T: * identity", "rows"},
  };
  for (const auto& [text, says] : table) expect_refused(text, says);
  expect_refused(std::string("states: a ") + '@' + std::string(1, '\0'), "found byte 0x00");
}

// Where the word stands, not after it, though a list of names would take it in.
TEST(PomdpFile, AnUnknownLineIsReportedWhereItStands) {
  const auto meant = [](const char* word) { return "did you mean '" + std::string(word) + ":'?"; };
  const std::string two_sets = "states: a b\nactions: c\n";
  const std::pair<std::string, std::string> table[] = {
      {two_sets + "@obersvations: x y\nT: c identity",
       "found 'obersvations', expected a line of the format: "},
      {two_sets + "@obersvations: x y\nT: c identity", meant("observations")},
      {two_sets + "@Observations: 2", meant("observations")},
      {two_sets + "@observation 2", meant("observations")},
      {"@state: a b", meant("states")},
      {"states: a b\n@acitons : c", meant("actions")},
      {"@value: reward", meant("values")},
      {preamble + "@strat: a", meant("start")},
      {preamble + tables + "@r: * : * : * : * 1", meant("R")},
      {preamble + tables + "@t : go identity", meant("T")},
      {preamble + "@horizon: 5",
       "found 'horizon', expected a line of the format: 'discount:', 'values:', 'states:', 'actions:', "
       "'observations:', 'start:', 'T:', 'O:', 'R:'"},
      {preamble + "@" + std::string(100, 's') + ": 1", "expected a line of the format: 'discount:'"},
      {preamble + "@goals: 1 2\nstart: uniform",
       "found 'goals', which belongs to the dialect of planners for Goal POMDPs"},
      {"discount: 1 values: reward states: 2 actions: 1 observations: 2\n@goals: 1",
       "the dialect of planners for Goal POMDPs"},
      {two_sets + "observations: x y\n\n@prio 1: a\nprio 2: b\n",
       "found 'prio', which belongs to a dialect with parity objectives, expected a line of Cassandra's"},
      {two_sets + "observations: x y @atom 0 : x\n", "a dialect with objectives in temporal logic"},
      {"@agents: 2\ndiscount: 1", "found 'agents', which belongs to Dec-POMDPs"},
  };
  for (const auto& [text, says] : table) {
    expect_refused(text, says);
    expect_refused(text, says, [](const std::string& t) { parse_pomdp_lenient(t, "test.pomdp"); });
  }
}

TEST(PomdpFile, AByteOrderMarkIsPassedOver) {
  EXPECT_EQ(parse("\xEF\xBB\xBF" + preamble + tables), parse(preamble + tables));
  const LenientPomdp read = parse_pomdp_lenient("\xEF\xBB\xBF" + preamble + tables);
  EXPECT_TRUE(read.repairs.empty());
  EXPECT_EQ(read.model, parse(preamble + tables));
}

TEST(PomdpFile, AFileOfAnotherFormatIsNamed) {
  const std::string bytes("\x1f\x8b\x08\0", 4), wide(
                                                    "\xff\xfe"
                                                    "d\0i\0",
                                                    6);
  const auto refusal = [](const std::string& text) {
    try {
      parse_pomdp(text, "f");
      return std::string();
    } catch (const FileError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(refusal(bytes), "f:1:1: found a gzip file, expected the text of a .pomdp file: gunzip it first");
  EXPECT_EQ(refusal(wide), "f:1:1: found UTF-16, expected the text of a .pomdp file: save it as UTF-8");
  EXPECT_EQ(refusal("<?xml version='1.0'?>\n\n<pomdpx version='0.1' id='x'>"),
            "f:1:1: found POMDPX, an XML format, expected the text of a .pomdp file: convert it to "
            "Cassandra's .pomdp format first");
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
      {"start: @include a b", "found 'include', expected that word before the colon, as in 'start include:'"},
      {"start: @exclude: a", "found 'exclude', expected that word before the colon, as in 'start exclude:'"},
      {"start: @0.5 0.4 0", "start sums to 0.9, expected 1"},
      {"start: 0.5 @-0.5 1", "found '-', expected start probability 2 of 3, without a sign"},
      {"start: 0.5 0.5 0 @0", "found '0', expected an entry (T, O or R) or the end of the file"},
      {"start: @1e999 1 0", "within the range"},
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
      {"R: * : * : * : * 1 @-1", "found '-', expected an entry"},
      {"T: go identity @identity", "found 'identity', expected an entry"},
      {"@start: a", "found 'start', expected an entry"},
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
      // The error is at the number above 1, whatever comes after it.
      {"T: go : b : c @1.5\nT: go : b : b 0\nT: go : b : a 0", "transition: action go, row b sums to 1.5"},
      {"O: * : * : x @2\nO: go : a : y 0\nO: * : * : y 0", "emission: action go, row a sums to 2"},
      {"T: go : a 0.5 0.5 0\nT: go : a : c @1.25\nT: go : a : a 0.25", "row a sums to 2"},
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

// Every set, every word that the format keeps for itself, alone and after another name.
TEST(PomdpFile, ReservedWordsAreNotNames) {
  for (const char* word : {"discount", "values", "states", "actions", "observations", "T", "O", "R",
                           "uniform", "identity", "reward", "cost", "start", "include", "exclude", "reset"}) {
    EXPECT_FALSE(is_pomdp_name(word)) << word;
    for (const char* set : {"states", "actions", "observations"})
      for (const char* before : {" ", " first "})
        expect_refused(std::string(set) + ":" + before + "@" + word + " last",
                       "found the reserved word '" + std::string(word) + "', expected the name of");
  }
  EXPECT_TRUE(is_pomdp_name("Uniform"));
}

// A missing line of the preamble is reported at the first entry.
TEST(PomdpFile, EveryLineOfThePreambleIsRequired) {
  const char* lines[] = {"discount: 1\n", "values: cost\n", "states: 2\n", "actions: 1\n",
                         "observations: a b\n"};
  for (const std::string missing : lines) {
    std::string text;
    for (const char* line : lines)
      if (line != missing) text += line;
    const std::string word = missing.substr(0, missing.find(':') + 1);
    expect_refused(text + "@T: * identity O: * uniform",
                   "found 'T', expected '" + word + "' in the preamble");
  }
}

// In every place where a number can stand: beyond the largest double it is refused, and below the smallest it
// is 0, the nearest double, however it is written.
TEST(PomdpFile, NumbersOutOfTheRangeOfADouble) {
  const std::string zeros(400, '0');
  for (const std::string& out_of_range :
       {std::string("1e309"), std::string("0.1e310"), "1" + zeros, "1" + zeros + ".", "0." + zeros + "1e999",
        std::string("1e99999999999999999999"), std::string("1.8e308"), std::string("1e-400"),
        std::string("2e-324"), "0." + zeros + "1", std::string("1e-99999999999999"),
        "0" + zeros + "." + zeros + "9e+1"}) {
    expect_refused("discount: @" + out_of_range, "within the range of a double");
    for (const char* before :
         {"start: 0.0 ", "start: 1 0 ", "T: go : a : b ", "T: go : a 1 ", "T: go 1 0 0 0 ", "O: go : a : x ",
          "O: go : a ", "O: go ", "R: go : a : b : x ", "R: go : a : b -", "R: go : a 1 +"})
      expect_refused(preamble + (before[0] == 's' ? before : tables + before) + "@" + out_of_range,
                     "within the range of a double");
  }
  const std::string zero = "0e99999999999999";
  EXPECT_EQ(parse(preamble + "start: 1 0 " + zero + "\n" + tables), parse(preamble + "start: a\n" + tables));
  EXPECT_EQ(parse(preamble + tables + "T: go : a 1 " + zero + " 0"), parse(preamble + tables));
  EXPECT_EQ(parse(preamble + tables + "R: * : * : * : * -" + zero).reward(0, 0, 0, 0), 0);
  EXPECT_EQ(parse(preamble + "start: 1 5e-324 0\n" + tables).start[1], 5e-324);
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

// A robot on a ring of 870 cells moves by 0 … 4 cells, or with probability 0.2 not at all, and sees one of 30
// colours.
std::string ring(std::size_t cells, std::size_t actions, std::size_t colours) {
  const auto number = [](std::size_t i) { return std::to_string(i); };
  std::string text = "discount: 1 values: reward states: " + number(cells) + " actions: " + number(actions) +
                     " observations: " + number(colours) + "\n";
  for (std::size_t s = 0; s < cells; ++s) {
    text += "O: * : " + number(s) + " : " + number(s % colours) + " 1\nT: 0 : " + number(s) + " : " +
            number(s) + " 1\n";
    for (std::size_t a = 1; a < actions; ++a) {
      const std::string from = "T: " + number(a) + " : " + number(s) + " : ";
      text += from + number(s) + " 0.2\n" + from + number((s + a) % cells) + " 0.8\n";
    }
  }
  return text;
}

// A filter step looks once at each entry of T(·|·,a) and of O(·|a,·) that is stored: at the successors of a
// cell, not at all pairs of cells.
TEST(PomdpFileLimits, ALargeModelIsStoredAndFilteredInItsNonZeros) {
  const std::size_t S = 870, A = 5;
  const Pomdp m = parse(ring(S, A, 30));
  EXPECT_EQ(m.emission.non_zeros(), A * S);
  EXPECT_EQ(m.transition.non_zeros(), (2 * A - 1) * S);
  EXPECT_LT(m.transition.probability.capacity(), 16 * A * S);
  EXPECT_EQ(parse(format_pomdp(m)), m);
  Philox random(1);
  const Trajectory t = simulate(m, std::vector<double>(A, 0.2), 200, random);
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < t.actions.size(); ++k) {
    update(m, belief, t.actions[k], t.observations[k]);
    EXPECT_GT(probability(belief, t.states[k + 1]), 0);
  }
}

TEST(PomdpFileLimits, SetsOfAnImpossibleSizeAreRefusedWhereTheyAreClaimed) {
  for (const std::string& set : {std::string("states"), std::string("actions"), std::string("observations")})
    for (const char* count : {"0", "131073", "1000000", "1000000000", "18446744073709551616"})
      expect_refused(
          "discount: 1\nvalues: reward\n" + set + ": @" + count,
          "found '" + std::string(count) + "', expected a number of " + set + " between 1 and 131072");
  expect_refused("discount: 1 values: reward states: 100000 observations: 1 actions: 100000\n@T: * identity",
                 "100000 actions times 100000 states are more than 4194304 rows");
  // An index that is close to a wildcard's bits, or beyond any integer.
  for (const char* index : {"4294967295", "4294967296", "18446744073709551615", "99999999999999999999999"}) {
    expect_refused(preamble + tables + "T: @" + index + " identity", "by an index below 2");
    expect_refused(preamble + tables + "R: * : @" + index + " : * : * 1", "by an index below 3");
  }
}

// A file that is short must not be expensive to read or to refuse.
TEST(PomdpFileLimits, EntriesThatOverrideEachOtherAreNotKept) {
  std::string repeated =
      "discount: 1 values: reward states: 1000 actions: 10 observations: 1 O: * uniform T: * uniform\n";
  for (int i = 0; i < 20'000; ++i)
    repeated += "T: * : * : * 0.001\nT: * : * : " + std::to_string(i % 7) + " 0.001\n";
  EXPECT_EQ(parse(repeated).transition.non_zeros(), 10'000'000u);
}

TEST(PomdpFileLimits, WildcardsAreSpelledOutUpToALimit) {
  const std::string large =
      "discount: 1 values: reward states: 100000 actions: 20 observations: 1 O: * uniform ";
  expect_refused(large + "T: * @uniform", "transition: action 0, row 167: its table is too large");
  EXPECT_EQ(parse(large + "T: * identity").transition.non_zeros(), 2'000'000u);
  // Zeros cost time although they are not stored: here each row looks at 10 000 columns to store one entry,
  // and half of the columns come from another pattern of wildcards.
  std::string zeros = "discount: 1 values: reward states: 10001 actions: 2 observations: 1 O: * uniform\n";
  for (int c = 0; c < 10'000; ++c)
    zeros += (c % 2 ? "T: 0 : * : " : "T: * : * : ") + std::to_string(c) + " 0\n";
  expect_refused(zeros + "T: * : * : 10000 @1", "its table is too large");
}

TEST(PomdpFileLimits, LongNamesAndCommentsStayOutOfMessages) {
  const std::string name(100'000, 'x');
  const std::string long_sets =
      "discount: 1 values: reward states: " + name + " actions: " + name + " observations: 1\n";
  expect_refused("#" + name + "\n" + long_sets + "O: * uniform @",
                 "row " + std::string(40, 'x') + "... is not given");
  expect_refused(long_sets + "O: * uniform T: * @0.5", "action xxx");
  expect_refused(long_sets + "T: * : * : * @: " + name, "expected a transition probability");
  EXPECT_EQ(parse(long_sets + "T: * 1 O: * 1 R: " + name + " : " + name + " : * : * 1").states[0], name);
}

}  // namespace
}  // namespace doxa::testing
