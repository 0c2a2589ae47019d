#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/pomdp/file.h"

namespace doxa::pomdp_format {

/// A place in a text, both numbers from 1; columns count bytes.
struct Position {
  std::uint32_t line = 1, column = 1;
};

/// The smallest pieces of a .pomdp file: words [A-Za-z][A-Za-z0-9_-]*, numbers (1, 1., 0.5, 1e-3), and the
/// signs : * + and -.
struct Token {
  enum class Kind { word, integer, real, colon, star, plus, minus, end };
  Kind kind = Kind::end;
  std::string_view text;
  Position at;

  bool is(Kind k) const { return kind == k; }
  bool is(std::string_view word) const { return kind == Kind::word && text == word; }
  bool is_number() const { return kind == Kind::integer || kind == Kind::real; }
};

/// A .pomdp text read one token at a time; white space and comments (# to the end of the line, of any
/// bytes) are skipped. Lines end in LF, CRLF or a lone CR. Whatever is not as expected is a FileError at the
/// place of the token, "found 'x', expected y". Work on a copy to look ahead. The text must outlive the
/// reader.
class TokenReader {
 public:
  /// With a list of repairs the reader is lenient: its users may note a repair instead of refusing. Like
  /// `advance` it throws FileError for a byte or a number that the format does not know.
  TokenReader(std::string_view text, std::string file, std::vector<PomdpRepair>* repairs = nullptr)
      : text_(text), file_(std::move(file)), repairs_(repairs) {
    advance();
  }

  const Token& token() const { return token_; }
  void advance();
  /// The token after this one.
  Token look_ahead() const;
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
  void skip_space();

  std::string_view text_;
  std::string file_;
  std::vector<PomdpRepair>* repairs_;
  std::size_t offset_ = 0;
  Position at_;
  Token token_;
};

/// The text, or its first 40 bytes and "..." where it is longer.
std::string shortened(std::string_view text);
/// How an error message names a token: "'listen'", shortened where it is long, or "the end of the file".
std::string describe(const Token& token);
/// "3 of 10" for position 2.
std::string place(std::size_t position, std::size_t count);

}  // namespace doxa::pomdp_format
