#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace doxa {

/// Reads a JSON text (RFC 8259) from front to back, for a caller who knows what must come next. Nothing is
/// nested deeper than the caller's own calls, and a string takes no more memory than its text. Strict: valid
/// UTF-8, no bare control characters, no lone halves of surrogate pairs. Every fault is a FileError, "file:
/// at byte N: found …, expected …".
class JsonReader {
 public:
  /// The text must outlive the reader. `offset` is where the text begins in its file; it is added to the
  /// places in errors.
  JsonReader(std::string_view text, std::size_t offset, std::string file)
      : text_(text), offset_(offset), file_(std::move(file)) {}

  // Each of these skips white space first. `what` says in errors what was expected.

  void expect(char c, const char* what);
  bool accept(char c);  ///< passes over c and returns true if c comes next
  std::string string(const char* what);
  std::uint64_t whole_number(const char* what);  ///< digits only; must fit into 64 bits
  double number(const char* what);               ///< rounded to the nearest double
  void expect_end();                             ///< nothing may follow

  /// An object {"key":value,…}: calls value(key, place of the key), which must read the value. Whether a key
  /// may come twice is the caller's business.
  template <class Value>
  void object(const char* what, Value value) {
    expect('{', what);
    if (accept('}')) return;
    do {
      const std::size_t at = place();
      const std::string key = string("a name");
      expect(':', "a colon after a name");
      value(key, at);
    } while (accept(','));
    expect('}', "or a comma");
  }

  char peek();          ///< the next character after white space; '\0' at the end
  std::size_t place();  ///< its place in the file
  [[noreturn]] void refuse(std::size_t place, const std::string& found, const std::string& expected) const;

 private:
  void skip_space();
  std::string next() const;
  char32_t code_unit();
  void escape(std::string& to);
  void character(std::string& to);

  std::string_view text_;
  std::size_t at_ = 0, offset_;
  std::string file_;
};

}  // namespace doxa
