#include "doxa/autograd/internal/number_text.h"

#include <locale.h>
#include <stdlib.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include <algorithm>
#include <array>
#include <cmath>

namespace doxa {
namespace {

bool is_decimal(std::string_view text) {
  const auto accept = [&](std::string_view any) {
    if (text.empty() || any.find(text[0]) == any.npos) return false;
    text.remove_prefix(1);
    return true;
  };
  const auto digits = [&] {
    const std::size_t before = text.size();
    while (accept("0123456789")) {
    }
    return text.size() < before;
  };
  accept("-");
  bool any = digits();
  if (accept(".")) any |= digits();
  if (any && accept("eE")) {
    accept("+-");
    any = digits();
  }
  return any && text.empty();
}

template <class... Format>
std::string written(double x, Format... format) {
  if (std::isnan(x)) return "nan";  // some libraries write its sign
  std::array<char, 1536> text;      // the largest double has 309 digits before the point
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x, format...).ptr;
  return {text.data(), end};
}

}  // namespace

std::string to_text(double x) { return written(x); }

std::string to_text(double x, std::chars_format format, int digits) {
  return written(x, format, std::min(digits, 1100));  // no double has more
}

DecimalReading read_decimal(std::string_view text) {
  using Status = DecimalReading::Status;
  if (!is_decimal(text)) return {};
  static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
  const double value = ::strtod_l(std::string(text).c_str(), nullptr, c_locale);
  if (std::isinf(value)) return {value, Status::too_large};
  const std::string_view significand = text.substr(0, text.find_first_of("eE"));
  const bool underflow = value == 0 && significand.find_first_of("123456789") != text.npos;
  return {value, underflow ? Status::too_small : Status::in_range};
}

std::optional<std::uint64_t> read_whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace doxa
