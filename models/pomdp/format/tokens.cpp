#include "doxa/models/pomdp/format/tokens.h"

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"

namespace doxa::pomdp_format {
namespace {

// The functions of <cctype> depend on the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v'; }
// Characters that cannot follow a number directly.
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

// digits [. [digits]] [e [sign] digits]
std::size_t number_length(std::string_view rest) {
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

}  // namespace

void TokenReader::skip_space() {
  for (bool comment = false; offset_ < text_.size(); ++offset_) {
    const char c = text_[offset_];
    const bool lone_return = c == '\r' && text_.substr(offset_ + 1, 1) != "\n";
    if (c == '\n' || lone_return) {
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

void TokenReader::advance() {
  skip_space();
  token_ = {Token::Kind::end, {}, at_};
  if (offset_ == text_.size()) return;
  const std::string_view rest = text_.substr(offset_);
  const char first = rest[0];
  std::size_t length = 1;
  if (is_letter(first)) {
    token_.kind = Token::Kind::word;
    length = run(rest, 0, is_word);
  } else if (is_digit(first)) {
    length = number_length(rest);
    token_.kind = run(rest, 0, is_digit) == length ? Token::Kind::integer : Token::Kind::real;
    if (length < rest.size() && sticks_to_number(rest[length]))
      refuse(at_, "found " + quote(rest.substr(0, run(rest, length, sticks_to_number))) +
                      ", expected a number such as 0.5 or 1e-3, or a name, which begins with a letter");
  } else if (first == ':') {
    token_.kind = Token::Kind::colon;
  } else if (first == '*') {
    token_.kind = Token::Kind::star;
  } else if (first == '+') {
    token_.kind = Token::Kind::plus;
  } else if (first == '-') {
    token_.kind = Token::Kind::minus;
  } else if (first == '.') {
    refuse(at_, "found " + quote(rest.substr(0, run(rest, 0, sticks_to_number))) +
                    ", expected a digit before the decimal point");
  } else {
    refuse(at_, "found " + describe_byte(first) + ", expected a name, a number, ':' or '*'");
  }
  token_.text = rest.substr(0, length);
  offset_ += length;
  at_.column += static_cast<std::uint32_t>(length);
}

Token TokenReader::look_ahead() const {
  TokenReader ahead = *this;
  ahead.advance();
  return ahead.token_;
}

bool TokenReader::accept(Token::Kind kind) {
  if (!token_.is(kind)) return false;
  advance();
  return true;
}

bool TokenReader::accept(std::string_view word) {
  if (!token_.is(word)) return false;
  advance();
  return true;
}

void TokenReader::expect_colon(const std::string& after) {
  if (!accept(Token::Kind::colon)) refuse_token("':' after " + after);
}

double TokenReader::number(const std::string& what) {
  if (token_.is(Token::Kind::plus) || token_.is(Token::Kind::minus)) refuse_token(what + ", without a sign");
  if (!token_.is_number()) refuse_token(what);
  // Rounded to 0, a small probability would make possible observations impossible.
  const DecimalReading number = read_decimal(token_.text);
  if (!number.in_range()) refuse_token(what + ", within the range of a double");
  advance();
  return number.value;
}

double TokenReader::signed_number(const std::string& what) {
  const bool negative = token_.is(Token::Kind::minus);
  if (!accept(Token::Kind::minus)) accept(Token::Kind::plus);
  if (!token_.is_number()) refuse_token(what);
  const double value = number(what);
  return negative ? -value : value;
}

std::size_t TokenReader::numbers_ahead(std::size_t most) const {
  TokenReader ahead = *this;
  std::size_t n = 0;
  for (; n < most; ++n, ahead.advance()) {
    if (!ahead.accept(Token::Kind::minus)) ahead.accept(Token::Kind::plus);
    if (!ahead.token_.is_number()) break;
  }
  return n;
}

void TokenReader::repaired(Position at, const std::string& text) {
  repairs_->push_back({at.line, at.column, text});
}

void TokenReader::refuse(Position at, const std::string& text) const {
  throw FileError(file_, at.line, at.column, text);
}

void TokenReader::refuse_token(const std::string& expected) const {
  refuse(token_.at, "found " + describe(token_) + ", expected " + expected);
}

std::string shortened(std::string_view text) {
  constexpr std::size_t most = 40;
  return std::string(text.substr(0, most)) + (text.size() > most ? "..." : "");
}

std::string describe(const Token& token) {
  return token.is(Token::Kind::end) ? "the end of the file" : quote(token.text);
}

std::string place(std::size_t position, std::size_t count) {
  return std::to_string(position + 1) + " of " + std::to_string(count);
}

}  // namespace doxa::pomdp_format
