#include "doxa/models/files/safetensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

#include "doxa/models/files/file.h"
#include "tests/support/rounding.h"
#include "tests/support/safetensors_bytes.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// The examples of the format's own library: its tests give these bytes for these contents.
TEST(Safetensors, IsByteForByteThePublishedExamples) {
  EXPECT_EQ(format_safetensors({}), file("{}      "));
  EXPECT_EQ(format_safetensors({.metadata = {{"framework", "pt"}}}),
            file("{\"__metadata__\":{\"framework\":\"pt\"}}     "));

  const std::string six("\0\0\0\0\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40\0\0\xa0\x40", 24);  // 0 … 5
  EXPECT_EQ(format_safetensors({.arrays = {{"attn.0", {Dtype::f32, {1, 2, 3}, six}}}}),
            file("{\"attn.0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}", six));
  EXPECT_EQ(format_safetensors({.arrays = {{"attn0", {Dtype::f32, {1, 1, 2, 3}, six}}}}),
            file("{\"attn0\":{\"dtype\":\"F32\",\"shape\":[1,1,2,3],\"data_offsets\":[0,24]}}       ", six));
}

// The order of the format's own library for arrays of every type (its enum Dtype, the last one first), then
// by name.
TEST(Safetensors, OrdersArraysByTypeThenName) {
  const char* const types[] = {"U64",         "I64",     "F64",     "C64",     "F32", "U32",
                               "I32",         "BF16",    "F16",     "U16",     "I16", "F8_E5M2FNUZ",
                               "F8_E4M3FNUZ", "F8_E8M0", "F8_E4M3", "F8_E5M2", "I8",  "U8",
                               "F6_E3M2",     "F6_E2M3", "F4",      "BOOL"};
  ASSERT_EQ(std::size(types), dtype_count);
  Safetensors all;
  for (std::size_t i = dtype_count; i-- > 0;)
    for (const char* n : {"b", "a"}) {
      const Dtype dtype{static_cast<int>(i)};
      EXPECT_EQ(dtype_name(dtype), types[i]);
      all.arrays[std::string(n) + types[i]] = {dtype, {4}, std::string(bit_size(dtype) / 2, 'x')};
    }
  const std::string bytes = format_safetensors(all);
  std::size_t before = 0, offset = 0;
  for (const char* type : types)
    for (const char* n : {"a", "b"}) {
      const std::size_t at = bytes.find("\"" + std::string(n) + type + "\"");
      EXPECT_GT(at, before) << n << type;
      before = at;
      const std::size_t size = all.arrays[std::string(n) + type].bytes.size();
      EXPECT_EQ(offset % std::max<std::size_t>(size / 4, 1), 0u) << "an array is aligned to its type";
      EXPECT_EQ(bytes.find("[" + std::to_string(offset) + "," + std::to_string(offset + size) + "]", at),
                bytes.find("[", bytes.find("data_offsets", at)));
      offset += size;
    }
  EXPECT_EQ(parse_safetensors(bytes).arrays, all.arrays);
}

TEST(Safetensors, WhatIsWrittenReadsBackBitForBit) {
  Tensor t(Shape{2, 3},
           {0, Real(-0.0), std::numeric_limits<Real>::denorm_min(), Real(1) / 3, nan, -infinity});
  const std::vector<double> doubles{0.1, -infinity, std::nan("")};
  const std::vector<std::uint64_t> words{0, 1, ~std::uint64_t{0}};
  const Safetensors contents{.arrays = {{"t", stored(t)},
                                        {"scalar", stored(Tensor(Shape{}, {7}))},
                                        {"empty", stored(Tensor(Shape{0, 5}))},
                                        {"doubles", stored(doubles)},
                                        {"words", stored(words)},
                                        {"integer", stored(std::int64_t{-3})}},
                             .metadata = {{"a", ""}, {"", "b"}}};
  const Safetensors back = parse_safetensors(format_safetensors(contents));
  EXPECT_EQ(back.arrays, contents.arrays);
  EXPECT_EQ(back.metadata, contents.metadata);
  const Tensor u = back.tensor("t");
  ASSERT_EQ(u.shape(), t.shape());
  for (Index i = 0; i < t.size(); ++i) {
    EXPECT_EQ(std::isnan(t[i]), std::isnan(u[i]));
    EXPECT_EQ(std::signbit(t[i]), std::signbit(u[i]));
    if (!std::isnan(t[i])) {
      EXPECT_EQ(t[i], u[i]);
    }
  }
  EXPECT_EQ(back.tensor("scalar").shape(), Shape{});
  EXPECT_EQ(back.tensor("empty").shape(), (Shape{0, 5}));
  EXPECT_EQ(back.tensor("integer").item(), -3);
  EXPECT_EQ(back.words("words"), words);
  EXPECT_EQ(back.doubles("doubles")[0], 0.1);
  EXPECT_EQ(back.arrays.at("t").str(), sizeof(Real) == 8 ? "F64 [2,3]" : "F32 [2,3]");
}

