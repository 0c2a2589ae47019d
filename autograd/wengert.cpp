#include "doxa/autograd/wengert.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace doxa {
namespace {

// Not through the stream, whose locale and flags are the caller's.
std::string number(Real x, int digits) {
  if (std::isnan(x)) return "nan";  // some libraries write its sign
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), static_cast<double>(x),
                                 std::chars_format::general, std::clamp(digits, 1, 17));
  return {text.data(), end.ptr};
}

std::string numbers(std::span<const Real> x, const WengertOptions& options) {
  if (x.empty()) return "(empty)";
  const std::size_t shown = x.size() <= std::max<std::size_t>(1, options.elements) ? x.size() : options.elements - 1;
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i ? " " : "") + number(x[i], options.digits);
  if (shown < x.size()) text += (shown ? " … " : "… ") + number(x.back(), options.digits);
  return text;
}

std::string label(std::size_t i) { return "v" + std::to_string(i); }

// Has there been a backward whose adjoints can be read? Only the tape knows, and it answers by throwing.
bool differentiated(Tape& tape) {
  for (std::size_t i = 0; i < tape.size(); ++i) {
    if (!tape.at(i).needs_gradient()) continue;
    try {
      return !tape.at(i).adjoint().empty() || tape.at(i).size() == 0;
    } catch (const std::logic_error&) {
      return false;
    }
  }
  return false;
}

// Characters a terminal shows: bytes that continue a character of UTF-8 do not count.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

enum Column { record, op, operands, shape, value, adjoint, columns };
using Row = std::array<std::string, columns>;

Row row(Tape& tape, std::size_t i, bool adjoints, const WengertOptions& options) {
  const Var x = tape.at(i);
  Row cells{label(i), tape.name(x), "", x.shape().str(), numbers(x.value(), options), ""};
  for (const std::size_t operand : tape.operands(x)) cells[operands] += (cells[operands].empty() ? "" : ", ") + label(operand);
  if (adjoints && x.needs_gradient()) cells[adjoint] = numbers(x.adjoint(), options);
  return cells;
}

// Inside a quoted string of Graphviz's language.
std::string quoted(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return safe;
}

}  // namespace

void print_wengert(std::ostream& out, Tape& tape, const WengertOptions& options) {
  const bool adjoints = differentiated(tape);
  const std::size_t rows = tape.size() <= options.records ? tape.size() : options.records;
  const std::size_t head = rows == tape.size() ? rows : (rows + 1) / 2, omitted = tape.size() - rows;

  std::vector<Row> table{{"record", "op", "operands", "shape", "value", adjoints ? "adjoint" : ""}};
  for (std::size_t i = 0; i < head; ++i) table.push_back(row(tape, i, adjoints, options));
  for (std::size_t i = head + omitted; i < tape.size(); ++i) table.push_back(row(tape, i, adjoints, options));

  std::array<std::size_t, columns> widths{};
  for (const Row& cells : table)
    for (std::size_t c = 0; c < columns; ++c) widths[c] = std::max(widths[c], width(cells[c]));
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (omitted > 0 && i == head + 1) out << "  … " << omitted << " more records …\n";
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) line += "  " + table[i][c] + std::string(widths[c] - width(table[i][c]), ' ');
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
  if (omitted > 0 && table.size() == head + 1) out << "  … " << omitted << " more records …\n";
}

void print_dot(std::ostream& out, Tape& tape, const WengertOptions& options) {
  const bool adjoints = differentiated(tape);
  out << "digraph tape {\n  rankdir=BT;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n";
  for (std::size_t i = 0; i < tape.size(); ++i) {
    const Row cells = row(tape, i, adjoints, options);
    out << "  " << label(i) << " [label=\"" << label(i) << " = " << quoted(cells[op]) << ' ' << cells[shape]
        << "\\nvalue " << cells[value];
    if (!cells[adjoint].empty()) out << "\\nadjoint " << cells[adjoint];
    out << '"' << (tape.at(i).needs_gradient() ? "" : ", color=gray, fontcolor=gray40") << "];\n";
    for (const std::size_t operand : tape.operands(tape.at(i)))
      out << "  " << label(operand) << " -> " << label(i) << ";\n";
  }
  out << "}\n";
}

}  // namespace doxa
