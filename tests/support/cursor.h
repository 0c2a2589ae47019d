#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace doxa {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A place in a text that is read from front to back.
struct Cursor {
  std::string_view text;
  std::size_t at = 0;

  std::string_view rest() const { return text.substr(at); }
  char next() const { return at < text.size() ? text[at] : '\0'; }
  /// Passes over `literal` if it comes next.
  bool take(std::string_view literal) {
    if (!rest().starts_with(literal)) return false;
    at += literal.size();
    return true;
  }
  /// Passes over the characters that `accepts`, and returns them.
  std::string_view take_while(auto accepts) {
    const std::size_t begin = at;
    while (at < text.size() && accepts(text[at])) ++at;
    return text.substr(begin, at - begin);
  }
  /// Passes over everything before the next `end`, or the end of the text, and returns it.
  std::string_view take_until(std::string_view end) {
    const std::size_t begin = at;
    at = std::min(text.find(end, at), text.size());
    return text.substr(begin, at - begin);
  }
};

/// Calls read(cursor) behind each occurrence of `literal`.
inline void for_each_after(std::string_view text, std::string_view literal, auto read) {
  for (std::size_t at = text.find(literal); at != text.npos; at = text.find(literal, at + 1))
    read(Cursor{text, at + literal.size()});
}

}  // namespace doxa
