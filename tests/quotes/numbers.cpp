#include "quotes/numbers.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>

#include "support/text.h"
#include "tests/support/cursor.h"

namespace doxa::quotes {
namespace {

// Digits, in groups of three or not, with a point or not: what is left of them is `digits`.
std::string_view take_digits(Cursor& c) {
  const std::size_t begin = c.at;
  const std::size_t first = c.take_while(is_digit).size();
  while (first <= 3) {
    Cursor group = c;
    if (!group.take(" ") || group.take_while(is_digit).size() != 3) break;
    c = group;
  }
  Cursor decimals = c;
  if (decimals.take(".") && !decimals.take_while(is_digit).empty()) c = decimals;
  return c.text.substr(begin, c.at - begin);
}

// "e-16", " \\cdot 10^{-16}", " · 10^-16": the exponent; empty, and c where it was, for something else.
std::string_view take_power(Cursor& c) {
  const auto exponent = [](Cursor& at) -> std::string_view {
    const std::size_t begin = at.at;
    at.take("-") || at.take("−");
    return at.take_while(is_digit).empty() ? "" : at.text.substr(begin, at.at - begin);
  };
  Cursor power = c;
  std::string_view found;
  if (power.take("e")) {
    found = exponent(power);
  } else {
    const auto blanks = [&] { power.take_while([](char x) { return x == ' '; }); };
    blanks();
    if (!power.take("\\cdot") && !power.take("\\times") && !power.take("·") && !power.take("×")) return "";
    blanks();
    if (!power.take("10^")) return "";
    power.take("{");
    found = exponent(power);
    power.take("}");
  }
  if (!found.empty()) c = power;
  return found;
}

std::size_t trimmed(std::string_view line, std::size_t end, std::string_view what) {
  while (end > 0 && what.find(line[end - 1]) != what.npos) --end;
  return end;
}

std::string grouped(const std::string& digits) {
  std::string text = digits;
  const std::size_t point = std::min(text.find('.'), text.size());
  for (std::size_t i = point; i > 3; i -= 3) text.insert(i - 3, " ");
  return text;
}

}  // namespace

std::optional<WrittenNumber> number_before(std::string_view line, std::size_t end) {
  end = trimmed(line, end, "*");  // emphasis closes after the number
  std::size_t begin = 0;
  bool formula = false, percent = false;
  if (end > 0 && line[end - 1] == '$') {
    formula = true;
    --end;
    begin = line.rfind('$', end - 1);
    if (begin == line.npos || begin >= end) return {};
    ++begin;
  }
  std::size_t last = end;
  if (const std::size_t mark = trimmed(line, end, " "); mark > begin && line[mark - 1] == '%') {
    percent = true;
    last = trimmed(line, mark - 1, "\\ ");
  }
  std::optional<WrittenNumber> found;
  for (Cursor c{line.substr(0, last), begin}; c.at < last;) {
    const std::size_t start = c.at;
    const std::string_view sign = c.take("+") ? "+" : c.take("-") ? "-" : c.take("−") ? "−" : "";
    if (!is_digit(c.next())) {
      c.at = start + 1;
      continue;
    }
    const std::string_view digits = take_digits(c);
    const std::size_t power = c.at;
    const std::string_view exponent = take_power(c);
    found = WrittenNumber{.begin = start,
                          .end = c.at,
                          .digits = digits,
                          .power = line.substr(power, c.at - power),
                          .exponent = exponent,
                          .sign = sign,
                          .percent = percent};
  }
  if (found && !formula && found->end != last) return {};
  return found;
}

std::string written_like(const WrittenNumber& like, double value) {
  if (like.percent) value *= 100;
  const std::size_t point = like.digits.find('.');
  const int decimals = point == like.digits.npos ? 0 : static_cast<int>(like.digits.size() - point - 1);
  std::string power(like.power);
  if (!power.empty() && value != 0) {
    // The power of ten that leaves one digit before the point, after rounding.
    const std::string text = to_text(value, std::chars_format::scientific, decimals);
    const std::size_t e = text.find('e');
    const bool below_one = text[e + 1] == '-';
    const std::string exponent =
        text.substr(text.find_first_not_of("+-0", e + 1) == text.npos ? text.size() - 1
                                                                      : text.find_first_not_of("+-0", e + 1));
    const std::string minus = like.exponent.starts_with("−") ? "−" : "-";
    power.replace(static_cast<std::size_t>(like.exponent.data() - like.power.data()), like.exponent.size(),
                  (below_one ? minus : "") + exponent);
    value = read_decimal(text.substr(0, e)).value;
  }
  std::string digits = support::decimal(std::abs(value), decimals);
  const bool negative = value < 0 && digits.find_first_of("123456789") != digits.npos;
  if (like.digits.find(' ') != like.digits.npos) digits = grouped(digits);
  const std::string minus = like.sign == "−" ? "−" : "-";
  const std::string sign = negative ? minus : like.sign == "+" ? "+" : "";
  return sign + digits + power;
}

int significant_digits(std::string_view digits) {
  std::string significant;
  bool point = false;
  for (const char c : digits) {
    point = point || c == '.';
    if (c >= '0' && c <= '9' && !(significant.empty() && c == '0')) significant += c;
  }
  if (!point)
    while (!significant.empty() && significant.back() == '0') significant.pop_back();
  return static_cast<int>(significant.size());
}

namespace {

namespace fs = std::filesystem;

// Calls found(digits) for every number, "12" or "0.5".
void for_each_number(std::string_view text, auto found) {
  for (Cursor c{text}; c.at < text.size();) {
    c.take_while([](char x) { return !is_digit(x); });
    const std::size_t begin = c.at;
    c.take_while(is_digit);
    Cursor decimals = c;
    if (decimals.take(".") && !decimals.take_while(is_digit).empty()) c = decimals;
    if (c.at > begin) found(std::string(text.substr(begin, c.at - begin)));
  }
}

// A line with a blank in place of each piece that begins with `first` and ends with the next `last` after it.
void blank_out(std::string& line, std::string_view first, std::string_view last) {
  for (std::size_t at = line.find(first); at != line.npos; at = line.find(first, at + 1)) {
    const std::size_t end = line.find(last, at + first.size());
    if (end == line.npos) return;
    line.replace(at, end + last.size() - at, " ");
  }
}

// "12 345" as "12345".
std::string without_groups(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    Cursor group{line, i + 1};
    const bool separates =
        line[i] == ' ' && i > 0 && is_digit(line[i - 1]) && group.take_while(is_digit).size() == 3;
    if (!separates) text += line[i];
  }
  return text;
}

// "(06.12)" and what stands between "http" and the next blank.
void blank_out_citations(std::string& line) {
  for (std::size_t at = line.find('('); at != line.npos; at = line.find('(', at + 1)) {
    Cursor c{line, at + 1};
    if (c.take_while(is_digit).size() == 2 && c.take(".") && !c.take_while(is_digit).empty() && c.take(")"))
      line.replace(at, c.at - at, " ");
  }
  for (const char* scheme : {"http://", "https://"})
    for (std::size_t at = line.find(scheme); at != line.npos; at = line.find(scheme, at))
      line.replace(at, std::min(line.find(' ', at), line.size()) - at, " ");
}

// The numbers in a chapter's sources.
std::set<std::string> numbers_of_sources(const fs::path& folder) {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".cpp" && extension != ".h" && extension != ".pomdp") continue;
    std::ifstream source(entry.path());
    for (std::string line; std::getline(source, line);) {
      std::erase(line, '\'');  // 1'000'000
      for_each_number(line, [&](const std::string& digits) { found.insert(digits); });
    }
  }
  return found;
}

