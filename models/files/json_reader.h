#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace doxa {

/// Reads a JSON text (RFC 8259) from its beginning to its end, for a caller who knows what must come next:
/// values are never nested deeper than the caller's own calls, and a string takes no more memory than its
/// text. Strict: UTF-8 without surrogates or overlong forms, no bare control characters, no lone halves of
/// surrogate pairs. Every fault is a FileError "file: at byte N: found …, expected …".
class JsonReader {
 public:
  /// `offset` is where the text starts in the file, for the places in errors. The text must outlive the
  /// reader.
  JsonReader(std::string_view text, std::size_t offset, std::string file)
      : text_(text), offset_(offset), file_(std::move(file)) {}

  /// Passes over white space and the character c, which is expected as `what`.
  void expect(char c, const char* what);
  /// Passes over white space, and over c if it comes next.
  bool accept(char c);
  /// A string, decoded.
  std::string string(const char* what);
  /// A number of digits only that fits 64 bits.
  std::uint64_t whole_number(const char* what);
  /// A number, rounded to the nearest double.
  double number(const char* what);
  /// Nothing but white space is left.
  void expect_end();

  /// Where the next value begins, after white space.
  std::size_t place();
  [[noreturn]] void refuse(std::size_t place, const std::string& found, const std::string& expected) const;

 private:
  void skip_space();
  std::string next() const;
  std::uint32_t code_unit();
  void escape(std::string& to);
  void character(std::string& to);

  std::string_view text_;
  std::size_t at_ = 0, offset_;
  std::string file_;
};

/// How many bytes of a text are whole, valid UTF-8 from its beginning.
std::size_t valid_utf8(std::string_view text);

/// A string as JSON writes it, with its quotes: ", \ and control characters escaped, everything else as it
/// is. Throws std::invalid_argument for text that is not UTF-8.
std::string json_string(std::string_view text);

}  // namespace doxa
