#include "doxa/models/files/csv.h"

#include "doxa/models/files/foreign_content.h"

namespace doxa {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view without_blanks_at_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace

CsvReader::CsvReader(std::string_view text, const std::string& file)
    : text_(without_byte_order_mark(text)), file_(file) {
  if (const auto found = foreign_content(text))
    refuse(1, 1, found->what, "comma-separated text: " + found->advice);
}

void CsvReader::refuse(std::size_t line, std::size_t column, const std::string& found,
                       const std::string& expected) const {
  throw FileError(file_, line, column, "found " + found + ", expected " + expected);
}

void CsvReader::skip_blanks() {
  while (is(' ') || is('\t')) ++at_;
}

const std::vector<CsvField>& CsvReader::next() {
  fields_.clear();
  unescaped_.clear();
  ++line_;
  line_begin_ = at_;
  fields_.push_back(field());
  while (is(',')) {
    ++at_;
    fields_.push_back(field());
  }
  end_column_ = column();
  if (is('\r')) ++at_;
  if (is('\n')) ++at_;
  return fields_;
}

// Stops at the comma or the line end after the field.
CsvField CsvReader::field() {
  skip_blanks();
  CsvField field{.text = {}, .line = line_, .column = column(), .quoted = is('"')};
  if (field.quoted) {
    field.text = quoted_text(field);
    skip_blanks();
    if (!is(',') && !at_line_end())
      refuse(line_, column(),
             in_quotes(text_.substr(at_, text_.find_first_of(",\r\n", at_) - at_)) + " after a closing quote",
             "a comma or the end of the line");
    return field;
  }
  field.text = text_.substr(at_, text_.find_first_of(",\r\n", at_) - at_);
  at_ += field.text.size();
  field.text = without_blanks_at_end(field.text);
  return field;
}

// Reads from the opening quote to behind the closing one.
std::string_view CsvReader::quoted_text(const CsvField& field) {
  const std::size_t begin = ++at_;
  std::string* unescaped = nullptr;
  std::size_t copied = begin;
  for (; !at_end(); ++at_) {
    if (is('\n') || (is('\r') && text_.substr(at_ + 1, 1) != "\n")) {
      ++line_;
      line_begin_ = at_ + 1;
    }
    if (!is('"')) continue;
    if (text_.substr(at_ + 1, 1) != "\"") break;
    if (!unescaped) unescaped = &unescaped_.emplace_back();
    unescaped->append(text_, copied, ++at_ - copied);
    copied = at_ + 1;
  }
  if (at_end()) refuse(field.line, field.column, "a field whose quotes are not closed", "a second '\"'");
  const std::size_t end = at_++;
  if (!unescaped) return text_.substr(begin, end - begin);
  return unescaped->append(text_, copied, end - copied);
}

std::string csv_field(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_of(",\"\r\n") == text.npos &&
                     blanks.find(text.front()) == blanks.npos && blanks.find(text.back()) == blanks.npos;
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace doxa
