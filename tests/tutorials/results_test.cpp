// Results are written and read back, and a run is held against those committed beside its chapter.

#include "support/results.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "doxa/models/files/file.h"
#include "tests/support/rounding.h"

namespace doxa::support {
namespace {

Claim compare(const ResultsFile& fresh, const ResultsFile& committed, const std::vector<Claim>& claims = {},
              const std::map<std::string, double>& tolerances = {}) {
  return agrees_with_committed(fresh, committed, claims, tolerances);
}

TEST(Committed, ExactNumbersMayDifferByRoundingOnly) {
  EXPECT_TRUE(compare({{"a", 0.1}}, {{"a", 0.1}}).holds());
  EXPECT_TRUE(compare({{"a", 0.1 * (1 + 9e-10)}}, {{"a", 0.1}}).holds());
  EXPECT_FALSE(compare({{"a", 0.1 * (1 + 2e-9)}}, {{"a", 0.1}}).holds());
  EXPECT_TRUE(compare({{"a", 9e-13}}, {{"a", 0.0}}).holds());
  EXPECT_FALSE(compare({{"a", 2e-12}}, {{"a", 0.0}}).holds());
}

TEST(Committed, AToleranceOfItsOwnTakesThePlaceOfRounding) {
  EXPECT_TRUE(compare({{"score", 0.93}}, {{"score", 0.91}}, {}, {{"score", 0.021}}).holds());
  EXPECT_FALSE(compare({{"score", 0.93}}, {{"score", 0.91}}, {}, {{"score", 0.019}}).holds());
  EXPECT_NEAR(compare({{"score", 0.93}}, {{"score", 0.91}}, {}, {{"score", 0.04}}).got, 0.5, 1e-9);
}

TEST(Committed, InfinitiesAndNaNAgreeWithThemselvesOnly) {
  EXPECT_TRUE(compare({{"a", nan}}, {{"a", nan}}).holds());
  EXPECT_TRUE(compare({{"a", HUGE_VAL}}, {{"a", HUGE_VAL}}).holds());
  EXPECT_FALSE(compare({{"a", nan}}, {{"a", 1.0}}).holds());
  EXPECT_FALSE(compare({{"a", -HUGE_VAL}}, {{"a", HUGE_VAL}}, {}, {{"a", 1e300}}).holds());
}

TEST(Committed, ANameOfOnlyOneSideIsADifference) {
  EXPECT_FALSE(compare({{"a", 1.0}, {"b", 1.0}}, {{"a", 1.0}}).holds());
  EXPECT_FALSE(compare({{"a", 1.0}}, {{"a", 1.0}, {"b", 1.0}}).holds());
  EXPECT_FALSE(compare({{"a", 1.0}}, {{"a", "1"}}).holds());
}

TEST(Committed, TimesAreNotCompared) {
  EXPECT_TRUE(compare({{"seconds", 1.0}, {"a.seconds", 3.0}, {"note", "x"}},
                      {{"seconds", 2.0}, {"a.seconds", 9.0}, {"note", "y"}})
                  .holds());
}

// A table may differ in the last digits of what was trained, and no reader would say that it is another.
TEST(Committed, TablesHaveTheSameWordsAndNearlyTheSameNumbers) {
  const auto same = [](const char* fresh, const char* committed) {
    return compare({{"printed.a", fresh}}, {{"printed.a", committed}}).holds();
  };
  EXPECT_TRUE(same("  K  bound\n  1  -2.83\n", "  K  bound\n  1  -2.81\n"));
  EXPECT_TRUE(same("  K  gap\n 10  3.0e-14\n", "  K  gap\n 10  1.00e-14\n"));
  EXPECT_FALSE(same("  K  bound\n  1  -2.83\n", "  K  bound\n  1  -4.83\n"));
  EXPECT_FALSE(same("  K  bound\n  1  -2.83\n", "  K  gap\n  1  -2.83\n"));
  EXPECT_TRUE(same("  K  seconds\n  1  90\n", "  K  seconds\n  1  18\n"));
  EXPECT_FALSE(same("  K  bound\n  1  -2.83\n", "  K  bound\n  1  2.83\n"));
  // The rows of a report are those that rounding brought closest to failing.
  EXPECT_TRUE(same("pass: jacobian, 9 pass\n  y[0]  A[0,2]\n", "pass: jacobian, 9 pass\n  y[1]  B[2,1]\n"));
  EXPECT_FALSE(same("fail: jacobian, 9 fail\n  y[0]  A[0,2]\n", "pass: jacobian, 9 pass\n  y[0]  A[0,2]\n"));
}

TEST(Committed, ClaimsAreComparedWithinTheirTolerance) {
  const std::vector<Claim> claims{{"equal", Claim::Relation::equal, 1, 1, 0.1, ""},
                                  {"least", Claim::Relation::at_least, 5, 1, 0, ""}};
  const auto file = [](const char* sentence, double first, double second) {
    return ResultsFile{{"claim.1", sentence}, {"claim.1.got", first}, {"claim.2.got", second}};
  };
  EXPECT_TRUE(compare(file("equal", 1.09, 5), file("equal", 0.91, 3), claims).holds());
  EXPECT_FALSE(compare(file("equal", 1.15, 5), file("equal", 0.91, 5), claims).holds());
  EXPECT_FALSE(compare(file("equal", 1, 5), file("another", 1, 5), claims).holds());
}

TEST(Committed, TheReasonNamesTheFurthest) {
  const Claim claim = compare({{"a", 1.0}, {"b", 2.0}}, {{"a", 1.0}, {"b", 3.0}}, {}, {{"b", 2.0}});
  EXPECT_DOUBLE_EQ(claim.got, 0.5);
  EXPECT_NE(claim.why.find("b is 2 here and 3 there"), std::string::npos);
}

TEST(Results, StringsSurviveTheirEscaping) {
  std::string every = "“λ” ";
  for (char c = 1; c < 127; ++c) every += c;
  Results results;
  results.set("every", every);
  results.set("not UTF-8", "a\xff");
  const ResultsFile back = parse_results(results.json(), "r");
  EXPECT_EQ(back.at("every"), ResultsFile::mapped_type(every));
  EXPECT_EQ(back.at("not UTF-8"), ResultsFile::mapped_type("a\uFFFD"));
}

TEST(Results, OneFlatObjectInOrder) {
  Results results;
  results.set("b", 0.1);
  results.set("a", "text \"quoted\"");
  results.set("seed", std::numeric_limits<std::uint64_t>::max());
  results.set("none", nan);
  results.set("low", -infinity);
  results.set("b", 0.2);
  EXPECT_EQ(results.json(),
            "{\n  \"b\": 0.2,\n  \"a\": \"text \\\"quoted\\\"\",\n  \"seed\": 18446744073709551615,\n"
            "  \"none\": \"nan\",\n  \"low\": \"-inf\"\n}\n");
  EXPECT_EQ(Results().json(), "{\n}\n");
}

TEST(ResultsFile, ReadsBackWhatIsWritten) {
  Results results;
  results.set("text", "two\nlines, \"quoted\" λ");
  results.set("number", 0.1);
  results.set("none", nan);
  results.set("low", -HUGE_VAL);
  results.set("scored", -1.5e-300, 0.25);
  const ResultsFile file = parse_results(results.json(), "r");
  EXPECT_EQ(file.size(), 5u);
  EXPECT_EQ(std::get<std::string>(file.at("text")), "two\nlines, \"quoted\" λ");
  EXPECT_EQ(std::get<double>(file.at("number")), 0.1);
  EXPECT_TRUE(std::isnan(std::get<double>(file.at("none"))));
  EXPECT_EQ(std::get<double>(file.at("low")), -HUGE_VAL);
  EXPECT_EQ(std::get<double>(file.at("scored")), -1.5e-300);
  EXPECT_EQ(results.tolerances().at("scored"), 0.25);
  EXPECT_TRUE(parse_results("{}", "r").empty());
}

TEST(ResultsFile, RefusesWhatIsNoFlatObject) {
  for (const char* text : {"", "[]", "{\"a\"}", "{\"a\":}", "{\"a\":[1]}", "{\"a\":{}}", "{\"a\":01}",
                           "{\"a\":1.}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":1e999}", "{\"a\":true}",
                           "{\"a\":1,}", "{\"a\":1,\"a\":1}", "{} x"})
    EXPECT_THROW(parse_results(text, "r"), FileError) << text;
}

TEST(Checksum, IsFnv1aInHexadecimal) { EXPECT_EQ(checksum("a"), "af63dc4c8601ec8c"); }

}  // namespace
}  // namespace doxa::support
