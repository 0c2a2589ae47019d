#include <algorithm>
#include <cmath>
#include <optional>

#include "doxa/models/pomdp/pomdp_file.h"
#include "doxa/models/pomdp/pomdp_preamble.h"
#include "doxa/models/pomdp/probability_entries.h"

namespace doxa {
namespace {

using namespace pomdp_format;
using Kind = Token::Kind;
static_assert(wildcard == ProbabilityEntries::any && wildcard == Reward::any);

// One of the two tables of probabilities while its entries are read.
struct Table {
  const char* name;  // "transition"
  const NameSet& columns;
  ProbabilityEntries entries;
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : reader_(text, file) {}
  Pomdp parse();

 private:
  void start();
  void start_state(std::size_t state);
  void start_list(bool include);
  void start_vector();

  void transition_entry(Table& table);
  void emission_entry(Table& table);
  void reward_entry();

  double probability(const Table& table, std::uint32_t row, std::size_t column, const char* alternatives);
  void row(Table& table, std::uint32_t action, std::uint32_t row, const char* alternatives);
  void matrix(Table& table, std::uint32_t action, const char* alternatives);
  void reward_row(Reward::Pattern pattern, const char* alternatives);
  void reward(const Reward::Pattern& pattern, const std::string& what);
  std::size_t start_row(Table& table);
  StochasticMatrix build(Table& table) const;

  TokenReader reader_;
  PomdpPreamble preamble_;
  Pomdp model_;
  std::optional<std::size_t> start_row_;
  std::vector<ProbabilityEntries::Cell> cells_;
};

std::string place(std::size_t i, std::size_t n) { return std::to_string(i + 1) + " of " + std::to_string(n); }

// ---- start ----

void Parser::start() {
  const NameSet& states = preamble_.states;
  model_.start.assign(states.size(), 1 / static_cast<double>(states.size()));
  if (!reader_.accept("start")) return;
  if (reader_.accept("include")) return start_list(true);
  if (reader_.accept("exclude")) return start_list(false);
  if (!reader_.accept(Kind::colon)) reader_.refuse_token("':', 'include:' or 'exclude:' after 'start'");
  if (reader_.accept("uniform")) return;
  const Token first = reader_.token();
  // A whole number alone, where more than one probability is needed, is the index of a state.
  const bool is_index = first.is(Kind::integer) && !reader_.look_ahead().is_number() &&
                        (states.size() > 1 || first.text == "0");
  if (!first.is(Kind::word) && !is_index) return start_vector();
  start_state(read_member(reader_, states));
  if (states.index.contains(reader_.token().text))
    reader_.refuse_token("one state after 'start:' ('start include:' takes a list)");
}

void Parser::start_state(std::size_t state) {
  std::fill(model_.start.begin(), model_.start.end(), 0.0);
  model_.start[state] = 1;
}

void Parser::start_list(bool include) {
  reader_.expect_colon(include ? "'start include'" : "'start exclude'");
  const std::size_t n = preamble_.states.size();
  const Position at = reader_.token().at;
  std::vector<bool> listed(n, false);
  bool all = false;
  const auto goes_on = [](const Token& t) {
    return t.is(Kind::star) || t.is_number() || (t.is(Kind::word) && !is_reserved(t.text));
  };
  do {
    const Token token = reader_.token();
    const std::uint32_t state = read_member(reader_, preamble_.states);
    if (all || (state != wildcard && listed[state]))
      reader_.refuse(token.at,
                     "found " + describe(token) + ", which is in the list already, expected each state once");
    if (state == wildcard)
      listed.assign(n, all = true);
    else
      listed[state] = true;
  } while (goes_on(reader_.token()));
  const auto possible = static_cast<double>(std::count(listed.begin(), listed.end(), include));
  if (possible == 0) reader_.refuse(at, "found every state excluded, expected one at least to start in");
  for (std::size_t s = 0; s < n; ++s) model_.start[s] = listed[s] == include ? 1 / possible : 0;
}

void Parser::start_vector() {
  const Position at = reader_.token().at;
  const std::size_t n = preamble_.states.size();
  double sum = 0;
  for (std::size_t s = 0; s < n; ++s) {
    if (!reader_.token().is_number())
      reader_.refuse_token((s ? "" : "'uniform', a state or ") + ("start probability " + place(s, n)) +
                           ", without a sign");
    sum += model_.start[s] = reader_.number("a start probability");
  }
  if (!(std::abs(sum - 1) <= row_sum_tolerance)) reader_.refuse(at, sum_error("start", sum));
  normalise(model_.start);
}

// ---- entries; each begins after "T:", "O:" or "R:" ----

void Parser::transition_entry(Table& table) {
  const std::uint32_t action = read_member(reader_, preamble_.actions);
  const Position at = reader_.token().at;
  if (!reader_.accept(Kind::colon)) {
    if (reader_.accept("uniform")) return table.entries.set_uniform(action, wildcard, at);
    if (reader_.accept("identity")) return table.entries.set_identity(action, at);
    return matrix(table, action, "':', 'uniform', 'identity' or ");
  }
  const std::uint32_t state = read_member(reader_, preamble_.states);
  const Position row_at = reader_.token().at;
  if (!reader_.accept(Kind::colon)) {
    if (reader_.accept("uniform")) return table.entries.set_uniform(action, state, row_at);
    if (reader_.accept("reset")) return table.entries.set_shared_row(action, state, start_row(table), row_at);
    return row(table, action, state, "':', 'uniform', 'reset' or ");
  }
  const std::uint32_t next = read_member(reader_, preamble_.states);
  const Position cell_at = reader_.token().at;
  table.entries.set_cell(action, state, next, reader_.number("a transition probability"), cell_at);
}

void Parser::emission_entry(Table& table) {
  const std::uint32_t action = read_member(reader_, preamble_.actions);
  const Position at = reader_.token().at;
  if (!reader_.accept(Kind::colon)) {
    if (reader_.accept("uniform")) return table.entries.set_uniform(action, wildcard, at);
    return matrix(table, action, "':', 'uniform' or ");
  }
  const std::uint32_t next = read_member(reader_, preamble_.states);
  const Position row_at = reader_.token().at;
  if (!reader_.accept(Kind::colon)) {
    if (reader_.accept("uniform")) return table.entries.set_uniform(action, next, row_at);
    return row(table, action, next, "':', 'uniform' or ");
  }
  const std::uint32_t observation = read_member(reader_, preamble_.observations);
  const Position cell_at = reader_.token().at;
  table.entries.set_cell(action, next, observation, reader_.number("an emission probability"), cell_at);
}

void Parser::reward_entry() {
  Reward::Pattern pattern;
  pattern.action = read_member(reader_, preamble_.actions);
  reader_.expect_colon("the action");
  pattern.state = read_member(reader_, preamble_.states);
  if (!reader_.accept(Kind::colon)) {
    for (pattern.next = 0; pattern.next < preamble_.states.size(); ++pattern.next)
      reward_row(pattern, pattern.next == 0 ? "':' or " : "");
    return;
  }
  pattern.next = read_member(reader_, preamble_.states);
  if (!reader_.accept(Kind::colon)) return reward_row(pattern, "':' or ");
  pattern.observation = read_member(reader_, preamble_.observations);
  reward(pattern, "a reward");
}

// ---- numbers of entries; `alternatives` is what else could stand in place of the first ----

double Parser::probability(const Table& table, std::uint32_t row, std::size_t column,
                           const char* alternatives) {
  if (!reader_.token().is_number())
    reader_.refuse_token((column ? "" : alternatives) + std::string(table.name) + " probability " +
                         place(column, table.columns.size()) + " of row " +
                         (row == wildcard ? "*" : preamble_.states.names[row]) + ", without a sign");
  return reader_.number("a probability");
}

void Parser::row(Table& table, std::uint32_t action, std::uint32_t row, const char* alternatives) {
  const Position at = reader_.token().at;
  cells_.clear();
  for (std::uint32_t c = 0; c < table.columns.size(); ++c) {
    const double p = probability(table, row, c, alternatives);
    if (p != 0) cells_.emplace_back(c, p);
  }
  table.entries.set_row(action, row, cells_, at);
}

void Parser::matrix(Table& table, std::uint32_t action, const char* alternatives) {
  for (std::uint32_t r = 0; r < preamble_.states.size(); ++r)
    row(table, action, r, r == 0 ? alternatives : "");
}

void Parser::reward(const Reward::Pattern& pattern, const std::string& what) {
  const double r = reader_.signed_number(what);
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
                           (pattern.next == wildcard ? "*" : preamble_.states.names[pattern.next]));
    reward(pattern, "a reward");
  }
}

