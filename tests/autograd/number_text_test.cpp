#include "doxa/autograd/internal/number_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/rounding.h"

namespace doxa {
namespace {

using Status = DecimalReading::Status;

constexpr double largest = std::numeric_limits<double>::max();
constexpr double smallest = std::numeric_limits<double>::denorm_min();

// The bits of the double that `text` reads as; "-0" and "0" differ in them.
std::uint64_t bits(const std::string& text) { return std::bit_cast<std::uint64_t>(read_decimal(text).value); }

void expect_reads(const std::string& text, double value, Status status = Status::in_range) {
  const DecimalReading got = read_decimal(text);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(got.value), std::bit_cast<std::uint64_t>(value))
      << text << " as " << got.value;
  EXPECT_EQ(got.status, status) << text;
}

// ---- reading: what is hard to round

struct Hard {
  const char* text;
  std::uint64_t bits;
};

// Expected bits of all lists: the ratio of whole numbers that the text stands for, rounded in exact rational
// arithmetic.

constexpr Hard hard_numbers[] = {
    // Vern Paxson, "A program for testing IEEE decimal-binary conversion" (1991): numbers of each length that
    // come closest to the middle between two doubles, from below (table 1) and from above (table 2).
    {"5e125", 0x5a07a2ecc414a03f},
    {"69e267", 0x77c0b7cb60c994da},
    {"999e-26", 0x3b282782afe1869e},
    {"7861e-34", 0x39afe3544145e9d8},
    {"75569e-254", 0x0c35a462d91c6ab3},
    {"928609e-261", 0x0afbe2dd66200bef},
    {"9210917e80", 0x51fda232347e6032},
    {"84863171e114", 0x59406e98f5ec8f37},
    {"653777767e273", 0x7a720223f2b3a881},
    {"5232604057e-298", 0x041465b896c24520},
    {"27235667517e-109", 0x2b77d41824d64fb2},
    {"653532977297e-123", 0x28d925a0aabcdc68},
    {"3142213164987e-294", 0x057d3409dfbca26f},
    {"46202199371337e-72", 0x33d28f9edfbd341f},
    {"231010996856685e-73", 0x33c28f9edfbd341f},
    {"9324754620109615e212", 0x6f43ae60753af6ca},
    {"78459735791271921e49", 0x4d9dcd0089c1314e},
    {"272104041512242479e200", 0x6d13bbb4bf05f087},
    {"6802601037806061975e198", 0x6cf3bbb4bf05f087},
    {"20505426358836677347e-221", 0x161012954b6aabba},
    {"836168422905420598437e-234", 0x13b20403a628a9ca},
    {"4891559871276714924261e222", 0x7286ecaf7694a3c7},
    {"9e-265", 0x091d05244fe5066a},
    {"85e-37", 0x38a698ccdc60015a},
    {"623e100", 0x554640a62f3a83df},
    {"3571e263", 0x77462644c61d41aa},
    {"81661e153", 0x60b7ca8e3d68578e},
    {"920657e-23", 0x3c653a9985dbde6c},
    {"4603285e-24", 0x3c553a9985dbde6c},
    {"87575437e-309", 0x016e07320602056c},
    {"245540327e122", 0x5b01b6231e18c5cb},
    {"6138508175e120", 0x5ae1b6231e18c5cb},
    {"83356057653e193", 0x6a4544e6daee2a18},
    {"619534293513e124", 0x5c210c20303fe0f1},
    {"2335141086879e218", 0x6fc340a1c932c1ee},
    {"36167929443327e-159", 0x21bce77c2b3328fc},
    {"609610927149051e-255", 0x0e104273b18918b1},
    {"3743626360493413e-165", 0x20e8823a57adbef9},
    {"94080055902682397e-242", 0x11364981e39e66ca},
    {"899810892172646163e283", 0x7e6adf51fa055e03},
    {"7120190517612959703e120", 0x5cc3220dcd5899fd},
    {"25188282901709339043e-252", 0x0fa4059af3db2a84},
    {"308984926168550152811e-52", 0x39640de48676653b},
    {"6372891218502368041059e64", 0x51c067047dbb38fe},
    // Inputs that went wrong in well-known programs: the largest double below the normal ones and its
    // neighbours (PHP bug 53632 and CVE-2010-4476, where reading never ended), both ends of the range,
    // 2^53 + 1, and ties and near-ties from Rick Regan's exploringbinary.com (2009-2011).
    {"2.2250738585072011e-308", 0x000fffffffffffff},
    {"2.2250738585072012e-308", 0x0010000000000000},
    {"2.2250738585072014e-308", 0x0010000000000000},
    {"4.9406564584124654e-324", 0x0000000000000001},
    {"4.9406564584124653e-324", 0x0000000000000001},
    {"2.4703282292062328e-324", 0x0000000000000001},
    {"1.7976931348623157e308", 0x7fefffffffffffff},
    {"1.7976931348623158e308", 0x7fefffffffffffff},
    {"9007199254740993", 0x4340000000000000},
    {"9007199254740991.4999999999999999999999999999999995", 0x433fffffffffffff},
    {"6929495644600919.5", 0x43389e56ee5e7a58},
    {"3.518437208883201171875e13", 0x42c0000000000002},
    {"62.5364939768271845828", 0x404f44abd5aa7ca4},
    {"8.10109172351e-10", 0x3e0bd5cbaef0fd0c},
    {"1.50000000000000011102230246251565", 0x3ff8000000000000},
    {"0.500000000000000166533453693773481063544750213623046875", 0x3fe0000000000002},
    {"1.00000000000000011102230246251565404236316680908203125", 0x3ff0000000000000},
    {"1.00000000000000011102230246251565404236316680908203124", 0x3ff0000000000000},
    {"1.00000000000000011102230246251565404236316680908203126", 0x3ff0000000000001},
};

TEST(ReadDecimal, NumbersNextToTheMiddleBetweenTwoDoubles) {
  for (const Hard& hard : hard_numbers) {
    EXPECT_EQ(bits(hard.text), hard.bits) << hard.text;
    EXPECT_EQ(bits(std::string("-") + hard.text), hard.bits | std::uint64_t{1} << 63) << hard.text;
  }
}

// The decimal digits of n · 2^exponent, all of them.
std::string all_digits(std::uint64_t n, int exponent) {
  std::string digits = std::to_string(n);  // the last digit first
  std::reverse(digits.begin(), digits.end());
  for (int i = 0; i < std::abs(exponent); ++i) {
    int carry = 0;
    for (char& c : digits) {
      carry += (c - '0') * (exponent < 0 ? 5 : 2);
      c = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    if (carry) digits += static_cast<char>('0' + carry);
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}

TEST(ReadDecimal, TheMiddleGoesToTheEvenNeighbourAndTheLeastDigitDecides) {
  std::mt19937_64 random(15);
  for (int i = 0; i < 1000; ++i) {
    // Of every exponent, those of the denormals more often.
    const std::uint64_t exponent = random() % 2046 >> (i % 4 == 0 ? 9 : 0);
    const std::uint64_t fraction = random() >> 12, below = exponent << 52 | fraction;
    const int scale = static_cast<int>(std::max<std::uint64_t>(exponent, 1)) - 1075 - 1;
    const std::uint64_t significand = (exponent == 0 ? 0 : std::uint64_t{1} << 52) | fraction;
    const std::string middle = all_digits(2 * significand + 1, scale);
    const std::string power = "e" + std::to_string(std::min(scale, 0));
    EXPECT_EQ(bits(middle + power), below + fraction % 2) << middle << power;
    for (const int zeros : {0, 1000})
      EXPECT_EQ(bits(middle + "." + std::string(static_cast<std::size_t>(zeros), '0') + "1" + power),
                below + 1);
    std::string less = middle;
    for (auto c = less.rbegin();; ++c)  // minus 1
      if (*c == '0') {
        *c = '9';
      } else {
        --*c;
        break;
      }
    EXPECT_EQ(bits(less + "." + std::string(1000, '9') + power), below);
  }
}

// ---- reading: range, zeros, length

TEST(ReadDecimal, TheEndsOfTheRange) {
  // 2^1024 - 2^970 is as far from the largest double as from 2^1024.
  const std::string middle = all_digits((std::uint64_t{1} << 54) - 1, 970);
  expect_reads(middle.substr(0, middle.size() - 1) + "1", largest);
  expect_reads(middle, infinity, Status::too_large);
  expect_reads("-" + middle, -infinity, Status::too_large);
  expect_reads("1e309", infinity, Status::too_large);
  expect_reads("1e99999999999999999999999", infinity, Status::too_large);
  expect_reads("-123456789e99999999999", -infinity, Status::too_large);
  expect_reads(std::string(400, '9'), infinity, Status::too_large);

  const std::string half = all_digits(1, -1075);  // half of the smallest double, a tie with 0
  expect_reads(half + "e-1075", 0, Status::too_small);
  expect_reads("-" + half + "e-1075", -0.0, Status::too_small);
  expect_reads(half + ".0001e-1075", smallest);
  expect_reads("2e-324", 0, Status::too_small);
  expect_reads("3e-324", smallest);
  expect_reads("1e-99999999999", 0, Status::too_small);
  expect_reads("9e-99999999999999999999999", 0, Status::too_small);
  expect_reads("0." + std::string(400, '0') + "1", 0, Status::too_small);
}

TEST(ReadDecimal, Zero) {
  for (const char* zero :
       {"0", "00", "0.", ".0", "0.000", "0e0", "0e99999999999", "0e-99999999999999999999"}) {
    expect_reads(zero, 0);
    expect_reads(std::string("-") + zero, -0.0);
  }
}

TEST(ReadDecimal, LongTexts) {
  const std::size_t million = 1'000'000;
  const std::string zeros(million, '0'), threes(million, '3');
  expect_reads("0." + zeros + "25e1000001", 0.25 * 10);
  expect_reads("25" + zeros + "e-1000002", 0.25);
  expect_reads("1." + zeros, 1);
  expect_reads("1." + zeros + "1", 1);
  expect_reads("0.1" + zeros + "1e1", 1);
  expect_reads(zeros + "7", 7);
  expect_reads("1e" + zeros + "2", 100);
  expect_reads(threes + "e-1000000", 1 / 3.0);
}

TEST(ReadDecimal, EveryFormOfANumber) {
  for (const char* text : {"1250", "1250.", "1250.0", "01250", "1.25e3", "1.25E3", "1.25e+3", "1.25e003",
                           ".125e4", "12500e-1", "0.0125e5"})
    expect_reads(text, 1250);
}

TEST(ReadDecimal, NothingButANumber) {
  for (const char* text :
       {"",      "-",   ".",     "-.",   "+1",    " 1",       "1 ",       "1e",   "1e+", "1e-",
        "e5",    "--1", "1.2.3", "1..2", "1e5.0", "0x10",     "1f",       "1,5",  "inf", "nan",
        "1e5e5", ".e1", "-e1",   "1-",   "1e 5",  "\xd9\xa1", "infinity", "1_000"}) {
    EXPECT_EQ(read_decimal(text).status, Status::malformed) << text;
    EXPECT_FALSE(read_decimal(text).in_range()) << text;
  }
  EXPECT_EQ(read_decimal(std::string_view("1\0", 2)).status, Status::malformed);
}

// ---- against what writes numbers, and against another reader

TEST(ToText, WhatIsWrittenReadsBack) {
  std::mt19937_64 random(7);
  int finite = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto x = std::bit_cast<double>(random());
    if (!std::isfinite(x)) continue;
    ++finite;
    expect_reads(to_text(x), x);
    expect_reads(to_text(x, std::chars_format::scientific, 16), x);
    expect_reads(to_text(x, std::chars_format::general, 17), x);
  }
  EXPECT_GT(finite, 99'000);
}

#ifdef __cpp_lib_to_chars  // std::from_chars for floating point
TEST(ReadDecimal, AgreesWithTheStandardLibrary) {
  std::mt19937_64 random(3);
  const auto digits = [&](std::uint64_t most) {
    std::string text;
    for (std::uint64_t n = random() % (most + 1); n > 0; --n)
      text += static_cast<char>('0' + (random() % 4 == 0 ? 0 : random() % 10));
    return text;
  };
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t length = i % 100 == 0 ? 1000 : 20;
    std::string text = random() % 4 == 0 ? "-" : "";
    text += "1" + digits(length);
    if (random() % 4 != 0) text += "." + digits(length);
    if (random() % 4 != 0)
      text += "e" + std::to_string(static_cast<int>(random() % 700) - 350 - static_cast<int>(length) / 2);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const DecimalReading got = read_decimal(text);
    EXPECT_EQ(error == std::errc{}, got.in_range()) << text;
    if (got.in_range()) expect_reads(text, value);
  }
}
#endif

// ---- writing

TEST(ToText, TheShortestThatReadsBack) {
  for (const auto& [x, text] :
       std::vector<std::pair<double, std::string>>{{0.1, "0.1"},
                                                   {1, "1"},
                                                   {-0.0, "-0"},
                                                   {100, "100"},
                                                   {1e300, "1e+300"},
                                                   {1.0 / 3, "0.3333333333333333"},
                                                   {smallest, "5e-324"},
                                                   {largest, "1.7976931348623157e+308"},
                                                   {infinity, "inf"},
                                                   {-infinity, "-inf"},
                                                   {std::nan(""), "nan"},
                                                   {-std::nan(""), "nan"}})
    EXPECT_EQ(to_text(x), text);
}

TEST(ToText, AsManyDigitsAsAskedFor) {
  EXPECT_EQ(to_text(0.1, std::chars_format::general, 17), "0.10000000000000001");
  EXPECT_EQ(to_text(1234567, std::chars_format::general, 3), "1.23e+06");
  EXPECT_EQ(to_text(2.5, std::chars_format::fixed, 0), "2");  // ties to even
  EXPECT_EQ(to_text(-1.25, std::chars_format::fixed, 4), "-1.2500");
  EXPECT_EQ(to_text(0, std::chars_format::scientific, 2), "0.00e+00");
  EXPECT_EQ(to_text(-infinity, std::chars_format::fixed, 2), "-inf");
  // A double has no more digits than its binary form asks for, and all of them can be had.
  EXPECT_EQ(to_text(smallest, std::chars_format::fixed, 1074),
            "0." + std::string(323, '0') + all_digits(1, -1074));
  EXPECT_EQ(to_text(largest, std::chars_format::fixed, 0), all_digits((std::uint64_t{1} << 53) - 1, 971));
}

TEST(ReadWholeNumber, AllOfTheTextAndNoSign) {
  EXPECT_EQ(read_whole_number("0"), 0u);
  EXPECT_EQ(read_whole_number("007"), 7u);
  EXPECT_EQ(read_whole_number("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "18446744073709551616", "one"})
    EXPECT_FALSE(read_whole_number(text)) << text;
}

}  // namespace
}  // namespace doxa
