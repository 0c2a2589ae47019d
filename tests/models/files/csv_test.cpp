#include "doxa/models/files/csv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "doxa/models/files/foreign_content.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records records(const std::string& text) {
  const std::string file = "f.csv";
  CsvReader reader(text, file);
  Records all;
  while (!reader.only_empty_lines_left()) {
    std::vector<std::string>& record = all.emplace_back();
    for (const CsvField& field : reader.next()) record.emplace_back(field.text);
  }
  return all;
}

// The examples of RFC 4180, section 2.
TEST(Csv, RecordsAreThoseOfTheRfc) {
  const Records plain = {{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}};
  EXPECT_EQ(records("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"), plain);
  EXPECT_EQ(records("aaa,bbb,ccc\r\nzzz,yyy,xxx"), plain);
  EXPECT_EQ(records("\"aaa\",\"bbb\",\"ccc\"\r\nzzz,yyy,xxx"), plain);
  EXPECT_EQ(records("\"aaa\",\"b\r\nbb\",\"ccc\"\r\n"), (Records{{"aaa", "b\r\nbb", "ccc"}}));
  EXPECT_EQ(records("\"aaa\",\"b\"\"bb\",\"\"\"\""), (Records{{"aaa", "b\"bb", "\""}}));
  EXPECT_EQ(records("\"a,b\",,\"\",\n"), (Records{{"a,b", "", "", ""}}));
}

TEST(Csv, LinesMayEndInALoneCarriageReturn) {
  EXPECT_EQ(records("a,b\rc,d\r\re"), (Records{{"a", "b"}, {"c", "d"}, {""}, {"e"}}));
  EXPECT_EQ(records("a, b \r\"c\" \n\"d\"\r"), (Records{{"a", "b"}, {"c"}, {"d"}}));
  EXPECT_SAYS(FileError,
              "f.csv:4:3: found 'x' after a closing quote, expected a comma or the end of the line",
              records("a\rb\r\"c\rd\"x\r"));
  EXPECT_SAYS(FileError,
              "f.csv:3:3: found 'x' after a closing quote, expected a comma or the end of the line",
              records("a\r\n\"b\r\nc\"x\r\n"));
}

TEST(Csv, BlanksAroundAFieldAreNotPartOfIt) {
  EXPECT_EQ(records(" a\t,\t b c ,\" d \" ,\n"), (Records{{"a", "b c", " d ", ""}}));
  EXPECT_EQ(records("\xEF\xBB\xBF"
                    "a , b\r\n\r\n \r\n"),
            (Records{{"a", "b"}}));
  EXPECT_EQ(records(" \t \n"), Records{});
}

TEST(Csv, AFieldIsWrittenSoThatItReadsBack) {
  for (const std::string field : {"a", "a b", "", " ", " a", "a\t", "a,b", "\"", "a\"b", "a\nb", "a\r", "'"})
    EXPECT_EQ(records(csv_field(field) + ",x\n"), (Records{{field, "x"}})) << field;
  EXPECT_EQ(csv_field("a b"), "a b");
  EXPECT_EQ(csv_field("a \"b\""), "\"a \"\"b\"\"\"");
}

TEST(Csv, MalformedQuotesAreRefusedWhereTheyAre) {
  EXPECT_SAYS(FileError, "f.csv:2:3: found a field whose quotes are not closed, expected a second '\"'",
              records("a,b\nc,\"d\ne,f\n"));
  EXPECT_SAYS(FileError,
              "f.csv:2:3: found 'x' after a closing quote, expected a comma or the end of the line",
              records("\"a\nb\"x,c\n"));
}

TEST(ForeignContent, IsNamedByItsFirstBytes) {
  const auto what = [](std::string_view bytes) {
    const auto found = foreign_content(bytes);
    return found ? found->what : "text";
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(what("\x1f\x8b\x08"), "a gzip file");
  EXPECT_EQ(what("\xfe\xff\0a\0,"sv), "UTF-16");
  EXPECT_EQ(what("a\0,\0b\0"sv), "UTF-16");
  EXPECT_EQ(what("\0a\0,\0b"sv), "UTF-16");
  EXPECT_EQ(what("\xff\xfe\0\0a\0\0\0"sv), "UTF-32");
  EXPECT_EQ(what("PK\x03\x04"), "a ZIP archive, which spreadsheets are as well");
  EXPECT_EQ(what("\n<!DOCTYPE html>\n<html>"), "an HTML page");
  EXPECT_EQ(what("\xEF\xBB\xBF<?xml version='1.0'?><pomdpx>"), "POMDPX, an XML format");
  EXPECT_EQ(what("<?xml version='1.0'?>"), "XML");
  EXPECT_EQ(what("version https://git-lfs.github.com/spec/v1\n"), "a pointer of Git LFS");
  for (const auto text : {""sv, "a"sv, "a\0"sv, "\xEF\xBB\xBF"sv, "a,b"sv, "# \0"sv, "<a>,<b>"sv})
    EXPECT_EQ(what(text), "text");
}

}  // namespace
}  // namespace doxa::testing
