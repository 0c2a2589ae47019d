#pragma once

#include <string>

namespace doxa {

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

}  // namespace doxa
