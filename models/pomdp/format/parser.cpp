#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "doxa/models/files/file.h"
#include "doxa/models/files/foreign_content.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/format/preamble.h"
#include "doxa/models/pomdp/format/probability_entries.h"
#include "doxa/models/pomdp/format/repairs.h"
#include "doxa/models/pomdp/format/unknown_line.h"

namespace doxa {
namespace {

using namespace pomdp_format;
using Kind = Token::Kind;
static_assert(wildcard == ProbabilityEntries::any && wildcard == Reward::any);

// One of the two tables of probabilities while its entries are read.
struct Table {
  std::string name;  // "transition"
  const NameSet& columns;
  bool is_transition;
  ProbabilityEntries entries;
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& file, std::vector<PomdpRepair>* repairs)
      : reader_(text, file, repairs) {}
  Pomdp parse();

 private:
  void probability_entry(Table& table);
  void row(Table& table, std::uint32_t action, std::uint32_t row, const char* alternatives);
  void matrix(Table& table, std::uint32_t action, const char* alternatives);
  bool wrong_size(Table& table, std::uint32_t action, std::uint32_t row, std::size_t rows);
  const std::vector<ProbabilityEntries::Cell>& non_zeros(std::span<const double> p);
  std::size_t start_row(Table& table);
  StochasticMatrix build(Table& table);

  void reward_entry();
  void reward(const Reward::Pattern& pattern);
  void reward_row(Reward::Pattern pattern, const char* alternatives);
  bool one_reward(const Reward::Pattern& pattern, std::size_t expected);

  std::string row_name(std::uint32_t row) const;

