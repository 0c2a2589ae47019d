// Numbers of a text are found and written as they stand there.

#include <gtest/gtest.h>

#include <string>

#include "quotes/numbers.h"

namespace doxa::quotes {
namespace {

// The line with its last number replaced by `value`, in the same form.
std::string rewritten(const std::string& line, double value) {
  const auto number = number_before(line, line.size());
  if (!number) return "none";
  return line.substr(0, number->begin) + written_like(*number, value) + line.substr(number->end);
}

TEST(BoundNumber, KeepsItsDigits) {
  EXPECT_EQ(rewritten("scores 0.9", 0.9124), "scores 0.9");
  EXPECT_EQ(rewritten("scores 0.90", 0.9164), "scores 0.92");
  EXPECT_EQ(rewritten("steps 3000", 2999.6), "steps 3000");
  EXPECT_EQ(rewritten("**0.912**", 0.5), "**0.500**");
}

TEST(BoundNumber, KeepsItsMinus) {
  EXPECT_EQ(rewritten("| −0.5675", -0.61234), "| −0.6123");
  EXPECT_EQ(rewritten("| -0.5675", -0.61234), "| -0.6123");
  EXPECT_EQ(rewritten("| 0.5", -0.61), "| -0.6");
  EXPECT_EQ(rewritten("| −0.5", 0.61), "| 0.6");
  EXPECT_EQ(rewritten("+0.5", 0.61), "+0.6");
  EXPECT_EQ(rewritten("-0.50", -0.001), "0.00");
}

TEST(BoundNumber, AfterAFormulaIsTheLastInIt) {
  EXPECT_EQ(rewritten("so $a_1 = 2.5$", 3.25), "so $a_1 = 3.2$");
  EXPECT_EQ(rewritten("so $0.5 \\text{ nats}$", 0.25), "so $0.2 \\text{ nats}$");
  EXPECT_EQ(rewritten("so $a$", 1), "none");
}

TEST(BoundNumber, PowersOfTenMove) {
  EXPECT_EQ(rewritten("$4.4 \\cdot 10^{-16}$", 2.26e-15), "$2.3 \\cdot 10^{-15}$");
  EXPECT_EQ(rewritten("$9.9 \\cdot 10^{5}$", 999'999), "$1.0 \\cdot 10^{6}$");
  EXPECT_EQ(rewritten("4.4e-16", 3e-5), "3.0e-5");
  EXPECT_EQ(rewritten("$2 \\cdot 10^3$", -4000), "$-4 \\cdot 10^3$");
}

TEST(BoundNumber, PercentAndGroups) {
  EXPECT_EQ(rewritten("87 %", 0.9124), "91 %");
  EXPECT_EQ(rewritten("87.1%", 0.9124), "91.2%");
  EXPECT_EQ(rewritten("100 701", 1234567), "1 234 567");
}

TEST(BoundNumber, MustStandRightBefore) {
  EXPECT_FALSE(number_before("0.9 nats", 8));
  EXPECT_FALSE(number_before("", 0));
  EXPECT_FALSE(number_before("word", 4));
}

TEST(BoundNumber, SignificantDigits) {
  EXPECT_EQ(significant_digits("0.0123"), 3);
  EXPECT_EQ(significant_digits("1.230"), 4);
  EXPECT_EQ(significant_digits("3000"), 1);
  EXPECT_EQ(significant_digits("65534"), 5);
  EXPECT_EQ(significant_digits("0"), 0);
}

}  // namespace
}  // namespace doxa::quotes
