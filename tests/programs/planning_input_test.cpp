// Models that nobody can plan for are refused in one line.

#include <gtest/gtest.h>

#include "programs.h"

namespace doxa::testing {
namespace {

void expect_refused(const std::string& model, const std::string& why) {
  const Scratch scratch;
  write_bytes(scratch / "m.pomdp", model);
  const ShellOutcome run = shell(scratch, "cd " + shell_word(scratch.path().string()) + "; " +
                                              program("12-planning") + " --quick --pomdp m.pomdp --out run");
  EXPECT_EQ(run.status, 2) << model;
  EXPECT_EQ(run.err, "12-planning: " + why + "\n");
}

void expect_no_plan(const std::string& model, const std::string& found) {
  expect_refused(model, "m.pomdp: found " + found);
}

std::string model_of(const std::string& discount, const std::string& rewards) {
  return "discount: " + discount +
         " values: reward states: a b actions: x y observations: o p\n"
         "T: * identity O: * uniform\n" +
         rewards;
}

TEST(PlanningInput, NeedsRewards) {
  expect_no_plan(model_of("0.9", ""), "no rewards, expected at least one that is not 0");
  expect_no_plan(model_of("0.9", "R: x : a : * : * 0\n"), "no rewards, expected at least one that is not 0");
}

TEST(PlanningInput, NeedsADiscount) {
  for (const char* discount : {"1", "0"})
    expect_no_plan(model_of(discount, "R: x : a : * : * 1\n"),
                   std::string("discount ") + discount + ", expected more than 0 and less than 1");
  expect_no_plan(model_of("0.99999", "R: x : a : * : * 1\n"),
                 "discount 0.99999, expected at most 0.9999, or episodes never end");
}

TEST(PlanningInput, NeedsActions) {
  const std::string rest = "observations: o p\nT: * identity\nO: * uniform\nR: * : a : * : * 1\n",
                    before = "discount: 0.9\nvalues: reward\nstates: a b\n";
  expect_refused(before + rest, "m.pomdp:5:1: found 'T', expected 'actions:' in the preamble");
  expect_refused(before + "actions: 0\n" + rest,
                 "m.pomdp:4:10: found '0', expected a number of actions between 1 and 131072");
}

}  // namespace
}  // namespace doxa::testing
