#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "doxa/models/pomdp/file.h"

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

// Of models with the sets of the preamble.
inline void expect_same_model(const Pomdp& m, const Pomdp& n, const std::string& text) {
  EXPECT_EQ(m.states, n.states) << text;
  EXPECT_EQ(m.actions, n.actions) << text;
  EXPECT_EQ(m.observations, n.observations) << text;
  EXPECT_EQ(m.discount, n.discount) << text;
  EXPECT_EQ(m.start, n.start) << text;
  EXPECT_EQ(m.transition, n.transition) << text;
  EXPECT_EQ(m.emission, n.emission) << text;
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t s = 0; s < 3; ++s)
      for (std::size_t t = 0; t < 3; ++t)
        for (std::size_t o = 0; o < 2; ++o) EXPECT_EQ(m.reward(a, s, t, o), n.reward(a, s, t, o)) << text;
}

// A text without its mark @, and where that stood.
struct Marked {
  std::string text;
  std::size_t line, column;
};

inline Marked unmark(std::string text) {
  const std::size_t mark = text.find('@');
  EXPECT_NE(mark, std::string::npos) << text;
  if (mark != std::string::npos) text.erase(mark, 1);
  const std::string before = text.substr(0, mark);
  const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  return {text, lines + 1, before.size() - (before.rfind('\n') + 1) + 1};
}

// `marked` has the mark @ where the error must point; the message must contain `says`.
inline void expect_refused(
    const std::string& marked, const std::string& says,
    const std::function<void(const std::string&)>& read = [](const std::string& t) {
      parse_pomdp(t, "test.pomdp");
    }) {
  const auto [text, line, column] = unmark(marked);
  try {
    read(text);
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
