#include <gtest/gtest.h>

#include "doxa/models/files/file.h"
#include "doxa/models/files/safetensors.h"
#include "tests/support/safetensors_bytes.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

void expect_text(const std::string& bytes, const std::string& text) {
  EXPECT_SAYS(FileError, "m.safetensors: " + text, parse_safetensors(bytes, "m.safetensors"))
      << bytes.substr(0, 200);
}

// `marked` is a header with the mark @ where the error must point.
void expect_refused_header(std::string marked, const std::string& text) {
  const std::size_t mark = marked.find('@');
  ASSERT_NE(mark, std::string::npos) << marked;
  marked.erase(mark, 1);
  expect_text(file(marked, std::string(8, '\0')), "at byte " + std::to_string(8 + mark) + ": " + text);
}

const std::string good = R"({"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})";

TEST(SafetensorsRefusal, TheHeadersLength) {
  ASSERT_NO_THROW(parse_safetensors(file(good, std::string(8, '\0'))));
  expect_text("", "found 0 bytes, expected at least 8, the length of the header");
  expect_text("1234567", "found 7 bytes, expected at least 8, the length of the header");
  expect_text(file_of(3, "{}"), "found a header of 3 bytes, expected at most 2, which follow its length");
  expect_text(file_of(100'000'001, "{}"), "found a header of 100000001 bytes, expected at most 100000000");
  for (const std::uint64_t length : {std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} - 7})
    expect_text(file_of(length, "{}"),
                "found a header of " + std::to_string(length) + " bytes, expected at most 100000000");
  expect_text(file(""), "at byte 8: found an empty header, expected '{'");
  expect_text(file(" {}"), "at byte 8: found a header that begins otherwise, expected '{'");
  expect_text(file("\xEF\xBB\xBF{}"), "at byte 8: found a header that begins otherwise, expected '{'");
  expect_text(file("[]"), "at byte 8: found a header that begins otherwise, expected '{'");
}

// A file that ends anywhere before its end is refused.
TEST(SafetensorsRefusal, EveryTruncation) {
  const std::string whole = file(good, std::string(8, '\0'));
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_THROW(parse_safetensors(whole.substr(0, n)), FileError) << n;
  // The same with a length that says how much is left.
  for (std::size_t n = 0; n < good.size(); ++n)
    EXPECT_THROW(parse_safetensors(file(good.substr(0, n), std::string(8, '\0'))), FileError) << n;
}

TEST(SafetensorsRefusal, WhatIsNotJson) {
  expect_refused_header("{@", "found the end, expected '\"', a name");
  expect_refused_header("{@nonsense", "found 'n', expected '\"', a name");
  expect_refused_header("{@'x':1}", "found ''', expected '\"', a name");
  expect_refused_header("{}@}", "found '}', expected nothing but blanks after the last '}'");
  expect_refused_header("{} @\x01", "found the byte 0x01, expected nothing but blanks after the last '}'");
  expect_refused_header(R"({"x"@,"y"})", "found ',', expected ':', a colon after a name");
  expect_refused_header(R"({"x":@1})", "found '1', expected '{', the object of an array");
  expect_refused_header(R"({"x":@null})", "found 'n', expected '{', the object of an array");
  expect_refused_header(R"({"__metadata__":@[]})", "found '[', expected '{', the object __metadata__");
  expect_refused_header(R"({"__metadata__":{"a":@1}})", "found '1', expected '\"', a text in __metadata__");
  expect_refused_header(R"({"__metadata__":{"a":"b",@}})", "found '}', expected '\"', a name");
  expect_refused_header(R"({"__metadata__":{"a":"b"} @"c")", "found '\"', expected '}', or a comma");
  std::string deep = "{\"x\":@";
  for (int i = 0; i < 100'000; ++i) deep += '[';
  expect_refused_header(deep, "found '[', expected '{', the object of an array");
}

TEST(SafetensorsRefusal, Strings) {
  const auto name = [](const std::string& marked, const std::string& text) {
    expect_refused_header("{\"" + marked, text);
  };
  name("x@", "found the end, expected the closing '\"' of a string");
  name("a@\n\":{}}", "found the byte 0x0a, expected control characters of a string to be escaped");
  name("\\@x\"", "found 'x', expected one of \" \\ / b f n r t u after a \\");
  name("\\@", "found the end, expected one of \" \\ / b f n r t u after a \\");
  name("\\u12@g4\"", "found 'g', expected four hexadecimal digits after \\u");
  name("\\u12@", "found the end, expected four hexadecimal digits after \\u");
  for (const char* half :
       {"\\udc00", "\\ud800", "\\ud800x", "\\ud800\\n", "\\ud800\\ud800", "\\ud800\\u0041"})
    name("@" + std::string(half) + "\"",
         "found half a surrogate pair, expected a high and a low surrogate together");
  // Not UTF-8: a lone continuation, overlong forms, a surrogate, beyond U+10FFFF, a character cut short.
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98"}) {
    char hex[5];
    std::snprintf(hex, sizeof hex, "0x%02x", static_cast<unsigned>(static_cast<unsigned char>(bad[0])));
    name("@" + std::string(bad) + "\"",
         "found the byte " + std::string(hex) + ", expected a string of valid UTF-8");
  }
}

TEST(SafetensorsRefusal, WhatAnArrayMustHave) {
  const std::string three = "dtype, shape and data_offsets, each once";
  expect_refused_header(R"({@"x":{}})", "found no dtype of 'x', expected " + three);
  expect_refused_header(R"({@"x":{"dtype":"F64","data_offsets":[0,8]}})",
                        "found no shape of 'x', expected " + three);
  expect_refused_header(R"({@"x":{"dtype":"F64","shape":[1]}})",
                        "found no data_offsets of 'x', expected " + three);
  expect_refused_header(R"({"x":{"dtype":"F64",@"dtype":"F64"}})",
                        "found the key 'dtype', expected " + three);
  expect_refused_header(R"({"x":{@"offsets":[0,8]}})", "found the key 'offsets', expected " + three);
  expect_refused_header(R"({@"x":{"dtype":"F64","shape":[1],"data_offsets":[0]}})",
                        "found 1 data_offsets of 'x', expected two");
  expect_refused_header(R"({"x":{"data_offsets":[0,8,@9]}})",
                        "found more than 2 numbers, expected two whole numbers, the data_offsets");
  const std::string types =
      "one of U64, I64, F64, C64, F32, U32, I32, BF16, F16, U16, I16, F8_E5M2FNUZ, F8_E4M3FNUZ, F8_E8M0, "
      "F8_E4M3, F8_E5M2, I8, U8, F6_E3M2, F6_E2M3, F4, BOOL";
  expect_refused_header(R"({"x":{"dtype":@"F128"}})", "found the dtype 'F128', expected " + types);
  expect_refused_header(R"({"x":{"dtype":@"f64"}})", "found the dtype 'f64', expected " + types);
  std::string axes = "1";
  for (int i = 1; i < 64; ++i) axes += ",1";
  expect_refused_header(R"({"x":{"shape":[)" + axes + ",@1]}}",
                        "found more than 64 numbers, expected the whole numbers of a shape, at most 64");
}

TEST(SafetensorsRefusal, Numbers) {
  const auto extent = [](const std::string& number, const std::string& found) {
    expect_refused_header("{\"x\":{\"shape\":[" + number + "]}}",
                          "found " + found + ", expected the whole numbers of a shape, at most 64");
  };
  extent("@-1", "'-'");
  extent("@+1", "'+'");
  extent("@\"1\"", "'\"'");
  extent("@01", "a leading zero");
  extent("@1.0", "a number with a point or an exponent");
  extent("@1e3", "a number with a point or an exponent");
  extent("@18446744073709551616", "a number beyond 64 bits");
  extent("@" + std::string(1000, '9'), "a number beyond 64 bits");
  extent("1,@", "']'");
  extent("@[1]", "'['");
}

TEST(SafetensorsRefusal, WhatComesTwice) {
  expect_refused_header(R"({"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},@"\u0078":{}})",
                        "found the name 'x' twice, expected each once");
  expect_refused_header(R"({"__metadata__":{},@"__metadata__":{}})",
                        "found the name '__metadata__' twice, expected each once");
  expect_refused_header(R"({"__metadata__":{"a":"1",@"a":"1"}})",
                        "found the key 'a' twice, expected each once");
}

