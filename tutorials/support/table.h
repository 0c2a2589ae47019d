#pragma once

#include <concepts>
#include <iosfwd>
#include <string>
#include <vector>

#include "support/number.h"

namespace doxa::support {

// A cell of a table: text, a whole number, or a real number in a few significant digits.
struct Cell {
  Cell(const char* value) : text(value) {}             // NOLINT(google-explicit-constructor)
  Cell(std::string value) : text(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Cell(std::integral auto value) : text(std::to_string(value)), is_number(true) {}
  Cell(double value, int digits = 4) : text(significant(value, digits)), is_number(true) {}

  std::string text;
  bool is_number = false;
};

// An aligned text table. A column that holds a number is right-aligned, header included; the others left.
//
//   Table table({"t", "belief(left)", "observation"});
//   table.row({0, 0.5, "—"});
//   std::cout << table;
class Table {
 public:
  explicit Table(std::vector<std::string> headers);

  // Throws std::invalid_argument when the row has not as many cells as there are headers.
  void row(std::vector<Cell> cells);

  // Header, rule and rows, each indented by two columns and ended by a line break; no blanks at line ends.
  std::string text() const;

 private:
  std::vector<std::string> headers_;
  std::vector<std::vector<Cell>> rows_;
};

std::ostream& operator<<(std::ostream& out, const Table& table);

}  // namespace doxa::support