// Row-major and little-endian: -2 as each type has it.
TEST(Safetensors, EveryTypeIsRead) {
  const auto value = [](Dtype dtype, const std::string& bytes) {
    return Safetensors{.arrays = {{"x", {dtype, {}, bytes}}}}.tensor("x").item();
  };
  EXPECT_EQ(value(Dtype::f64, std::string("\0\0\0\0\0\0\0\xc0", 8)), -2);
  EXPECT_EQ(value(Dtype::f32, std::string("\0\0\0\xc0", 4)), -2);
  EXPECT_EQ(value(Dtype::i64, "\xfe\xff\xff\xff\xff\xff\xff\xff"), -2);
  EXPECT_EQ(value(Dtype::i32, "\xfe\xff\xff\xff"), -2);
  EXPECT_EQ(value(Dtype::i16, "\xfe\xff"), -2);
  EXPECT_EQ(value(Dtype::i8, "\xfe"), -2);
  EXPECT_EQ(value(Dtype::u64, std::string("\x01\x02\0\0\0\0\0\0", 8)), 513);
  EXPECT_EQ(value(Dtype::u32, std::string("\x01\x02\0\0", 4)), 513);
  EXPECT_EQ(value(Dtype::u16, "\x01\x02"), 513);
  EXPECT_EQ(value(Dtype::u8, "\xfe"), 254);
}

// One number of 16 or 8 bits.
double narrow(Dtype dtype, unsigned bits) {
  std::string bytes(1, static_cast<char>(static_cast<unsigned char>(bits & 0xff)));
  if (bit_size(dtype) == 16) bytes += static_cast<char>(static_cast<unsigned char>(bits >> 8));
  return static_cast<double>(Safetensors{.arrays = {{"x", {dtype, {}, bytes}}}}.tensor("x").item());
}

// The largest and the smallest numbers are those of the formats' tables: IEEE 754-2019, table 3.5, for F16;
// Micikevicius et al. (2022), table 1, for F8. BF16 is the upper half of a float.
TEST(Safetensors, NarrowFloatsConvertExactly) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(narrow(Dtype::f16, 0x3555), 0.333251953125);
  EXPECT_EQ(narrow(Dtype::f16, 0x7bff), 65504);
  EXPECT_EQ(narrow(Dtype::f16, 0x0001), std::ldexp(1, -24));
  EXPECT_EQ(narrow(Dtype::f16, 0x0400), std::ldexp(1, -14));
  EXPECT_EQ(narrow(Dtype::f16, 0xfc00), -inf);
  EXPECT_TRUE(std::isnan(narrow(Dtype::f16, 0x7c01)));
  EXPECT_EQ(narrow(Dtype::f8_e5m2, 0x7b), 57344);
  EXPECT_EQ(narrow(Dtype::f8_e5m2, 0x01), std::ldexp(1, -16));
  EXPECT_EQ(narrow(Dtype::f8_e5m2, 0x7c), inf);
  EXPECT_TRUE(std::isnan(narrow(Dtype::f8_e5m2, 0x7d)));
  EXPECT_EQ(narrow(Dtype::f8_e4m3, 0x7e), 448);
  EXPECT_EQ(narrow(Dtype::f8_e4m3, 0x01), std::ldexp(1, -9));
  EXPECT_EQ(narrow(Dtype::f8_e4m3, 0x08), std::ldexp(1, -6));
  EXPECT_TRUE(std::isnan(narrow(Dtype::f8_e4m3, 0x7f)));
  EXPECT_TRUE(std::isnan(narrow(Dtype::f8_e4m3, 0xff)));
  for (const Dtype dtype : {Dtype::bf16, Dtype::f16, Dtype::f8_e4m3, Dtype::f8_e5m2}) {
    const unsigned sign = 1u << (bit_size(dtype) - 1);
    EXPECT_EQ(narrow(dtype, sign), 0);
    EXPECT_TRUE(std::signbit(narrow(dtype, sign)));
    EXPECT_EQ(narrow(dtype, sign / 2 + sign), -2);
  }
  for (std::uint32_t bits = 0; bits < 0x10000; bits += 7) {
    const auto wide = static_cast<double>(std::bit_cast<float>(bits << 16));
    const double read = narrow(Dtype::bf16, bits);
    EXPECT_TRUE(read == wide || (std::isnan(read) && std::isnan(wide))) << bits;
  }
}