bool is_chapter(const fs::path& page) {
  const std::string folder = page.parent_path().filename().string();
  return folder.size() > 3 && is_digit(folder[0]) && is_digit(folder[1]) && folder[2] == '-';
}

bool is_year(const std::string& digits) { return digits.size() == 4 && digits >= "1700" && digits <= "2099"; }

}  // namespace

std::vector<Difference> unbound_numbers(const fs::path& page) {
  if (!is_chapter(page)) return {};
  const std::set<std::string> sources = numbers_of_sources(page.parent_path());
  std::vector<Difference> differences;
  std::ifstream stream(page);
  bool fenced = false, display = false;
  int place = 0;
  for (std::string line; std::getline(stream, line);) {
    ++place;
    if (line.starts_with("## Exercises")) break;
    const std::size_t first = line.find_first_not_of(' ');
    if (first != line.npos && (line.compare(first, 3, "```") == 0 || line.compare(first, 3, "~~~") == 0)) {
      fenced = !fenced;
      continue;
    }
    if (fenced) continue;
    // What is no statement of a number in prose: comments, and a bound number together with its own; links'
    // targets, code, equation tags and citations, formulas in display.
    for (std::size_t at = line.find("<!--"); at != line.npos; at = line.find("<!--", at)) {
      const std::size_t end = std::min(line.find("-->", at), line.size() - 3) + 3;
      std::size_t begin = at;
      if (line.compare(at, 5, "<!--=") == 0)
        if (const auto held = number_before(line, at)) begin = held->begin;
      line.replace(begin, end - begin, " ");
      at = begin;
    }
    blank_out(line, "](", ")");
    blank_out(line, "`", "`");
    blank_out(line, "\\tag{", "}");
    blank_out(line, "$$", "$$");
    blank_out_citations(line);
    if (line.find("$$") != line.npos) {
      display = !display;
      continue;
    }
    if (display) continue;
    for_each_number(without_groups(line), [&](const std::string& digits) {
      if (significant_digits(digits) < 3 || is_year(digits) || sources.contains(digits)) return;
      differences.push_back(
          {place, "nothing holds " + digits +
                      ": expected <!--=NAME--> after it, or <!--=--> if it is worked out in the text"});
    });
  }
  return differences;
}

}  // namespace doxa::quotes
