#include "support/text.h"

#include <gtest/gtest.h>

#include "support/table.h"
#include "tests/support/rounding.h"

namespace doxa::support {
namespace {

TEST(Number, SignificantDigits) {
  EXPECT_EQ(significant(0.69314718, 4), "0.6931");
  EXPECT_EQ(significant(0.5, 4), "0.5000");
  EXPECT_EQ(significant(123456, 3), "123456");
  EXPECT_EQ(significant(9.9996, 4), "10.00");  // rounding carries into the next power of ten
  EXPECT_EQ(significant(999999.9, 3), "1.00e6");
  EXPECT_EQ(significant(2.22e-16, 2), "2.2e-16");
  EXPECT_EQ(significant(-0.00123, 2), "-0.0012");
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(nan), "nan");
  EXPECT_EQ(significant(-infinity), "-inf");
  EXPECT_EQ(decimal(-0.001, 2), "0.00");
}

TEST(Sparkline, ShowsAveragesFromTheLeastToTheLargest) {
  const std::vector<double> rising = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(sparkline(rising), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline(rising, 4), "▁▃▆█");
  EXPECT_EQ(sparkline(std::vector<double>{2, 2}), "▁▁");
  EXPECT_EQ(sparkline(std::vector<double>{0, nan, 7, infinity}), "▁ █ ");
  EXPECT_EQ(sparkline({}), "");
}

TEST(Utf8, CountsColumnsAndMendsWhatIsMalformed) {
  EXPECT_EQ(columns("log p(x̂₁|θ) ✓"), 13u);  // the circumflex is a combining mark
  EXPECT_EQ(valid_utf8("α\xff\xc3"), "α\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\uFFFD\uFFFD");            // longer than it needs to be
  EXPECT_EQ(fitting("αβγ", 2), "αβ");
}

TEST(Table, ColumnsLineUpWhateverTheLetters) {
  Table table({"t", "b(ℓ)", "o"});
  table.row({1, 0.25, "hear-links ←"});
  table.row({100, "—", "ô"});
  EXPECT_EQ(table.text(),
            "    t    b(ℓ)  o\n"
            "  ───  ──────  ────────────\n"
            "    1  0.2500  hear-links ←\n"
            "  100       —  ô\n");
  EXPECT_THROW(table.row({1}), std::invalid_argument);
}

}  // namespace
}  // namespace doxa::support
