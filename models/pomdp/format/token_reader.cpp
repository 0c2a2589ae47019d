#include "doxa/models/pomdp/format/token_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "doxa/models/files/file.h"

namespace doxa::pomdp_format {
namespace {

// Whether a number out of a double's range is too small for it: the power of ten of its first digit that is
// not 0, whatever the length of its digits and of its exponent.
bool is_below_one(std::string_view number) {
  const std::size_t e = number.find_first_of("eE");
  const std::string_view digits = number.substr(0, e);
  const std::size_t whole = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_not_of("0.");
  if (first == std::string_view::npos) return true;
  const auto power = static_cast<std::int64_t>(whole) - static_cast<std::int64_t>(first);
  if (e == std::string_view::npos) return power <= 0;
  std::string_view written = number.substr(e + 1);
  const bool negative = written[0] == '-';
  if (negative || written[0] == '+') written.remove_prefix(1);
  std::int32_t exponent = 0;
  if (std::from_chars(written.data(), written.data() + written.size(), exponent).ec != std::errc{})
    return negative;
  return power + (negative ? -std::int64_t{exponent} : std::int64_t{exponent}) <= 0;
}

}  // namespace

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
  double value = 0;
  const char *begin = token_.text.data(), *end = begin + token_.text.size();
  const bool in_range = std::from_chars(begin, end, value).ec == std::errc{} && std::isfinite(value);
  if (!in_range && !is_below_one(token_.text)) refuse_token(what + ", within the range of a double");
  if (!in_range) value = 0;  // the nearest double
  advance();
  return value;
}

double TokenReader::signed_number(const std::string& what) {
  const bool negative = token_.is(Token::Kind::minus);
  if (!accept(Token::Kind::minus)) accept(Token::Kind::plus);
  if (!token_.is_number()) refuse_token(what);
  const double value = number(what);
  return negative ? -value : value;
}

std::size_t TokenReader::numbers_ahead(std::size_t most) const {
  PomdpLexer ahead = lexer_;
  Token token = token_;
  std::size_t n = 0;
  for (; n < most; ++n, token = ahead.next()) {
    if (token.is(Token::Kind::minus) || token.is(Token::Kind::plus)) token = ahead.next();
    if (!token.is_number()) break;
  }
  return n;
}

void TokenReader::repaired(Position at, const std::string& text) {
  repairs_->push_back({at.line, at.column, text});
}

void TokenReader::refuse(Position at, const std::string& text) const {
  throw FileError(lexer_.file(), at.line, at.column, text);
}

void TokenReader::refuse_token(const std::string& expected) const {
  refuse(token_.at, "found " + describe(token_) + ", expected " + expected);
}

std::string place(std::size_t position, std::size_t count) {
  return std::to_string(position + 1) + " of " + std::to_string(count);
}

}  // namespace doxa::pomdp_format
