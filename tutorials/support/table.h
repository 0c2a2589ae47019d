#pragma once

#include <concepts>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "support/text.h"

namespace doxa::support {

// A cell of a table: text, a whole number, or a real number in a few significant digits.
struct Cell {
  Cell(const char* value) : text(value) {}             // NOLINT(google-explicit-constructor)
  Cell(std::string value) : text(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Cell(std::integral auto value) : text(std::to_string(value)), is_number(true) {}
  Cell(double value) : number(value), is_number(true) {}  // in the digits of its column

  std::string text;
  std::optional<double> number = {};
  bool is_number = false;
};

// The header of a column, and the significant digits of its real numbers; 0: those of the table.
struct Column {
  Column(const std::convertible_to<std::string> auto& header, int significant_digits = 0)
      : name(header), digits(significant_digits) {}

  std::string name;
  int digits;
};

// An aligned text table. A column that holds a number is right-aligned, header included; the others left.
//
//   Table table({"t", {"belief(left)", 2}, "observation"});
//   table.row({0, 0.5, "—"});
//   std::cout << table;
class Table {
 public:
  // Real numbers in a column that does not say otherwise have so many significant digits.
  explicit Table(std::vector<Column> headers, int digits = 4);

  // Throws std::invalid_argument unless the row has one cell for each header.
  void row(std::vector<Cell> cells);

  // Header, rule and rows, each indented by two columns and ended by a line break; no blanks at line ends.
  std::string text() const;

 private:
  std::vector<Column> headers_;
  std::vector<std::vector<Cell>> rows_;
};

std::ostream& operator<<(std::ostream& out, const Table& table);

}  // namespace doxa::support
