#include "support/number.h"

#include <array>
#include <charconv>
#include <cmath>

namespace doxa::support {
namespace {

std::string not_finite(double value) {
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

// std::to_chars knows no locale: a decimal point is a point everywhere.
template <class... Format>
std::string to_text(double value, Format... format) {
  std::array<char, 400> buffer;  // the longest fixed form of a double has 309 digits before the point
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...).ptr;
  return {buffer.data(), end};
}

}  // namespace

std::string shortest(double value) { return std::isfinite(value) ? to_text(value) : not_finite(value); }

std::string decimal(double value, int decimals) {
  if (!std::isfinite(value)) return not_finite(value);
  std::string text = to_text(value, std::chars_format::fixed, decimals);
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return not_finite(value);
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
