#include <gtest/gtest.h>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/simulate.h"
#include "tag_avoid.h"
#include "tests/support/pomdp_text.h"

namespace doxa::testing {
namespace {

// A filter step looks once at each entry of T(·|·,a) and of O(·|a,·) that is stored; here they are the
// successors of a cell, not the squares of the sets.
TEST(PomdpFileLimits, TagIsStoredAndFilteredInItsNonZeros) {
  const Pomdp m = parse(TagAvoid().text());
  const std::size_t S = 870, A = 5;
  ASSERT_EQ(m.states.size(), S);
  ASSERT_EQ(m.actions.size(), A);
  ASSERT_EQ(m.observations.size(), 30u);
  EXPECT_EQ(m.emission.non_zeros(), A * S);
  EXPECT_LE(m.transition.non_zeros(), 5 * A * S);
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
