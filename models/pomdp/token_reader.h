#pragma once

#include <string>
#include <string_view>

#include "doxa/models/pomdp/pomdp_lexer.h"

namespace doxa::pomdp_format {

/// A .pomdp text read one token at a time. Whatever is not as expected is a FileError at the place of the
/// token, "found 'x', expected y".
class TokenReader {
 public:
  TokenReader(std::string_view text, const std::string& file) : lexer_(text, file) { advance(); }

  const Token& token() const { return token_; }
  Token look_ahead() const { return PomdpLexer(lexer_).next(); }
  void advance() { token_ = lexer_.next(); }
  bool accept(Token::Kind kind);
  bool accept(std::string_view word);
  void expect_colon(const std::string& after);

  /// The double nearest to a number without a sign, which must be finite; `what` says what is expected.
  double number(const std::string& what);
  double signed_number(const std::string& what);

  [[noreturn]] void refuse(Position at, const std::string& text) const;
  [[noreturn]] void refuse_token(const std::string& expected) const;

 private:
  PomdpLexer lexer_;
  Token token_;
};

}  // namespace doxa::pomdp_format