// From one number to the next it is one unit in the last place, below the smallest normal number as well.
TEST(Safetensors, NarrowFloatsAreEvenlySpacedBetweenPowersOfTwo) {
  const auto check = [](Dtype dtype, int mantissa_bits, int smallest_exponent, unsigned largest) {
    for (unsigned bits = 0; bits < largest; ++bits) {
      const int exponent = std::max(static_cast<int>(bits >> mantissa_bits), 1) + smallest_exponent - 1;
      EXPECT_EQ(narrow(dtype, bits + 1) - narrow(dtype, bits), std::ldexp(1, exponent - mantissa_bits))
          << bits;
    }
  };
  check(Dtype::f16, 10, -14, 0x7bff);
  check(Dtype::f8_e5m2, 2, -14, 0x7b);
  check(Dtype::f8_e4m3, 3, -6, 0x7e);
}

TEST(Safetensors, BooleansAreZeroAndOne) {
  const Safetensors contents{.arrays = {{"x", {Dtype::boolean, {3}, std::string("\0\1\0", 3)}}}};
  const Tensor t = contents.tensor("x");
  EXPECT_EQ(t[0], 0);
  EXPECT_EQ(t[1], 1);
  EXPECT_EQ(t[2], 0);
}

// Its other arrays are read all the same.
TEST(Safetensors, AnArrayThatDoesNotConvertIsListedAndNamedWhereItIsAskedFor) {
  const Safetensors read =
      parse_safetensors(file(R"({"scale":{"dtype":"F8_E8M0","shape":[2],"data_offsets":[0,2]},)"
                             R"("w":{"dtype":"F4","shape":[2,3],"data_offsets":[2,5]},)"
                             R"("b":{"dtype":"BF16","shape":[1],"data_offsets":[5,7]}})",
                             "\x7f\x80\x12\x34\x56\x40\x3f"),
                        "m.safetensors");
  EXPECT_EQ(read.tensor("b").item(), 0.75);
  EXPECT_EQ(read.arrays.at("w").str(), "F4 [2,3]");
  EXPECT_EQ(read.arrays.at("w").bytes, "\x12\x34\x56");
  EXPECT_SAYS(
      FileError,
      "m.safetensors: 'w': found F4 [2,3], expected a dtype that converts to real numbers, such as F64, "
      "F32, F16 or BF16",
      read.tensor("w"));
  for (std::size_t i = 0; i < dtype_count; ++i) {
    const Dtype dtype{static_cast<int>(i)};
    const StoredArray array{dtype, {4}, std::string(bit_size(dtype) / 2, '\0')};
    if (converts(dtype))
      EXPECT_EQ(array.tensor()[3], 0) << dtype_name(dtype);
    else
      EXPECT_THROW(array.tensor(), Refused) << dtype_name(dtype);
  }
}

// Not silently infinite.
TEST(Safetensors, ADoubleBeyondSinglePrecisionIsRefusedThere) {
  const std::vector<double> values{1, -1e300};
  const StoredArray array = stored(values);
  if (sizeof(Real) == sizeof(double))
    EXPECT_EQ(array.tensor()[1], -1e300);
  else
    EXPECT_SAYS(Refused, "found F64 [2], expected numbers within the range of single precision, not -1e+300",
                array.tensor());
  EXPECT_TRUE(std::isinf(stored(std::vector<double>{std::numeric_limits<double>::infinity()}).tensor()[0]));
}

