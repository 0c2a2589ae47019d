#pragma once

#include <string>
#include <string_view>

namespace doxa {

// UTF-8 without overlong forms, surrogates or numbers beyond U+10FFFF (The Unicode Standard 15.0, table 3-7).

/// The number of bytes of the first character, 1 to 4; 0 if the text is empty or begins with none.
std::size_t utf8_character_length(std::string_view text);

/// The number of bytes from the beginning that are whole, valid characters.
std::size_t valid_utf8_length(std::string_view text);

/// Appends the encoding of one code point, which must be valid.
void append_utf8(std::string& to, char32_t code_point);

}  // namespace doxa
