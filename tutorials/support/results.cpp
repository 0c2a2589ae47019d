#include "support/results.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "doxa/autograd/internal/json_text.h"
#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"
#include "doxa/models/files/json.h"
#include "support/text.h"

namespace doxa::support {

void Results::set(std::string name, double value) { set_literal(std::move(name), json_number(value)); }

void Results::set(std::string name, double value, double tolerance) {
  tolerances_[name] = tolerance;
  set(std::move(name), value);
}

void Results::set(std::string name, std::string_view value) {
  set_literal(std::move(name), json_string(valid_utf8(value)));
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
    text += (text.size() == 1 ? "\n  " : ",\n  ") + json_string(valid_utf8(name)) + ": " + literal;
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

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// N of "claim.N" and "claim.N.…", 0 for another name.
std::size_t claim_number(const std::string& name) {
  constexpr std::string_view prefix = "claim.";
  std::size_t number = 0;
  if (name.starts_with(prefix))
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
  return number;
}

double ratio(double fresh, double committed, double tolerance) {
  if (fresh == committed || (std::isnan(fresh) && std::isnan(committed))) return 0;
  const double difference = std::abs(fresh - committed);
  return std::isfinite(difference) ? difference / tolerance : infinity;
}

// Which numbers of a claim are compared, and how: an inequality's are not.
double claim_ratio(const std::string& name, double fresh, double committed,
                   const std::vector<Claim>& claims) {
  const std::size_t number = claim_number(name);
  if (number > claims.size()) return infinity;
  const Claim& claim = claims[number - 1];
  if (claim.relation != Claim::Relation::equal || !name.ends_with(".got")) return 0;
  return ratio(fresh, committed, 2 * claim.tolerance);
}

// The numbers in a printed table and, with a mark in place of each, the words.
std::pair<std::string, std::vector<double>> words_and_numbers(const std::string& table) {
  std::pair<std::string, std::vector<double>> parts;
  for (std::size_t at = 0; at < table.size();) {
    const bool inside_a_word = at > 0 && std::isalnum(static_cast<unsigned char>(table[at - 1]));
    const bool digit = std::isdigit(static_cast<unsigned char>(table[at]));
    const bool sign =
        table[at] == '-' && at + 1 < table.size() && std::isdigit(static_cast<unsigned char>(table[at + 1]));
    std::size_t length = 0;  // of the longest number that begins here
    DecimalReading number;
    if (!inside_a_word && (digit || sign)) {
      length = std::min(table.find_first_not_of("+-.0123456789Ee", at), table.size()) - at;
      while ((number = read_decimal(std::string_view(table).substr(at, length))).status ==
             DecimalReading::Status::malformed)
        --length;
    }
    if (length == 0) {
      if (table[at] != ' ') parts.first += table[at];  // columns are as wide as their numbers
      ++at;
      continue;
    }
    parts.first += '#';
    parts.second.push_back(number.value);
    at += length;
  }
  return parts;
}

// Of the report of a gradient check, its verdict: the rows below are the derivatives that came closest to
// failing, and rounding chooses these.
std::string steady_part(const std::string& table) {
  const bool report = table.starts_with("pass: ") || table.starts_with("fail: ");
  return report ? table.substr(0, table.find('\n')) : table;
}

// Does a reader see the same table? On another machine training ends a little elsewhere, so that a number may
// be off by a quarter of itself, and by a twentieth of the largest in the table.
bool same_table(const std::string& fresh, const std::string& committed) {
  const auto [words, numbers] = words_and_numbers(steady_part(fresh));
  const auto [other_words, others] = words_and_numbers(steady_part(committed));
  if (words != other_words || numbers.size() != others.size()) return false;
  if (words.find("seconds") != std::string::npos) return true;  // times are not compared
  double largest = 0;
  for (const double x : others) largest = std::max(largest, std::abs(x));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double off = std::abs(numbers[i] - others[i]);
    if (off > 0.25 * std::abs(others[i]) && off > 0.05 * largest) return false;
  }
  return true;
}

}  // namespace

Claim agrees_with_committed(const ResultsFile& fresh, const ResultsFile& committed,
                            const std::vector<Claim>& claims,
                            const std::map<std::string, double>& tolerances) {
  double largest = 0;
  std::string place = "none is different";
  const auto found = [&](double r, const std::string& what) {
    if (!(r <= largest)) largest = r, place = what;
  };
  for (const auto& [name, value] : committed)
    if (!fresh.contains(name)) found(infinity, name + " is committed and was not computed");
  for (const auto& [name, value] : fresh) {
    const auto at = committed.find(name);
    if (at == committed.end()) {
      found(infinity, name + " was computed and is not committed");
      continue;
    }
    if (name.ends_with("seconds")) continue;
    const auto* here = std::get_if<double>(&value);
    const auto* there = std::get_if<double>(&at->second);
    if ((here == nullptr) != (there == nullptr)) {
      found(infinity, name + " is a number in one and a text in the other");
    } else if (here == nullptr) {
      if (claim_number(name) > 0 && value != at->second) found(infinity, name + " has another sentence");
      if (name.starts_with("printed.") &&
          !same_table(std::get<std::string>(value), std::get<std::string>(at->second)))
        found(infinity, "the table '" + name.substr(8) + "' is another");
    } else {
      const auto own = tolerances.find(name);
      const double rounding = 1e-9 * std::max(1e-3, std::abs(*there));
      const double r = own == tolerances.end() && claim_number(name) > 0
                           ? claim_ratio(name, *here, *there, claims)
                           : ratio(*here, *there, own == tolerances.end() ? rounding : own->second);
      found(r, name + " is " + to_text(*here) + " here and " + to_text(*there) + " there");
    }
  }
  return {"the results and tables are those of the text: the largest difference, in units of its tolerance",
          Claim::Relation::at_most,
          largest,
          1,
          0,
          "each number has its own; " + place + (largest > 1 ? "; after an edit this is expected" : "")};
}

std::string checksum(const std::string& bytes) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), fnv1a(bytes), 16).ptr;
  return {digits.data(), end};
}

}  // namespace doxa::support
