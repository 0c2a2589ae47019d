#include <set>
#include <stdexcept>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/format/preamble.h"

namespace doxa {
namespace {

// The keyword with the names, or with their number where they are just the indices.
std::string format_set(const char* keyword, const std::vector<std::string>& names) {
  bool counted = true;
  for (std::size_t i = 0; i < names.size() && counted; ++i) counted = names[i] == std::to_string(i);
  std::string text = std::string(keyword) + ":";
  if (counted) return text + " " + std::to_string(names.size()) + "\n";
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!is_pomdp_name(name) || !seen.insert(name).second)
      throw std::invalid_argument(std::string(keyword) + ": '" + name +
                                  "' cannot be a name in a .pomdp file");
    text += " " + name;
  }
  return text + "\n";
}

// A name, or its index where the name is long: it is repeated in every entry.
std::string member(const std::vector<std::string>& names, std::size_t index) {
  constexpr std::size_t long_name = 64;
  if (index == Reward::any) return "*";
  return names[index].size() < long_name ? names[index] : std::to_string(index);
}

// Without the sign of -0, which the format does not know.
std::string probability(double p) { return to_text(p == 0 ? 0 : p); }

std::string format_table(const Pomdp& m, const StochasticMatrix& table, const std::string& letter,
                         const std::vector<std::string>& columns) {
  std::string text;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    const StochasticMatrix::Row row = table.row(r);
    const std::string prefix = letter + ": " + member(m.actions, r / m.states.size()) + " : " +
                               member(m.states, r % m.states.size()) + " : ";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += prefix + member(columns, row.column[i]) + " " + probability(row.probability[i]) + "\n";
  }
  return text;
}

}  // namespace

std::string format_pomdp(const Pomdp& m) {
  validate(m);
  std::string text = "discount: " + to_text(m.discount) + "\nvalues: reward\n" +
                     format_set("states", m.states) + format_set("actions", m.actions) +
                     format_set("observations", m.observations) + "\nstart:";
  for (const double p : m.start) text += " " + probability(p);
  text += "\n\n" + format_table(m, m.transition, "T", m.states) + "\n" +
          format_table(m, m.emission, "O", m.observations) + "\n";
  for (const auto& [pattern, value] : m.reward.entries())
    text += "R: " + member(m.actions, pattern.action) + " : " + member(m.states, pattern.state) + " : " +
            member(m.states, pattern.next) + " : " + member(m.observations, pattern.observation) + " " +
            to_text(value) + "\n";
  return text;
}

bool is_pomdp_name(std::string_view name) {
  try {
    const pomdp_format::Token token = pomdp_format::TokenReader(name, "").token();
    return token.is(pomdp_format::Token::Kind::word) && token.text == name &&
           !pomdp_format::is_reserved(name);
  } catch (const FileError&) {
    return false;
  }
}

}  // namespace doxa
