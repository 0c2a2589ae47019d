#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace doxa::pomdp_format {

/// A place in a text, both numbers from 1; columns count bytes.
struct Position {
  std::uint32_t line = 1, column = 1;
};

/// The smallest pieces of a .pomdp file.
struct Token {
  enum class Kind { word, integer, real, colon, star, plus, minus, end };
  Kind kind = Kind::end;
  std::string_view text;
  Position at;

  bool is(Kind k) const { return kind == k; }
  bool is(std::string_view word) const { return kind == Kind::word && text == word; }
  bool is_number() const { return kind == Kind::integer || kind == Kind::real; }
};

/// Cuts a .pomdp text into tokens: words [A-Za-z][A-Za-z0-9_-]*, numbers (1, 1., 0.5, 1e-3), and : * + -.
/// White space, carriage returns and comments (# to the end of the line, of any bytes) are skipped. A copy of
/// a lexer looks ahead. The text must outlive it.
class PomdpLexer {
 public:
  PomdpLexer(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  /// Throws FileError for a byte or a number that the format does not know.
  Token next();
  const std::string& file() const { return file_; }

 private:
  void skip_space();
  std::size_t number_length(std::string_view rest) const;

  std::string_view text_;
  std::string file_;
  std::size_t offset_ = 0;
  Position at_;
};

/// The beginning of a text that is too long for an error message, else all of it.
std::string shortened(std::string_view text);

/// How an error message names a token: "'listen'", shortened where it is long, or "the end of the file".
std::string describe(const Token& token);

}  // namespace doxa::pomdp_format
