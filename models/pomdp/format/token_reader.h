#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/pomdp/format/lexer.h"
#include "doxa/models/pomdp/format/repair.h"

namespace doxa::pomdp_format {

/// A .pomdp text read one token at a time. Whatever is not as expected is a FileError at the place of the
/// token, "found 'x', expected y". A copy looks ahead.
class TokenReader {
 public:
  /// With a list of repairs the reader is lenient: who reads may note a repair in place of a refusal.
  TokenReader(std::string_view text, const std::string& file, std::vector<PomdpRepair>* repairs = nullptr)
      : lexer_(text, file), repairs_(repairs) {
    advance();
  }

  const Token& token() const { return token_; }
  Token look_ahead() const { return PomdpLexer(lexer_).next(); }
  void advance() { token_ = lexer_.next(); }
  bool accept(Token::Kind kind);
  bool accept(std::string_view word);
  void expect_colon(const std::string& after);

  /// The double nearest to a number without a sign, which must be finite; `what` says what is expected.
  double number(const std::string& what);
  double signed_number(const std::string& what);

  /// How many numbers are next, each with its sign if it has one, counted up to `most`.
  std::size_t numbers_ahead(std::size_t most) const;

  bool lenient() const { return repairs_ != nullptr; }
  /// Notes a repair; only for a lenient reader.
  void repaired(Position at, const std::string& text);

  [[noreturn]] void refuse(Position at, const std::string& text) const;
  [[noreturn]] void refuse_token(const std::string& expected) const;

 private:
  PomdpLexer lexer_;
  Token token_;
  std::vector<PomdpRepair>* repairs_;
};

/// "3 of 10" for position 2.
std::string place(std::size_t position, std::size_t count);

}  // namespace doxa::pomdp_format