  TokenReader reader_;
  PomdpPreamble preamble_;
  Pomdp model_;
  std::optional<std::size_t> start_row_;
  std::vector<double> row_;
  std::vector<ProbabilityEntries::Cell> cells_;
};

std::string Parser::row_name(std::uint32_t row) const {
  return row == wildcard ? "*" : shortened(preamble_.states.names[row]);
}

// ---- T and O, after "T:" or "O:" ----
// `alternatives` is what else could stand in place of the first number, for the text of an error.

void Parser::probability_entry(Table& table) {
  const std::size_t states = preamble_.states.size(), columns = table.columns.size();
  const std::uint32_t action = read_member(reader_, preamble_.actions);
  const bool has_row = on_to_member(reader_, {states * columns, 1 + columns});
  const Position at = reader_.token().at;
  if (!has_row) {
    if (reader_.accept("uniform")) return table.entries.set_uniform(action, wildcard, at);
    if (table.is_transition && reader_.accept("identity")) return table.entries.set_identity(action, at);
    if (wrong_size(table, action, wildcard, states)) return;
    return matrix(table, action,
                  table.is_transition ? "':', 'uniform', 'identity' or " : "':', 'uniform' or ");
  }
  const std::uint32_t state = read_member(reader_, preamble_.states);
  const bool has_column = on_to_member(reader_, {columns, 2});
  const Position row_at = reader_.token().at;
  if (!has_column) {
    if (reader_.accept("uniform")) return table.entries.set_uniform(action, state, row_at);
    if (table.is_transition && reader_.accept("reset"))
      return table.entries.set_shared_row(action, state, start_row(table), row_at);
    if (wrong_size(table, action, state, 1)) return;
    return row(table, action, state,
               table.is_transition ? "':', 'uniform', 'reset' or " : "':', 'uniform' or ");
  }
  const std::uint32_t column = read_member(reader_, table.columns);
  pass_extra_colon(reader_);
  const Position cell_at = reader_.token().at;
  table.entries.set_cell(
      action, state, column,
      reader_.number(table.is_transition ? "a transition probability" : "an emission probability"), cell_at);
}

void Parser::row(Table& table, std::uint32_t action, std::uint32_t row, const char* alternatives) {
  const Position at = reader_.token().at;
  row_.resize(table.columns.size());
  for (std::size_t c = 0; c < row_.size(); ++c) {
    if (!reader_.token().is_number())
      reader_.refuse_token((c ? "" : alternatives) + table.name + " probability " + place(c, row_.size()) +
                           " of row " + row_name(row) + ", without a sign");
    row_[c] = reader_.number("a probability");
  }
  table.entries.set_row(action, row, non_zeros(row_), at);
}

void Parser::matrix(Table& table, std::uint32_t action, const char* alternatives) {
  for (std::uint32_t r = 0; r < preamble_.states.size(); ++r)
    row(table, action, r, r == 0 ? alternatives : "");
}

// Reads a row, or a matrix of several rows, of a wrong size if a lenient reader can repair it; else returns
// false.
bool Parser::wrong_size(Table& table, std::uint32_t action, std::uint32_t row, std::size_t rows) {
  const Position at = reader_.token().at;
  const std::size_t columns = table.columns.size();
  const std::vector<double> numbers = read_wrong_size(reader_, table.name + " probabilities", rows, columns);
  if (numbers.size() == columns) table.entries.set_row(action, row, non_zeros(numbers), at);
  if (numbers.size() > columns)
    for (std::uint32_t r = 0; r < rows; ++r)
      table.entries.set_row(action, r, non_zeros(std::span(numbers).subspan(r * columns, columns)), at);
  return !numbers.empty();
}

// The cells of a row that are not 0, valid until the next call.
const std::vector<ProbabilityEntries::Cell>& Parser::non_zeros(std::span<const double> p) {
  cells_.clear();
  for (std::uint32_t c = 0; c < p.size(); ++c)
    if (p[c] != 0) cells_.emplace_back(c, p[c]);
  return cells_;
}

// The start distribution, stored once for all rows that are `reset`.
std::size_t Parser::start_row(Table& table) {
  if (!start_row_) start_row_ = table.entries.share(non_zeros(model_.start));
  return *start_row_;
}

StochasticMatrix Parser::build(Table& table) {
  using Fault = ProbabilityEntries::Fault;
  // One repair for all rows with a wrong sum that come from the same entry.
  struct Rows {
    std::string text;
    std::size_t count = 0;
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, Rows> normalised;
  StochasticMatrix built = table.entries.build(
      [&](Fault fault, std::size_t action, std::size_t row, double sum, const Position* last) {
        const Position at = last ? *last : reader_.token().at;
        const std::string label = row_label(table.name, shortened(preamble_.actions.names[action]),
                                            shortened(preamble_.states.names[row]));
        if (fault == Fault::never_given)
          reader_.refuse(at, label + " is not given, expected probabilities that sum to 1");
        if (fault == Fault::too_large)
          reader_.refuse(at, label + ": its table is too large, expected at most " +
                                 std::to_string(max_non_zeros) + " probabilities other than 0, and " +
                                 std::to_string(max_spelled_out) + " looked at");
        if (!reader_.lenient() || !can_be_normalised(sum)) reader_.refuse(at, sum_error(label, sum));
        Rows& rows = normalised[{at.line, at.column}];
        if (++rows.count == 1) rows.text = sum_error(label, sum);
      });
  for (const auto& [at, rows] : normalised)
    reader_.repaired({at.first, at.second},
                     rows.text + ": normalised" +
                         (rows.count == 1   ? ""
                          : rows.count == 2 ? ", and 1 row more"
                                            : ", and " + std::to_string(rows.count - 1) + " rows more"));
  return built;
}

// ---- R, after "R:" ----

void Parser::reward_entry() {
  const std::size_t states = preamble_.states.size(), observations = preamble_.observations.size();
  Reward::Pattern pattern;
  pattern.action = read_member(reader_, preamble_.actions);
  reader_.expect_colon("the action");
  pattern.state = read_member(reader_, preamble_.states);
  if (!on_to_member(reader_, {states * observations, 1 + observations})) {
    if (one_reward(pattern, states * observations)) return;
    for (pattern.next = 0; pattern.next < states; ++pattern.next)
      reward_row(pattern, pattern.next == 0 ? "':' or " : "");
    return;
  }
  pattern.next = read_member(reader_, preamble_.states);
  if (!on_to_member(reader_, {observations, 2})) {
    if (!one_reward(pattern, observations)) reward_row(pattern, "':' or ");
    return;
  }
  pattern.observation = read_member(reader_, preamble_.observations);
  pass_extra_colon(reader_);
  reward(pattern);
}

void Parser::reward(const Reward::Pattern& pattern) {
  const double r = reader_.signed_number("a reward");
  model_.reward.set(pattern, preamble_.cost && r != 0 ? -r : r);
}

void Parser::reward_row(Reward::Pattern pattern, const char* alternatives) {
  const std::size_t n = preamble_.observations.size();
  for (std::uint32_t o = 0; o < n; ++o) {
    pattern.observation = o;
    const Token& token = reader_.token();
    const bool is_number = token.is_number() || token.is(Kind::minus) || token.is(Kind::plus);
    if (!is_number)
      reader_.refuse_token((o ? "" : alternatives) + ("reward " + place(o, n)) + " of row " +
                           row_name(pattern.next));
    reward(pattern);
  }
}

// A lenient reader takes one reward in place of many for the reward of all of them.
bool Parser::one_reward(const Reward::Pattern& pattern, std::size_t expected) {
  if (!reader_.lenient() || expected == 1 || reader_.numbers_ahead(2) != 1) return false;
  reader_.repaired(reader_.token().at,
                   "found 1 reward, expected " + std::to_string(expected) + ": read as that of all");
  reward(pattern);
  return true;
}

// ---- the whole file ----

Pomdp Parser::parse() {
  preamble_ = read_preamble(reader_);
  model_.start = read_start(reader_, preamble_.states);
  const std::size_t actions = preamble_.actions.size(), states = preamble_.states.size();
  Table transition{"transition", preamble_.states, true, {actions, states, states}};
  Table emission{"emission", preamble_.observations, false, {actions, states, preamble_.observations.size()}};
  while (!reader_.token().is(Kind::end)) {
    const Token word = reader_.token();
    if (begins_unknown_line(reader_, true)) refuse_unknown_line(reader_);
    if (!word.is("T") && !word.is("O") && !word.is("R"))
      reader_.refuse_token("an entry (T, O or R) or the end of the file");
    reader_.advance();
    reader_.expect_colon(describe(word));
    if (word.is("T")) probability_entry(transition);
    if (word.is("O")) probability_entry(emission);
    if (word.is("R")) reward_entry();
  }
  model_.discount = preamble_.discount;
  model_.transition = build(transition);
  model_.emission = build(emission);
  model_.states = std::move(preamble_.states.names);
  model_.actions = std::move(preamble_.actions.names);
  model_.observations = std::move(preamble_.observations.names);
  return std::move(model_);
}

Pomdp parse_text(std::string_view bytes, const std::string& file, std::vector<PomdpRepair>* repairs) {
  if (const auto found = foreign_content(bytes))
    throw FileError(file, 1, 1,
                    "found " + found->what + ", expected the text of a .pomdp file: " + found->advice);
  return Parser(without_byte_order_mark(bytes), file, repairs).parse();
}

}  // namespace

Pomdp parse_pomdp(std::string_view text, const std::string& file) { return parse_text(text, file, nullptr); }

LenientPomdp parse_pomdp_lenient(std::string_view text, const std::string& file) {
  LenientPomdp read;
  read.model = parse_text(text, file, &read.repairs);
  std::stable_sort(read.repairs.begin(), read.repairs.end(), [](const PomdpRepair& a, const PomdpRepair& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return read;
}

namespace {

std::string read_bytes(const std::filesystem::path& path) {
  return read_whole_file(path, ".pomdp file", max_file_bytes);
}

}  // namespace

Pomdp read_pomdp(const std::filesystem::path& path) { return parse_pomdp(read_bytes(path), path.string()); }

LenientPomdp read_pomdp_lenient(const std::filesystem::path& path) {
  return parse_pomdp_lenient(read_bytes(path), path.string());
}

}  // namespace doxa
