#include "doxa/models/pomdp/format/lexer.h"

#include <algorithm>

#include "doxa/models/files/file.h"

namespace doxa::pomdp_format {
namespace {

// Not <cctype>, whose answers depend on the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v'; }
// What cannot follow a number directly.
bool sticks_to_number(char c) { return is_word(c) || c == '.' || c == '+'; }

std::size_t run(std::string_view s, std::size_t from, bool (*belongs)(char)) {
  while (from < s.size() && belongs(s[from])) ++from;
  return from;
}

std::string quote(std::string_view text) { return "'" + shortened(text) + "'"; }

std::string describe_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte > 0x20 && byte < 0x7f) return quote(std::string_view(&c, 1));
  const char* digits = "0123456789ABCDEF";
  return std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

void PomdpLexer::skip_space() {
  for (bool comment = false; offset_ < text_.size(); ++offset_) {
    const char c = text_[offset_];
    if (c == '\n') {
      comment = false;
      at_.column = 0;
      ++at_.line;
    } else if (c == '#') {
      comment = true;
    } else if (!comment && !is_space(c)) {
      return;
    }
    ++at_.column;
  }
}

// digits [. [digits]] [e [sign] digits]
std::size_t PomdpLexer::number_length(std::string_view rest) const {
  std::size_t end = run(rest, 0, is_digit);
  if (end < rest.size() && rest[end] == '.') end = run(rest, end + 1, is_digit);
  if (end < rest.size() && (rest[end] == 'e' || rest[end] == 'E')) {
    std::size_t digits = end + 1;
    if (digits < rest.size() && (rest[digits] == '+' || rest[digits] == '-')) ++digits;
    const std::size_t exponent_end = run(rest, digits, is_digit);
    if (exponent_end > digits) end = exponent_end;
  }
  return end;
}

Token PomdpLexer::next() {
  skip_space();
  Token token{Token::Kind::end, {}, at_};
  if (offset_ == text_.size()) return token;
  const std::string_view rest = text_.substr(offset_);
  const char first = rest[0];
  const auto refuse = [&](const std::string& text) { throw FileError(file_, at_.line, at_.column, text); };
  std::size_t length = 1;
  if (is_letter(first)) {
    token.kind = Token::Kind::word;
    length = run(rest, 0, is_word);
  } else if (is_digit(first)) {
    length = number_length(rest);
    token.kind = run(rest, 0, is_digit) == length ? Token::Kind::integer : Token::Kind::real;
    if (length < rest.size() && sticks_to_number(rest[length]))
      refuse("found " + quote(rest.substr(0, run(rest, length, sticks_to_number))) +
             ", expected a number such as 0.5 or 1e-3, or a name, which begins with a letter");
  } else if (first == ':') {
    token.kind = Token::Kind::colon;
  } else if (first == '*') {
    token.kind = Token::Kind::star;
  } else if (first == '+') {
    token.kind = Token::Kind::plus;
  } else if (first == '-') {
    token.kind = Token::Kind::minus;
  } else if (first == '.') {
    refuse("found " + quote(rest.substr(0, run(rest, 0, sticks_to_number))) +
           ", expected a digit before the decimal point");
  } else {
    refuse("found " + describe_byte(first) + ", expected a name, a number, ':' or '*'");
  }
  token.text = rest.substr(0, length);
  offset_ += length;
  at_.column += static_cast<std::uint32_t>(length);
  return token;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t most = 40;
  return std::string(text.substr(0, most)) + (text.size() > most ? "..." : "");
}

std::string describe(const Token& token) {
  return token.is(Token::Kind::end) ? "the end of the file" : quote(token.text);
}

}  // namespace doxa::pomdp_format
