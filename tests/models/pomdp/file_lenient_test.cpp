#include <gtest/gtest.h>

#include "doxa/models/pomdp/file.h"
#include "tests/support/pomdp_text.h"
#include "tests/support/random_pomdp.h"

namespace doxa::testing {
namespace {

// `marked` has the mark @ where the repair must be noted. Strictly it is refused; leniently it is the model
// of `meant`, and the repair's text is `says`.
void expect_repaired(const std::string& marked, const std::string& meant, const std::string& says) {
  const auto [text, line, column] = unmark(marked);
  EXPECT_THROW(parse(text), FileError) << text;
  LenientPomdp read;
  ASSERT_NO_THROW(read = parse_pomdp_lenient(text, "test.pomdp")) << text;
  EXPECT_EQ(read.repairs, (std::vector<PomdpRepair>{{line, column, says}}))
      << text << "\nsays " << (read.repairs.empty() ? "nothing" : read.repairs[0].text);
  expect_same_model(read.model, parse(meant), text);
}

const std::string sets = "states: a b c actions: go stay observations: x y\n";

TEST(LenientPomdpFile, RepairsThePreamble) {
  expect_repaired("discount: 0.5 values: @rewards " + sets + tables, preamble + tables,
                  "found 'rewards', expected 'reward' or 'cost': read as 'reward'");
  expect_repaired("discount: 0.5 values: @costs " + sets + tables + "R: * : * : * : * 2",
                  preamble + tables + "R: * : * : * : * -2",
                  "found 'costs', expected 'reward' or 'cost': read as 'cost'");
  expect_repaired("values: reward " + sets + "@" + tables, "discount: 1 values: reward " + sets + tables,
                  "found no 'discount:' in the preamble: taken to be 1");
  expect_repaired("discount: 0.5 " + sets + "@" + tables, preamble + tables,
                  "found no 'values:' in the preamble: taken to be 'reward'");
}

TEST(LenientPomdpFile, RepairsTheStart) {
  expect_repaired(preamble + "start: a @c\n" + tables, preamble + "start include: a c\n" + tables,
                  "found 'c', expected one state after 'start:': read as a list after 'start include:'");
  expect_repaired(preamble + "start: a @c 1\n" + tables, preamble + "start: uniform\n" + tables,
                  "found 'c', expected one state after 'start:': read as a list after 'start include:'");
  expect_repaired(preamble + "start: @include a c\n" + tables, preamble + "start include: a c\n" + tables,
                  "found 'start: include', expected 'start include:': read as that");
  expect_repaired(preamble + "start: @exclude: b\n" + tables, preamble + "start include: a c\n" + tables,
                  "found 'start: exclude', expected 'start exclude:': read as that");
  expect_repaired(preamble + "start: @1 1 2\n" + tables, preamble + "start: 0.25 0.25 0.5\n" + tables,
                  "start sums to 4, expected 1: normalised");
}

TEST(LenientPomdpFile, NormalisesRows) {
  expect_repaired(preamble + tables + "O: go : b\n@0.6 0.5",
                  preamble + tables + "O: go : b 0.5454545454545454 0.45454545454545453",
                  "emission: action go, row b sums to 1.1, expected 1: normalised");
  expect_repaired(preamble + tables + "O: go\n0.5 0.5\n@1 3\n0.5 0.5",
                  preamble + tables + "O: go : b 0.25 0.75",
                  "emission: action go, row b sums to 4, expected 1: normalised");
  expect_repaired(preamble + tables + "T: * : * : a @1\nT: * : a : a 1",
                  preamble + tables + "T: * : b 0.5 0.5 0 T: * : c 0.5 0 0.5",
                  "transition: action go, row b sums to 2, expected 1: normalised, and 3 rows more");
  expect_repaired(preamble + tables + "T: stay : c : a @0.25", preamble + tables + "T: stay : c 0.2 0 0.8",
                  "transition: action stay, row c sums to 1.25, expected 1: normalised");
  // What would underflow in the division stays possible.
  const Pomdp m = parse_pomdp_lenient(preamble + tables + "T: go : a 9 1 5e-324").model;
  EXPECT_EQ(transition_row(m, 0, 0)[2], 5e-324);
  EXPECT_EQ(parse_pomdp_lenient(preamble + "start: 5e-324 1 8\n" + tables).model.start[0], 5e-324);
  EXPECT_EQ(parse(format_pomdp(m)), m);
}

TEST(LenientPomdpFile, PassesOverAColonTooMany) {
  const std::string says =
      "found ':' before a number or a word that stands for some, expected none: passed over";
  const std::pair<const char*, const char*> table[] = {
      {"T: go : a : a @: 1", "T: go : a : a 1"},
      {"T: go : 0 : 0 @: 1", "T: go : a : a 1"},
      {"O: go : a : x @: 0.5", "O: go : a : x 0.5"},
      {"T: go : a @: 0.5 0.5 0", "T: go : a 0.5 0.5 0"},
      {"T: go : a @: 0 1 0", "T: go : a 0 1 0"},
      {"O: go : a @: 0.5 0.5", "O: go : a 0.5 0.5"},
      {"T: go : * @: uniform", "T: go : * uniform"},
      {"T: go : a @: reset", "T: go : a reset"},
      {"T: go @: identity", "T: go identity"},
      {"O: stay @: uniform", "O: stay uniform"},
      {"T: go @: 0 1 0\n1 0 0\n0 0 1", "T: go 0 1 0 1 0 0 0 0 1"},
      {"O: go @: 0 1 1 0 1 0", "O: go 0 1 1 0 1 0"},
      {"R: go : a : b : x @: -2", "R: go : a : b : x -2"},
      {"R: go : a : b @: -1 2", "R: go : a : b -1 2"},
      {"R: go : a : b @: 1.0 2", "R: go : a : b 1 2"},
      {"R: go : a @: 1 2 3 4 5 6", "R: go : a 1 2 3 4 5 6"},
  };
  for (const auto& [text, meant] : table)
    expect_repaired(preamble + tables + text, preamble + tables + meant, says);
}

TEST(LenientPomdpFile, RepairsSizesWithOneReading) {
  const auto says = [](const char* what, int found, int expected, const char* repair) {
    return "found " + std::to_string(found) + " " + what + " probabilities, expected " +
           std::to_string(expected) + ": " + repair;
  };
  const std::string p = preamble + tables;
  const char *one_row = "read as one row for all states", *zeros = "surplus zeros passed over";
  expect_repaired(p + "O: go\n@0.25 0.75", p + "O: go : * 0.25 0.75", says("emission", 2, 6, one_row));
  expect_repaired(p + "T: * @0 0 1", p + "T: * : * 0 0 1", says("transition", 3, 9, one_row));
  expect_repaired(p + "O: go\n@1 0 0\n0 1 0\n1 0 0\n", p + "O: go 1 0 0 1 1 0",
                  says("emission", 9, 6, zeros));
  expect_repaired(p + "O: go\n@1 0 0.5 0.5 0 1\n0 0\n", p + "O: go 1 0 0.5 0.5 0 1",
                  says("emission", 8, 6, zeros));
  expect_repaired(p + "T: go : b @0 0 1 0 0", p + "T: go : b 0 0 1", says("transition", 5, 3, zeros));
  expect_repaired(p + "R: go : a : b @-3", p + "R: go : a : b : * -3",
                  "found 1 reward, expected 2: read as that of all");
  expect_repaired(p + "R: go : a @7", p + "R: go : a : * : * 7",
                  "found 1 reward, expected 6: read as that of all");
}

// Nothing is guessed where a number is missing, where the surplus is not zero, and where two readings fit:
// the refusal is that of the strict reader.
TEST(LenientPomdpFile, RefusesWhatItCannotRepair) {
  const std::string p = preamble + tables;
  const std::pair<std::string, std::string> table[] = {
      {p + "T: go : b 0.5 0.5 @R: * : * : * : * 0",
       "found 'R', expected transition probability 3 of 3 of row b"},
      {p + "T: go : b 0.5 0.5 0 @0.5", "found '0.5', expected an entry"},
      {p + "O: go 0.5 0.5 0.5 0.5 @T: * identity",
       "found 'T', expected emission probability 1 of 2 of row c"},
      {p + "O: go 0.5 0.4 @", "found the end of the file, expected emission probability 1 of 2 of row b"},
      {p + "O: go 1 0 0 1 0 1 @1 0 0", "found '1', expected an entry"},
      {p + "R: go : a 1 2 @", "found the end of the file, expected reward 1 of 2 of row b"},
      {p + "R: go : a : b 1 2 @0", "found '0', expected an entry"},
      {p + "T: go : a @0 0 0", "transition: action go, row a sums to 0, expected 1"},
      {p + "T: go : a @1e308 1e308 1e308", "transition: action go, row a sums to inf, expected 1"},
      {preamble + "start: @0 0 0 " + tables, "start sums to 0, expected 1"},
      {preamble + "T: go identity O: * uniform @", "transition: action stay, row a is not given"},
      {p + "T: go : a : b @-0.5", "without a sign"},
      {"discount: 0.5 values: @rewarding " + sets, "found 'rewarding', expected 'reward' or 'cost'"},
      {"discount: 0.5 values: reward states: 2 actions: 1 @T: * identity", "expected 'observations:'"},
  };
  for (const auto& [text, says] : table) {
    expect_refused(text, says);
    expect_refused(text, says, [](const std::string& t) { parse_pomdp_lenient(t, "test.pomdp"); });
  }
  expect_refused(preamble + "start: a b @a " + tables, "found 'a', which is in the list already",
                 [](const std::string& t) { parse_pomdp_lenient(t, "test.pomdp"); });
  // Rows of three with a zero at the end, or rows of two and zeros after the last: (1,0),(0,1) or
  // (1,0),(1,0)?
  const std::string two =
      "discount: 1 values: reward states: 2 actions: 1 observations: 2 T: * identity O: 0\n";
  EXPECT_THROW(parse_pomdp_lenient(two + "1 0 0 1 0 0"), FileError);
  EXPECT_EQ(parse_pomdp_lenient(two + "1 0 0 1 0 0 0").model, parse(two + "1 0 0 1"));
}

// Well-formed files that a repair could have mistaken for faulty ones.
TEST(LenientPomdpFile, LeavesAWellFormedFileAlone) {
  const std::string two = "discount: 1 values: reward states: 2 actions: 1 observations: 2\n";
  const std::string one = "discount: 1 values: reward states: 1 actions: 1 observations: 1\n";
  std::vector<std::string> files = {
      preamble + tables,
      preamble + "start: a " + tables,
      preamble + "start: 1 " + tables,
      two + "T: 0 identity O: 0 uniform T: 0 : 0 : 1 0 T: 0 : 0 : 0 1",
      two + "T: 0 1 0 0 1 O: 0 : 0 1 0 O: 0 : 1 : 0 0 O: 0 : 1 : 1 1 R: 0 : 0 : 1 0 1 R: 0 : 0 : 1 : 0 1",
      one + "T: 0 1 O: 0 1",
      one + "T: 0 : 0 1 O: 0 : 0 : 0 1 R: 0 : 0 : 0 : 0 5 R: 0 : 0 5 R: 0 : 0 : 0 5",
      preamble + tables +
          "T: 0 : 1 0 0 1 T: 0 : 1 : 0 0 R: 0 : 1 : 2 0 1 R: 0 : 1 : 2 : 1 1 R: 0 : 1 1 2 3 4 5 6"};
  Philox random(5);
  for (std::size_t n = 1; n < 6; ++n) files.push_back(format_pomdp(random_pomdp(n, 2, 3, random)));
  for (const std::string& text : files) {
    const LenientPomdp read = parse_pomdp_lenient(text);
    EXPECT_TRUE(read.repairs.empty()) << text << "\n" << read.repairs[0].text;
    EXPECT_EQ(read.model, parse(text));
  }
}

TEST(LenientPomdpFile, ListsRepairsInTheOrderOfTheFile) {
  const LenientPomdp read = parse_pomdp_lenient("values: rewards " + sets + "start: a b\n" +
                                                "T: * identity\nO: * : * 0.6 0.5\nT: go : a : a : 1\n");
  std::string lines;
  for (const PomdpRepair& r : read.repairs)
    lines += std::to_string(r.line) + ":" + std::to_string(r.column) + " ";
  EXPECT_EQ(lines, "1:9 2:1 2:10 4:10 5:15 ");
}

}  // namespace
}  // namespace doxa::testing
