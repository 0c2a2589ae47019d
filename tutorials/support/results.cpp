#include "support/results.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "support/number.h"
#include "support/utf8.h"

namespace doxa::support {

std::string json_string(std::string_view text) {
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      case '\n':
        result += "\\n";
        break;
      case '\t':
        result += "\\t";
        break;
      case '\r':
        result += "\\r";
        break;
      default:
        if (byte < 0x20) {
          result += "\\u00";
          result += hexadecimal[byte >> 4];
          result += hexadecimal[byte & 15];
        } else {
          result += c;
        }
    }
  }
  return result + '"';
}

void Results::set(std::string name, double value) {
  set_literal(std::move(name), std::isfinite(value) ? to_text(value) : json_string(to_text(value)));
}

void Results::set(std::string name, double value, double tolerance) {
  tolerances_[name] = tolerance;
  set(std::move(name), value);
}

void Results::set(std::string name, std::string_view value) {
  set_literal(std::move(name), json_string(value));
}

void Results::set_literal(std::string name, std::string literal) {
  const auto entry = std::ranges::find(entries_, name, &std::pair<std::string, std::string>::first);
  if (entry != entries_.end()) {
    entry->second = std::move(literal);
  } else {
    entries_.emplace_back(std::move(name), std::move(literal));
  }
}

std::string Results::json() const {
  std::string text = "{";
  for (const auto& [name, literal] : entries_) {
    text += (text.size() == 1 ? "\n  " : ",\n  ") + json_string(name) + ": " + literal;
  }
  return text + "\n}\n";
}

}  // namespace doxa::support
