#include "doxa/models/pomdp/token_reader.h"

#include <charconv>
#include <cmath>

#include "doxa/models/file_error.h"

namespace doxa::pomdp_format {

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
  if (std::from_chars(begin, end, value).ec != std::errc{} || !std::isfinite(value))
    refuse_token(what + ", within the range of a double");
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

void TokenReader::refuse(Position at, const std::string& text) const {
  throw FileError(lexer_.file(), at.line, at.column, text);
}

void TokenReader::refuse_token(const std::string& expected) const {
  refuse(token_.at, "found " + describe(token_) + ", expected " + expected);
}

}  // namespace doxa::pomdp_format
