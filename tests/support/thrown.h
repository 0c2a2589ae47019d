#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace doxa {

/// What the library throws at wrong shapes, sizes and values.
using Refused = std::invalid_argument;

/// The text of the E that f throws; anything else thrown passes through, and none is said so.
template <class E, class F>
std::string thrown(F f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "nothing was thrown";
}

/// EXPECT_SAYS(E, text, statement): the statement throws an E with that text.
#define EXPECT_SAYS(E, text, ...) EXPECT_EQ(::doxa::thrown<E>([&] { __VA_ARGS__; }), text)

}  // namespace doxa
