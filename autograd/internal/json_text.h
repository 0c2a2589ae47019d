#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {

/// A string as JSON writes it, in quotes: ", \ and control characters are escaped, everything else, which
/// should be UTF-8, stays as it is.
inline std::string json_string(std::string_view text) {
  std::string written = "\"";
  for (const char c : text) {
    constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt", digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t i = special.find(c); i != special.npos) {
      written += {'\\', letters[i]};
    } else if (byte < 0x20) {
      written += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    } else {
      written += c;
    }
  }
  return written += '"';
}

/// A number as JSON writes it; NaN and infinities, which JSON does not have, as strings.
inline std::string json_number(double x) { return std::isfinite(x) ? to_text(x) : '"' + to_text(x) + '"'; }

}  // namespace doxa
