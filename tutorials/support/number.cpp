#include "support/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace doxa::support {
std::string decimal(double value, int decimals) {
  std::string text = to_text(value, std::chars_format::fixed, decimals);
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return to_text(value);
  if (value == 0) return "0";
  // Rounding can carry into the next power of ten, so the exponent is read off the rounded number.
  std::string text = to_text(value, std::chars_format::scientific, digits - 1);
  const auto e = text.find('e');
  int exponent = 0;
  const char* first = text.data() + e + 1;
  std::from_chars(*first == '+' ? first + 1 : first, text.data() + text.size(), exponent);
  if (exponent >= -4 && exponent < 6) {
    return to_text(value, std::chars_format::fixed, std::max(0, digits - 1 - exponent));
  }
  return text.substr(0, e + 1) + std::to_string(exponent);
}

}  // namespace doxa::support
