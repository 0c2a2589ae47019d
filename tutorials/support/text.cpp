#include "support/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "doxa/models/files/utf8.h"

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

std::string sparkline(std::span<const double> values, std::size_t width) {
  static constexpr const char* bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> means(std::min(width, values.size()));
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (std::size_t i = 0; i < means.size(); ++i) {
    const std::size_t begin = i * values.size() / means.size(), end = (i + 1) * values.size() / means.size();
    for (std::size_t k = begin; k < end; ++k) means[i] += values[k] / static_cast<double>(end - begin);
    if (!std::isfinite(means[i])) continue;
    least = std::min(least, means[i]);
    most = std::max(most, means[i]);
  }
  std::string line;
  for (const double mean : means) {
    const double height = most > least ? (mean - least) / (most - least) : 0;
    line += std::isfinite(mean) ? bars[static_cast<int>(7 * height + 0.5)] : " ";
  }
  return line;
}

namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_combining(char32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F) ||
         c == 0x200B || c == 0x200D;
}

}  // namespace

char32_t next_code_point(std::string_view& text) {
  const std::size_t length = utf8_character_length(text);
  if (length == 0) {
    text.remove_prefix(1);
    return replacement;
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  char32_t code = length == 1 ? byte(0) : byte(0) & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) code = (code << 6) | (byte(i) & 0x3Fu);
  text.remove_prefix(length);
  return code;
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view before = text;
    if (next_code_point(text) == replacement) {
      result += "\xEF\xBF\xBD";
    } else {
      result += before.substr(0, before.size() - text.size());
    }
  }
  return result;
}

std::size_t columns(std::string_view text) {
  std::size_t width = 0;
  for_each_code_point(text, [&](char32_t c) { width += is_combining(c) ? 0 : 1; });
  return width;
}

std::string_view fitting(std::string_view text, std::size_t width) {
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view after = rest;
    const std::size_t needed = is_combining(next_code_point(after)) ? 0 : 1;
    if (needed > width) break;
    width -= needed;
    rest = after;
  }
  return text.substr(0, text.size() - rest.size());
}

}  // namespace doxa::support