// ---- the whole ----

// The start distribution, kept once for all rows that are `reset`.
std::size_t Parser::start_row(Table& table) {
  if (!start_row_) {
    cells_.clear();
    for (std::uint32_t s = 0; s < model_.start.size(); ++s)
      if (model_.start[s] != 0) cells_.emplace_back(s, model_.start[s]);
    start_row_ = table.entries.share(cells_);
  }
  return *start_row_;
}

StochasticMatrix Parser::build(Table& table) const {
  using Fault = ProbabilityEntries::Fault;
  return table.entries.build([&](Fault fault, std::size_t action, std::size_t row, double sum,
                                 const Position* at) {
    const std::string label =
        row_label(table.name, preamble_.actions.names[action], preamble_.states.names[row]);
    if (fault == Fault::never_given)
      reader_.refuse(reader_.token().at, label + " is not given, expected probabilities that sum to 1");
    if (fault == Fault::too_large)
      reader_.refuse(at ? *at : reader_.token().at, label + ": with it wildcards spell out more than " +
                                                        std::to_string(ProbabilityEntries::max_non_zeros) +
                                                        " probabilities, expected fewer");
    reader_.refuse(*at, sum_error(label, sum));
  });
}

Pomdp Parser::parse() {
  preamble_ = read_preamble(reader_);
  start();
  const std::size_t actions = preamble_.actions.size(), states = preamble_.states.size();
  Table transition{"transition", preamble_.states, {actions, states, states}};
  Table emission{"emission", preamble_.observations, {actions, states, preamble_.observations.size()}};
  while (!reader_.token().is(Kind::end)) {
    const Token word = reader_.token();
    if (!word.is("T") && !word.is("O") && !word.is("R"))
      reader_.refuse_token("an entry (T, O or R) or the end of the file");
    reader_.advance();
    reader_.expect_colon(describe(word));
    if (word.is("T")) transition_entry(transition);
    if (word.is("O")) emission_entry(emission);
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

}  // namespace

Pomdp parse_pomdp(std::string_view text, const std::string& file) { return Parser(text, file).parse(); }

}  // namespace doxa
