#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace doxa::support {

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
