#include "doxa/autograd/wengert.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <string_view>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

// Does not use the stream's own formatting, because its locale and flags are the caller's.
std::string number(Real x, int digits) {
  return to_text(static_cast<double>(x), std::chars_format::general, std::clamp(digits, 1, 17));
}

std::string numbers(std::span<const Real> x, const WengertOptions& options) {
  if (x.empty()) return "(empty)";
  const std::size_t most = std::max<std::size_t>(1, options.elements);
  const std::size_t shown = x.size() <= most ? x.size() : most - 1;
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i ? " " : "") + number(x[i], options.digits);
  if (shown < x.size()) text += (shown ? " … " : "… ") + number(x.back(), options.digits);
  return text;
}

std::string label(std::size_t i) { return "v" + std::to_string(i); }

// The number of characters that a terminal shows: bytes that continue a UTF-8 character do not count.
std::size_t width(std::string_view text) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

struct Row {
  std::string record, scope, op, operands, shape, value, adjoint;
};
constexpr std::array columns = {&Row::record, &Row::scope, &Row::op,     &Row::operands,
                                &Row::shape,  &Row::value, &Row::adjoint};

Row row(Tape& tape, std::size_t i, const WengertOptions& options) {
  const Var x = tape.at(i);
  std::string operands;
  for (const std::size_t k : tape.operands(x)) operands += (operands.empty() ? "" : ", ") + label(k);
  return {label(i),
          tape.scope(x),
          tape.name(x),
          operands,
          x.shape().str(),
          numbers(x.value(), options),
          tape.has_adjoint(x) ? numbers(x.adjoint(), options) : ""};
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

std::ostream& operator<<(std::ostream& out, Var x) {
  return out << numbers(x.value(), {.elements = 8}) << " of shape " << x.shape().str()
             << (x.needs_gradient() ? ", needs gradient" : ", constant");
}

void print_wengert(std::ostream& out, Tape& tape, const WengertOptions& options) {
  const std::size_t rows = std::min(tape.size(), options.records), omitted = tape.size() - rows;
  const std::size_t head = omitted == 0 ? rows : (rows + 1) / 2;

  std::vector<Row> table{
      {"record", "", "op", "operands", "shape", "value", tape.differentiated() ? "adjoint" : ""}};
  for (std::size_t i = 0; i < tape.size(); ++i)
    if (i < head || i >= head + omitted) table.push_back(row(tape, i, options));
  if (std::ranges::any_of(table, [](const Row& r) { return !r.scope.empty(); })) table[0].scope = "scope";

  std::array<std::size_t, columns.size()> widths{};
  for (const Row& r : table)
    for (std::size_t c = 0; c < columns.size(); ++c) widths[c] = std::max(widths[c], width(r.*columns[c]));
  for (std::size_t i = 0; i < table.size(); ++i) {
    std::string line;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string& cell = table[i].*columns[c];
      if (widths[c] == 0) continue;
      line += "  " + cell + std::string(widths[c] - width(cell), ' ');
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
    if (i == head && omitted > 0) out << "  … " << omitted << " more records …\n";
  }
}

void print_dot(std::ostream& out, Tape& tape, const WengertOptions& options) {
  out << "digraph tape {\n  rankdir=BT;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n";
  for (std::size_t i = 0; i < tape.size(); ++i) {
    const Var x = tape.at(i);
    const Row r = row(tape, i, options);
    out << "  " << r.record << " [label=\"" << r.record << " = " << quoted(r.op) << ' ' << r.shape;
    if (!r.scope.empty()) out << "\\nin " << quoted(r.scope);
    out << "\\nvalue " << r.value;
    if (!r.adjoint.empty()) out << "\\nadjoint " << r.adjoint;
    out << '"' << (x.needs_gradient() ? "" : ", color=gray, fontcolor=gray40") << "];\n";
    for (const std::size_t k : tape.operands(x)) out << "  " << label(k) << " -> " << r.record << ";\n";
  }
  out << "}\n";
}

}  // namespace doxa
