#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/files/file.h"

namespace doxa {

/// A field of comma-separated text, and the place where it begins, from 1, columns in bytes.
struct CsvField {
  std::string_view text;
  std::size_t line, column;
  bool quoted;
};

/// Reads comma-separated text record by record, as RFC 4180 describes it. Lines end in LF, CRLF or a lone CR;
/// the last one may lack its end. A field in double quotes may hold commas, line ends, and quotes, each
/// written twice. Blanks around a field are ignored, unless they are inside its quotes. The text, which may
/// begin with a UTF-8 byte order mark, and `file`, which names it in errors, must outlive the reader.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file);

  bool only_empty_lines_left() const { return text_.find_first_not_of(" \t\r\n", at_) == text_.npos; }
  /// The fields of the next record, at least one, valid until the next call. An empty line is a record of one
  /// empty field. Throws FileError for a quote that is not closed, and for text after a closing quote.
  const std::vector<CsvField>& next();

  std::size_t line() const { return line_; }              ///< where the record read last ends, from 1
  std::size_t end_column() const { return end_column_; }  ///< just after that record

  [[noreturn]] void refuse(std::size_t line, std::size_t column, const std::string& found,
                           const std::string& expected) const;

 private:
  bool at_end() const { return at_ == text_.size(); }
  bool is(char c) const { return !at_end() && text_[at_] == c; }
  bool at_line_end() const { return at_end() || is('\n') || is('\r'); }
  std::size_t column() const { return at_ - line_begin_ + 1; }
  void skip_blanks();
  CsvField field();
  std::string_view quoted_text(const CsvField& field);

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0, line_ = 0, line_begin_ = 0, end_column_ = 1;
  std::vector<CsvField> fields_;
  std::deque<std::string> unescaped_;  // fields of this record that held two quotes for one
};

/// The text as a field: in quotes if it could not be read back without them.
std::string csv_field(const std::string& text);

}  // namespace doxa
