#include "support/results.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "doxa/models/files/file.h"
#include "doxa/models/files/json.h"
#include "support/text.h"

namespace doxa::support {

std::string json_string(std::string_view text) {
  constexpr std::string_view escaped = "\"\\\n\t\r", letter = "\"\\ntr", hexadecimal = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t at = escaped.find(c); at != escaped.npos) {
      result += '\\';
      result += letter[at];
    } else if (byte < 0x20) {
      result += "\\u00";
      result += hexadecimal[byte >> 4];
      result += hexadecimal[byte & 15];
    } else {
      result += c;
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

ResultsFile parse_results(const std::string& text, const std::string& file) {
  JsonReader json(text, 0, file);
  ResultsFile results;
  json.object("an object of results", [&](const std::string& name, std::size_t place) {
    if (results.contains(name)) json.refuse(place, "'" + name + "' again", "each name once");
    if (json.peek() != '"') {
      results[name] = json.number("a number or a text");
      return;
    }
    const std::string value = json.string("a text");
    if (value == "nan") {
      results[name] = std::numeric_limits<double>::quiet_NaN();
    } else if (value == "inf" || value == "-inf") {
      results[name] = (value == "inf" ? 1 : -1) * std::numeric_limits<double>::infinity();
    } else {
      results[name] = value;
    }
  });
  json.expect_end();
  return results;
}

ResultsFile read_results(const std::filesystem::path& file) {
  return parse_results(read_whole_file(file, "results file", std::size_t{1} << 24), file.string());
}

}  // namespace doxa::support