TEST(Safetensors, AnyTextMayBeANameOrAValue) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  all += "\u00e9\u20ac\U0001F600\u2028";
  const Safetensors contents{.arrays = {{all, stored(std::int64_t{1})}, {"", stored(std::int64_t{2})}},
                             .metadata = {{all, all}}};
  const Safetensors back = parse_safetensors(format_safetensors(contents));
  EXPECT_EQ(back.arrays, contents.arrays);
  EXPECT_EQ(back.metadata, contents.metadata);
}

TEST(Safetensors, JsonMayBeWrittenInOtherWays) {
  const Safetensors read = parse_safetensors(
      file("{ \"x\\u0041\\n\\/\\ud83d\\ude00\" :\n\t{\"data_offsets\": [ 0 , 8 ],\r\"shape\":[],"
           "\"dtype\":\"F64\"} , \"__metadata__\" : { } } \n",
           std::string("\0\0\0\0\0\0\xf0\x3f", 8)));
  EXPECT_EQ(read.tensor("xA\n/\U0001F600").item(), 1);
}

TEST(Safetensors, OffsetsNeedNotBeInTheOrderOfTheHeader) {
  const Safetensors read = parse_safetensors(file(
      "{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]},\"e\":{\"dtype\":\"F64\",\"shape\":[0],"
      "\"data_offsets\":[1,1]},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
      "\x07\x08\x09"));
  EXPECT_EQ(read.tensor("a").item(), 7);
  EXPECT_EQ(read.tensor("b")[1], 9);
  EXPECT_EQ(read.tensor("e").size(), 0);
}

TEST(Safetensors, WhatCannotBeWrittenIsRefused) {
  const auto refused = [](const Safetensors& contents) {
    EXPECT_THROW(format_safetensors(contents), Refused);
  };
  refused({.arrays = {{"__metadata__", stored(std::int64_t{1})}}});
  refused({.arrays = {{"\xff", stored(std::int64_t{1})}}});
  refused({.metadata = {{"a", "\xed\xa0\x80"}}});  // a surrogate
  refused({.arrays = {{"x", {Dtype::f64, {2}, std::string(8, '\0')}}}});
  refused({.arrays = {{"x", {Dtype::u8, {~std::uint64_t{0}, 2}, ""}}}});
}

TEST(Safetensors, AnArrayThatDoesNotFitATensorIsNamed) {
  const Safetensors contents{
      .arrays = {{"five", {Dtype::u8, {1, 1, 1, 1, 1}, "x"}},
                 {"large", {Dtype::u8, {0, std::uint64_t{1} << 63}, ""}},
                 {"product", {Dtype::u8, {0, std::uint64_t{1} << 40, std::uint64_t{1} << 40}, ""}}},
      .file = "m.safetensors"};
  const auto says = [&](const char* array, const std::string& expected) {
    EXPECT_SAYS(FileError, "m.safetensors: " + expected, contents.tensor(array));
  };
  says("five", "'five': found U8 [1,1,1,1,1], expected at most 4 axes");
  says("large", "'large': found U8 [0,9223372036854775808], expected a smaller extent");
  says("product", "'product': found U8 [0,1099511627776,1099511627776], expected smaller extents");
  says("none", "found no array 'none', expected one");
  EXPECT_THROW(contents.doubles("five"), FileError);
  EXPECT_THROW(contents.words("five"), FileError);
}

TEST(Safetensors, AFileIsWrittenAndRead) {
  const Scratch scratch;
  const Safetensors contents{.arrays = {{"x", stored(Tensor(Shape{2}, {1, 2}))}}};
  write_safetensors(scratch / "m.safetensors", contents);
  EXPECT_EQ(content(scratch / "m.safetensors"), format_safetensors(contents));
  EXPECT_EQ(read_safetensors(scratch / "m.safetensors").arrays, contents.arrays);
  EXPECT_EQ(read_safetensors(scratch / "m.safetensors").file, (scratch / "m.safetensors").string());
  EXPECT_THROW(read_safetensors(scratch / "other"), FileError);
  EXPECT_THROW(read_safetensors(scratch.path()), FileError);
}

}  // namespace
}  // namespace doxa::testing
