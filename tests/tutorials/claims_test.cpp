#include "support/claims.h"

#include <gtest/gtest.h>

#include <tuple>

#include "support/text.h"
#include "tests/support/cursor.h"
#include "tests/support/rounding.h"

namespace doxa::support {
namespace {

TEST(Claims, HoldWithinTheToleranceAndNotBeyond) {
  Claims claims;
  claims.equal("on the edge", 1.5, 1, 0.5, "");
  claims.equal("both infinite", -infinity, -infinity, 0, "");
  claims.at_least("just", 0.7, 0.75, 0.0625, "");
  claims.at_most("exactly", 2, 2, 0, "");
  EXPECT_EQ(claims.failed(), 0u);
  claims.equal("beyond", 1.5000001, 1, 0.5, "");
  claims.at_least("below", 0.6, 0.75, 0.125, "");
  claims.at_most("above", 2.1, 2, 0, "");
  EXPECT_EQ(claims.failed(), 3u);
}

TEST(Claims, NothingHoldsOfNaNOrWithoutATolerance) {
  Claims claims;
  for (const auto& [got, expected, tolerance] : {std::tuple{nan, 1., 1.},
                                                 {1., nan, 1.},
                                                 {nan, nan, 1.},
                                                 {1., 1., nan},
                                                 {1., 1., infinity},
                                                 {infinity, 1., 1.}}) {
    claims.equal("never", got, expected, tolerance, "");
  }
  claims.at_least("never", nan, 0, 1, "");
  claims.at_most("never", 0, nan, 1, "");
  EXPECT_EQ(claims.failed(), claims.all().size());
}

// A mean of samples that are all alike has the standard error 0; its rounding is then the tolerance.
// -1.041e-17 is what a filter of 32 steps had left of log 1.
TEST(Claims, RoundingIsRelativeToProbabilitiesAndNotToTheirLogarithms) {
  EXPECT_GT(rounding_floor(32, 0), 1.041e-17);
  EXPECT_EQ(rounding_floor(1, 0), 4 * u);
  EXPECT_EQ(rounding_floor(8, -3), 128 * u);
}

TEST(Claims, ReportHasOneMarkAClaimAndFitsThePage) {
  Claims claims;
  std::string sentence = "log p(x) ≥ ELBO", reason = "rounding";
  for (int i = 0; i < 40; ++i) sentence += " and so on", reason += " of many terms";
  claims.equal(sentence, 1.0000001, 1, 1e-6, reason);
  claims.at_least("short", 2, 1, 0, reason);
  claims.equal("wrong", 2, 1, 0.5, reason);
  int good = 0, bad = 0;
  for (const std::string& line : lines_of(claims.report(true))) {
    EXPECT_LE(columns(line), 100u);
    good += line.starts_with("✓ ");
    bad += line.starts_with("✗ ");
  }
  EXPECT_EQ(good, 2);
  EXPECT_EQ(bad, 1);
  EXPECT_EQ(lines_of(claims.report(true)).back(), "1 of 3 claims failed");
}

TEST(Claims, ReportShowsNumbersDifferenceToleranceAndReason) {
  Claims claims;
  claims.equal("π", 3.14159, 3.14, 0.01, "schoolbook");
  EXPECT_EQ(claims.report(true),
            "✓ π\n"
            "    got 3.142, expected 3.14, difference 0.0016, tolerance 0.010: schoolbook\n"
            "the claim holds\n");
  EXPECT_EQ(claims.report(false), "✓ π\nthe claim holds\n");
  claims.equal("e", 2.7, 2.718, 0.01, "schoolbook");  // one that fails says why
  EXPECT_EQ(claims.report(false),
            "✓ π\n"
            "✗ e\n"
            "    got 2.7, expected 2.718, difference -0.018, tolerance 0.010: schoolbook\n"
            "1 of 2 claims failed\n");
}

TEST(Claims, ABoundWithoutAToleranceIsNoWallOfDigits) {
  Claims claims;
  claims.at_least("score", 0.740346677396544, 0.5, 0, "a bound");
  claims.equal("unequal", 31982.98613676408, 31982.98613676103, 0, "exact");
  claims.equal("equal", 1.0 / 3, 1.0 / 3, 0, "exact");
  const std::string report = claims.report(true);
  EXPECT_NE(report.find("got 0.7403, at least 0.5, difference 0.24"), std::string::npos);
  EXPECT_NE(report.find("got 31982.9861367641, expected 31982.9861367610,"), std::string::npos);
  EXPECT_NE(report.find("got 0.333333, expected 0.333333, difference 0,"), std::string::npos);
}

// Of claims that a stopped run has not come to, nothing is said to hold.
TEST(Claims, AStoppedRunDoesNotSayThatAllHold) {
  Claims claims;
  claims.equal("one is one", 1, 1, 0, "exact");
  EXPECT_TRUE(
      claims.report(false, "by SIGINT after step 3")
          .ends_with(
              "\nstopped by SIGINT after step 3: 1 claim was checked, none failed; the others were not "
              "checked\n"));
  claims.equal("one is two", 1, 2, 0, "exact");
  EXPECT_TRUE(claims.report(true, "by SIGINT")
                  .ends_with("2 claims were checked, 1 failed; the others were not checked\n"));
}

}  // namespace
}  // namespace doxa::support