TEST(SafetensorsRefusal, Layout) {
  const auto one = [](const std::string& shape, const std::string& offsets) {
    return R"({"x":{"dtype":"F64","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  const auto layout = [](const std::string& header, const std::string& text) {
    expect_text(file(header, std::string(16, '\0')), text);
  };
  layout(one("[1]", "[0,8]"), "found 16 bytes of data, expected 8 bytes, as the header says");
  layout("{}", "found 16 bytes of data, expected 0 bytes, as the header says");
  layout(one("[3]", "[0,24]"),
         "'x': found data_offsets [0,24], expected them within the file's 16 bytes of data");
  layout(one("[1]", "[8,0]"), "'x': found data_offsets [8,0], expected them in order");
  layout(one("[1]", "[8,16]"), "'x': found data_offsets [8,16], after a hole, expected them to begin at 0");
  layout(one("[1]", "[18446744073709551608,18446744073709551615]"),
         "'x': found data_offsets [18446744073709551608,18446744073709551615], expected them within the "
         "file's 16 "
         "bytes of data");
  layout(one("[3]", "[0,16]"), "'x': found F64 [3] in 16 bytes, expected 24 bytes");
  layout(one("[]", "[0,16]"), "'x': found F64 [] in 16 bytes, expected 8 bytes");
  layout(R"({"x":{"dtype":"F4","shape":[5],"data_offsets":[0,3]}})",
         "'x': found F4 [5] of 20 bits, expected a whole number of bytes");
  layout(one("[2,0]", "[0,16]"), "'x': found F64 [2,0] in 16 bytes, expected 0 bytes");
  layout(one("[1,2305843009213693952]", "[0,16]"),
         "'x': found F64 [1,2305843009213693952], expected fewer numbers than 64 bits can count the bits of");
  layout(one("[4294967296,4294967296]", "[0,0]"),  // 2^64 would wrap to 0
         "'x': found F64 [4294967296,4294967296], expected fewer numbers than 64 bits can count the bits of");
  layout(
      R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[1],"data_offsets":[4,12]}})",
      "'b': found data_offsets [4,12], which overlap those of another array, expected them to begin at 8");
  layout(
      R"({"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"b":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}})",
      "'b': found data_offsets [0,16], which overlap those of another array, expected them to begin at 16");
}

TEST(SafetensorsRefusal, AnErrorIsOneShortLine) {
  const std::string name(100'000, 'n');
  const std::string text = thrown<FileError>([&] { parse_safetensors(file("{\"" + name + "\":{}}")); });
  EXPECT_NE(text.find("nnn"), std::string::npos);
  EXPECT_LT(text.size(), 300u);
  expect_refused_header("{@\"a\\n\\u001bb\":{}}",
                        "found no dtype of 'a??b', expected dtype, shape and data_offsets, each once");
}

}  // namespace
}  // namespace doxa::testing
