#include "doxa/models/pomdp/format/token_reader.h"

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"

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
  const DecimalReading number = read_decimal(token_.text);  // 0 if it is too small for a double
  if (number.status == DecimalReading::Status::too_large)
    refuse_token(what + ", within the range of a double");
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
