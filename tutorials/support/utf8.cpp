#include "support/utf8.h"

#include "doxa/models/files/utf8.h"

namespace doxa::support {
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
