#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "doxa/autograd/internal/number_text.h"

namespace doxa::support {

// ---- numbers as text

using doxa::to_text;  // the shortest decimal form that reads back as the same double; "nan", "inf", "-inf"

// `value` rounded to `digits` significant digits for a reader: "0.6931", "128.5", "2.2e-16". Plain decimals
// from 1e-4 up to 1e6, trailing zeros kept so that columns line up; exact zero is "0".
std::string significant(double value, int digits = 4);

// `value` with `decimals` digits after the point, never "-0.00".
std::string decimal(double value, int decimals);

// A curve in one line, "█▇▆▅▄▄▃▃▂▂▁▁": averages over up to `width` stretches of the numbers, from the least
// to the largest. A stretch with a number that is not finite is a blank.
std::string sparkline(std::span<const double> values, std::size_t width = 40);

// ---- text of any letters

// `text` with every byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

// Columns `text` takes on a terminal: one a code point, none for a combining mark. Wide East Asian characters
// are not considered.
std::size_t columns(std::string_view text);

// The longest prefix of `text` that takes at most `width` columns.
std::string_view fitting(std::string_view text, std::size_t width);

// Calls visit(code_point) for every code point of `text`; U+FFFD stands for a malformed byte.
template <class Visit>
void for_each_code_point(std::string_view text, Visit visit);

// Takes one code point off the front of `text`, which must not be empty; U+FFFD for a malformed byte.
char32_t next_code_point(std::string_view& text);

template <class Visit>
void for_each_code_point(std::string_view text, Visit visit) {
  while (!text.empty()) visit(next_code_point(text));
}

}  // namespace doxa::support
