#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "doxa/models/pomdp/pomdp_file.h"

namespace doxa::testing {

inline const std::string preamble =
    "discount: 0.5 values: reward states: a b c actions: go stay observations: x y\n";
// Every row given, so that what a test adds is all that can be wrong.
inline const std::string tables = "T: * identity O: * uniform\n";

inline Pomdp parse(const std::string& text) {
  Pomdp m = parse_pomdp(text, "test.pomdp");
  validate(m);
  return m;
}

// `text` has the mark @ where the error must point; the message must contain `says`.
inline void expect_refused(std::string text, const std::string& says) {
  const std::size_t mark = text.find('@');
  ASSERT_NE(mark, std::string::npos) << text;
  text.erase(mark, 1);
  const std::string before = text.substr(0, mark);
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t line_begin = before.rfind('\n');
  const std::size_t column = mark - (line_begin == std::string::npos ? 0 : line_begin + 1) + 1;
  try {
    parse_pomdp(text, "test.pomdp");
    ADD_FAILURE() << "accepted: " << text;
  } catch (const FileError& error) {
    const std::string what = error.what();
    EXPECT_EQ(error.file(), "test.pomdp");
    EXPECT_EQ(error.line(), line) << what << "\n" << text;
    EXPECT_EQ(error.column(), column) << what << "\n" << text;
    EXPECT_EQ(what,
              "test.pomdp:" + std::to_string(line) + ":" + std::to_string(column) + ": " + error.text());
    EXPECT_EQ(what.find('\n'), std::string::npos) << what;
    EXPECT_NE(what.find(says), std::string::npos) << what << "\nshould say: " << says;
  }
}

}  // namespace doxa::testing
