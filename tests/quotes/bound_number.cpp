#include "bound_number.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <string>

#include "support/number.h"

namespace doxa::quotes {
namespace {

using Match = std::match_results<std::string_view::const_iterator>;

// sign, digits, power of ten, its exponent
const std::regex written_number(R"((\+|-|−)?(\d{1,3}(?: \d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?))"
                                R"((\s*(?:\\cdot|\\times|·|×)\s*10\^\{?((?:-|−)?\d+)\}?|e(-?\d+))?)");

std::string_view view(const Match& match, std::size_t group) {
  return {match[group].first, match[group].second};
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
  for (std::regex_iterator<std::string_view::const_iterator>
           i(line.begin() + static_cast<std::ptrdiff_t>(begin),
             line.begin() + static_cast<std::ptrdiff_t>(last), written_number),
       none;
       i != none; ++i) {
    const Match& m = *i;
    found = WrittenNumber{.begin = static_cast<std::size_t>(m[0].first - line.begin()),
                          .end = static_cast<std::size_t>(m[0].second - line.begin()),
                          .digits = view(m, 2),
                          .power = view(m, 3),
                          .exponent = m[4].matched ? view(m, 4) : view(m, 5),
                          .sign = view(m, 1),
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

}  // namespace doxa::quotes
