#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace doxa {

/// A file that cannot be read as what it should be. what() is one line, "file:line:column: what was found,
/// what was expected"; line and column count from 1 and in bytes. Without a place in the file (it cannot be
/// opened) both are 0 and what() is "file: text".
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& file, std::size_t line, std::size_t column, const std::string& text)
      : std::runtime_error(one_line(file) +
                           (line ? ":" + std::to_string(line) + ":" + std::to_string(column) : "") + ": " +
                           one_line(text)),
        file_(file),
        text_(one_line(text)),
        line_(line),
        column_(column) {}
  FileError(const std::string& file, const std::string& text) : FileError(file, 0, 0, text) {}

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }  ///< without the place
  std::size_t line() const { return line_; }
  std::size_t column() const { return column_; }

 private:
  // A file may hold, and be called, anything: control characters do not reach the terminal.
  static std::string one_line(std::string s) {
    for (char& c : s)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return s;
  }

  std::string file_, text_;
  std::size_t line_, column_;
};

}  // namespace doxa
