#include "doxa/models/pomdp/plans/alpha_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "doxa/models/pomdp/plans/plan.h"
#include "tests/models/pomdp/plans/planning_models.h"
#include "tests/support/pomdp_text.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

void expect_no_alpha(const std::string& marked, const std::string& says) {
  expect_refused(marked, says, [](const std::string& text) { parse_alpha(text, tiger(), "test.pomdp"); });
}

TEST(AlphaFile, ReadsWhatPomdpSolveWrites) {
  const AlphaVectors v = parse_alpha("1\n-81.597 28.40 \n\n0\n  3.014801 24.6956809 \n\n", tiger());
  EXPECT_EQ(v.actions, (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(v.values, (std::vector<std::vector<double>>{{-81.597, 28.40}, {3.014801, 24.6956809}}));
  // Other line ends, no empty line between, none at the end, a byte order mark.
  EXPECT_EQ(parse_alpha("\xEF\xBB\xBF\r\n1\r\n-81.597\t28.40\r0\n3.014801 24.6956809", tiger()), v);
}

TEST(AlphaFile, WritesWhatReadsBackToTheSameBits) {
  Philox random(19);
  AlphaVectors v;
  for (std::size_t k = 0; k < 50; ++k) {
    const double mantissa = random.normal(), exponent = 100 * random.normal(),
                 tiny = -1e-320 * random.normal();
    v.append(k % 3, {mantissa * std::pow(10, exponent), tiny});
  }
  v.append(2, {-0.0, 1.0 / 3});
  for (std::vector<double>& alpha : v.values)
    for (double& x : alpha) x = std::clamp(x, -1e308, 1e308);
  EXPECT_EQ(parse_alpha(format_alpha(tiger(), v), tiger()), v);
  EXPECT_EQ(format_alpha(tiger(), {{0, 1}, {{-1.95, -1.95}, {-100, 10}}}),
            "0\n-1.95 -1.95\n\n1\n-100 10\n\n");
}

TEST(AlphaFile, APlanSurvivesItsFile) {
  const Scratch scratch;
  const Pomdp m = classic_model("4x3");
  const Plan p = plan(m, {.relative_gap = 0.05});
  write_alpha(scratch / "4x3.alpha", m, p.policy);
  EXPECT_EQ(read_alpha(scratch / "4x3.alpha", m), p.policy);
  EXPECT_EQ(scratch.entries(), 1u);
}

TEST(AlphaFile, RefusesWithPlaceFoundAndExpected) {
  const std::string action = "expected the index of an action, from 0 to 2, alone on its line";
  expect_no_alpha("@", "found no vector, expected the index of an action and, on the next line, the values");
  expect_no_alpha("0\n1 2\n\n@3\n1 2\n", "found '3', " + action);
  expect_no_alpha("@listen\n1 2\n", "found 'listen', " + action);
  expect_no_alpha("@-1\n1 2\n", "found '-1', " + action);
  expect_no_alpha("  @1.5\n1 2\n", "found '1.5', " + action);
  expect_no_alpha("0 @1\n1 2\n", "found '1' after it, " + action);
  expect_no_alpha("0\n@1\n", "found 1 value, expected 2, one for each state of the model");
  expect_no_alpha("0\n\n @1 2 3\n", "found 3 values, expected 2, one for each state of the model");
  expect_no_alpha("0\n1 @two\n", "found 'two', expected a finite number such as -1.5 or 2e3");
  expect_no_alpha("0\n1 @inf\n", "found 'inf', expected a finite number");
  expect_no_alpha("0\n1 @1e999\n", "found '1e999', expected a finite number");
  expect_no_alpha("0\n1 2\n\n1\n@", "found the end of the file, expected the 2 values of the vector");
  expect_no_alpha("@<?xml version=\"1.0\"?>", "expected the text of an .alpha file");
}

TEST(AlphaFile, FilesThatCannotBeReadOrWritten) {
  const Scratch scratch;
  EXPECT_THROW(read_alpha(scratch / "none.alpha", tiger()), FileError);
  EXPECT_THROW(read_alpha(scratch.path(), tiger()), FileError);
  const AlphaVectors good{{0}, {{1, 2}}};
  EXPECT_THROW(write_alpha(scratch / "no" / "folder.alpha", tiger(), good), std::runtime_error);
  write_alpha(scratch / "v.alpha", tiger(), good);
  EXPECT_SAYS(Refused, "vector 0: action 3, the model has 3",
              write_alpha(scratch / "v.alpha", tiger(), {{3}, {{1, 2}}}));
  EXPECT_EQ(content(scratch / "v.alpha"), "0\n1 2\n\n");
}

TEST(AlphaVectorsTest, ActByTheLargest) {
  const AlphaVectors v{{0, 1, 2}, {{-1, -1}, {-100, 10}, {10, -100}}};
  EXPECT_EQ(greedy_action(v, std::vector<double>{0.5, 0.5}), 0u);
  EXPECT_EQ(greedy_action(v, std::vector<double>{0.01, 0.99}), 1u);
  EXPECT_EQ(best_vector(v, std::vector<double>{1, 0}), 2u);
  EXPECT_DOUBLE_EQ(value(v, std::vector<double>{0.01, 0.99}), 8.9);
}

TEST(AlphaVectorsTest, RefuseInOneLine) {
  const AlphaVectors v{{0}, {{1, 2}}};
  EXPECT_SAYS(Refused, "alpha-vectors: a belief over 3 states, vector 0 has 2",
              value(v, std::vector<double>(3)));
  EXPECT_SAYS(Refused, "alpha-vectors: 0 vectors and 0 actions, expected as many and at least one",
              value({}, std::vector<double>(3)));
  EXPECT_SAYS(Refused, "alpha-vectors: 1 vectors and 0 actions, expected as many and at least one",
              require_vectors(tiger(), {{}, {{1, 2}}}));
  EXPECT_SAYS(Refused, "vector 0: 1 values, the model has 2 states", require_vectors(tiger(), {{0}, {{1}}}));
  EXPECT_SAYS(Refused, "vector 0: the value of state tiger-right is nan, expected a finite number",
              require_vectors(tiger(), {{0}, {{1, std::nan("")}}}));
}

}  // namespace
}  // namespace doxa::testing
