#include "support/table.h"

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "support/text.h"

namespace doxa::support {

Table::Table(std::vector<Column> headers, int digits) : headers_(std::move(headers)) {
  for (Column& column : headers_)
    if (column.digits == 0) column.digits = digits;
}

void Table::row(std::vector<Cell> cells) {
  if (cells.size() != headers_.size()) {
    throw std::invalid_argument("table: a row of " + std::to_string(cells.size()) + " cells under " +
                                std::to_string(headers_.size()) + " headers");
  }
  for (std::size_t c = 0; c < cells.size(); ++c)
    if (cells[c].number) cells[c].text = significant(*cells[c].number, headers_[c].digits);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  std::vector<bool> right;
  for (std::size_t c = 0; c < headers_.size(); ++c) {
    widths.push_back(columns(headers_[c].name));
    for (const auto& row : rows_) widths[c] = std::max(widths[c], columns(row[c].text));
    right.push_back(std::ranges::any_of(rows_, [c](const auto& row) { return row[c].is_number; }));
  }

  const auto line = [&](auto&& cell) {
    std::string result;
    for (std::size_t c = 0; c < headers_.size(); ++c) {
      const std::string& content = cell(c);
      const std::string padding(widths[c] - columns(content), ' ');
      result += "  " + (right[c] ? padding + content : content + padding);
    }
    return result.substr(0, result.find_last_not_of(' ') + 1) + '\n';
  };

  std::string text = line([&](std::size_t c) -> const std::string& { return headers_[c].name; });
  for (const std::size_t width : widths) {
    text += "  ";
    for (std::size_t i = 0; i < width; ++i) text += "─";
  }
  text += '\n';
  for (const auto& row : rows_)
    text += line([&](std::size_t c) -> const std::string& { return row[c].text; });
  return text;
}

std::ostream& operator<<(std::ostream& out, const Table& table) { return out << table.text(); }

}  // namespace doxa::support
