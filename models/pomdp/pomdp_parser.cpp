#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "doxa/models/pomdp/pomdp_file.h"
#include "doxa/models/pomdp/pomdp_lexer.h"
#include "doxa/models/pomdp/probability_entries.h"

namespace doxa {
namespace {

using Kind = Token::Kind;
constexpr std::uint32_t any = ProbabilityEntries::any;
static_assert(any == Reward::any);

constexpr std::string_view preamble_words[] = {"discount", "values", "states", "actions", "observations"};
constexpr std::string_view other_words[] = {"T",    "O",     "R",       "uniform", "identity", "reward",
                                            "cost", "start", "include", "exclude", "reset"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
bool is_reserved(std::string_view word) { return is_one_of(word, preamble_words) || is_one_of(word, other_words); }

// The states, the actions or the observations, as declared in the preamble.
struct NameSet {
  const char* one;   // "state"
  const char* many;  // "states"
  std::vector<std::string> names;
  std::unordered_map<std::string_view, std::uint32_t> index;  // of a named set; the keys lie in the text
  std::size_t size() const { return names.size(); }
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : lexer_(text, file) { advance(); }
  Pomdp parse();

 private:
  [[noreturn]] void refuse(Position at, const std::string& text) const {
    throw FileError(lexer_.file(), at.line, at.column, text);
  }
  [[noreturn]] void refuse_token(const std::string& expected) const {
    refuse(token_.at, "found " + describe(token_) + ", expected " + expected);
  }
  void advance() { token_ = lexer_.next(); }
  Token look_ahead() const { return PomdpLexer(lexer_).next(); }
  bool accept(Kind kind);
  bool accept(std::string_view word);
  void expect_colon(const std::string& after);

  void preamble();
  void discount();
  void values();
  void set(NameSet& set);
  void count(NameSet& set);
  void names(NameSet& set);
  void check_preamble() const;

  void start();
  void start_list(bool include);
  void start_vector();
  void start_state(std::size_t state);

  void entries();
  void transition_entry();
  void emission_entry();
  void reward_entry();

  std::uint32_t reference(const NameSet& set);
  double number(const std::string& what);
  double signed_number(const std::string& what);
  double probability(const std::string& what);
  const std::vector<ProbabilityEntries::Cell>& row(std::size_t columns, const std::string& what);
  void matrix(ProbabilityEntries& table, std::uint32_t action, std::size_t columns, const std::string& what);
  StochasticMatrix build(ProbabilityEntries& table, const std::string& name);

  PomdpLexer lexer_;
  Token token_;
  Pomdp model_;
  NameSet states_{"state", "states", {}, {}}, actions_{"action", "actions", {}, {}},
      observations_{"observation", "observations", {}, {}};
  std::unordered_map<std::string_view, std::uint32_t> line_of_;  // of each preamble word
  bool negate_rewards_ = false;
  std::optional<ProbabilityEntries> transition_, emission_;
  std::optional<std::size_t> reset_;
  std::vector<ProbabilityEntries::Cell> row_;
};

bool Parser::accept(Kind kind) {
  if (!token_.is(kind)) return false;
  advance();
  return true;
}

bool Parser::accept(std::string_view word) {
  if (!token_.is(word)) return false;
  advance();
  return true;
}

void Parser::expect_colon(const std::string& after) {
  if (!accept(Kind::colon)) refuse_token("':' after " + after);
}

// ---- preamble ----

void Parser::preamble() {
  while (token_.is(Kind::word) && is_one_of(token_.text, preamble_words)) {
    const Token word = token_;
    const auto [first, is_new] = line_of_.emplace(word.text, word.at.line);
    if (!is_new)
      refuse(word.at, "found a second '" + std::string(word.text) + "', expected one (the first is in line " +
                          std::to_string(first->second) + ")");
    advance();
    expect_colon("'" + std::string(word.text) + "'");
    if (word.is("discount")) discount();
    if (word.is("values")) values();
    if (word.is("states")) set(states_);
    if (word.is("actions")) set(actions_);
    if (word.is("observations")) set(observations_);
  }
  check_preamble();
}

void Parser::discount() {
  const Position at = token_.at;
  model_.discount = signed_number("the discount, a number between 0 and 1");
  if (!(model_.discount >= 0 && model_.discount <= 1)) refuse(at, "found a discount that is out of range, expected a number between 0 and 1");
}

void Parser::values() {
  negate_rewards_ = token_.is("cost");
  if (!accept("reward") && !accept("cost")) refuse_token("'reward' or 'cost'");
}

void Parser::set(NameSet& set) {
  if (token_.is(Kind::integer))
    count(set);
  else
    names(set);
}

void Parser::count(NameSet& set) {
  const std::string_view digits = token_.text;
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc{} || n < 1 || n > max_set_size)
    refuse_token(std::string("a number of ") + set.many + " between 1 and " + std::to_string(max_set_size));
  for (std::size_t i = 0; i < n; ++i) set.names.push_back(std::to_string(i));
  advance();
}

void Parser::names(NameSet& set) {
  const std::string name_of = std::string("the name of ") + (set.one[0] == 's' ? "a " : "an ") + set.one;
  for (; token_.is(Kind::word); advance()) {
    if (is_reserved(token_.text)) {
      const Token next = look_ahead();
      if (next.is(Kind::colon) || next.is("include") || next.is("exclude")) break;  // the next declaration
      refuse(token_.at, "found the reserved word " + describe(token_) + ", expected " + name_of);
    }
    const auto index = static_cast<std::uint32_t>(set.size());
    if (!set.index.emplace(token_.text, index).second)
      refuse_token(name_of + " that is not taken");
    set.names.emplace_back(token_.text);
    if (set.size() > max_set_size) refuse_token("at most " + std::to_string(max_set_size) + " " + set.many);
  }
  if (set.size() == 0) refuse_token(std::string("the number of ") + set.many + " or their names");
  if (token_.is_number()) refuse_token(name_of + ", which begins with a letter");
}

void Parser::check_preamble() const {
  std::string missing;
  for (const std::string_view word : preamble_words)
    if (!line_of_.contains(word)) missing += (missing.empty() ? "'" : " and '") + std::string(word) + ":'";
  if (!missing.empty()) refuse_token(missing + " in the preamble");
  if ((actions_.size() + 1) * (states_.size() + 1) > max_table_rows)
    refuse_token("a model of fewer rows: " + std::to_string(actions_.size()) + " actions times " +
                 std::to_string(states_.size()) + " states is more than can be read");
}

// ---- start ----

void Parser::start() {
  const std::size_t n = states_.size();
  model_.start.assign(n, 1 / static_cast<double>(n));
  if (!accept("start")) return;
  if (accept("include")) return start_list(true);
  if (accept("exclude")) return start_list(false);
  if (!accept(Kind::colon)) refuse_token("':', 'include:' or 'exclude:' after 'start'");
  if (accept("uniform")) return;
  if (token_.is(Kind::word)) {
    start_state(reference(states_));
    if (token_.is(Kind::word) && states_.index.contains(token_.text))
      refuse_token("one state after 'start:' ('start include:' takes a list)");
    return;
  }
  // One whole number for several states is the index of a state, not a vector.
  const bool is_vector_of_one = n == 1 && !token_.is("0");
  if (token_.is(Kind::integer) && !is_vector_of_one && !look_ahead().is_number()) return start_state(reference(states_));
  start_vector();
}

void Parser::start_state(std::size_t state) {
  std::fill(model_.start.begin(), model_.start.end(), 0.0);
  model_.start[state] = 1;
}

void Parser::start_list(bool include) {
  expect_colon(include ? "'start include'" : "'start exclude'");
  std::vector<bool> listed(states_.size(), false);
  const Position at = token_.at;
  std::size_t count = 0;
  const auto list = [&](std::size_t s) { count += !listed[s], listed[s] = true; };
  do {
    const Token token = token_;
    const std::uint32_t state = reference(states_);
    if (state != any && listed[state]) refuse(token.at, "found " + describe(token) + " again, expected each state at most once");
    for (std::size_t s = state == any ? 0 : state; s < (state == any ? states_.size() : state + 1); ++s) list(s);
  } while (token_.is(Kind::star) || token_.is_number() || (token_.is(Kind::word) && !is_reserved(token_.text)));
  const std::size_t possible = include ? count : states_.size() - count;
  if (possible == 0) refuse(at, "found a list that excludes every state, expected at least one left to start in");
  for (std::size_t s = 0; s < states_.size(); ++s)
    model_.start[s] = listed[s] == include ? 1 / static_cast<double>(possible) : 0;
}

void Parser::start_vector() {
  const Position at = token_.at;
  double sum = 0;
  for (std::size_t s = 0; s < states_.size(); ++s)
    sum += model_.start[s] = probability("start probability " + std::to_string(s + 1) + " of " + std::to_string(states_.size()));
  if (!(std::abs(sum - 1) <= row_sum_tolerance))
    refuse(at, "found start probabilities that sum to " + shortest(sum) + ", expected 1");
  normalise(model_.start);
}

// ---- entries ----

void Parser::entries() {
  while (!token_.is(Kind::end)) {
    const bool known = token_.is("T") || token_.is("O") || token_.is("R");
    if (!known) refuse_token("an entry (T, O or R) or the end of the file");
    const Token word = token_;
    advance();
    expect_colon("'" + std::string(word.text) + "'");
    if (word.is("T")) transition_entry();
    if (word.is("O")) emission_entry();
    if (word.is("R")) reward_entry();
  }
}

void Parser::transition_entry() {
  ProbabilityEntries& table = *transition_;
  const std::uint32_t action = reference(actions_);
  const Position at = token_.at;
  if (!accept(Kind::colon)) {
    if (accept("uniform")) return table.set_uniform(action, any, at);
    if (accept("identity")) return table.set_identity(action, at);
    return matrix(table, action, states_.size(), "':', 'uniform', 'identity' or transition");
  }
  const std::uint32_t state = reference(states_);
  const Position row_at = token_.at;
  if (!accept(Kind::colon)) {
    if (accept("uniform")) return table.set_uniform(action, state, row_at);
    if (accept("reset")) {
      if (!reset_) {
        std::vector<ProbabilityEntries::Cell> cells;
        for (std::uint32_t s = 0; s < states_.size(); ++s)
          if (model_.start[s] != 0) cells.emplace_back(s, model_.start[s]);
        reset_ = table.share(cells);
      }
      return table.set_shared_row(action, state, *reset_, row_at);
    }
    return table.set_row(action, state, row(states_.size(), "':', 'uniform', 'reset' or transition"), row_at);
  }
  const std::uint32_t next = reference(states_);
  const Position cell_at = token_.at;
  table.set_cell(action, state, next, probability("a transition probability"), cell_at);
}

void Parser::emission_entry() {
  ProbabilityEntries& table = *emission_;
  const std::uint32_t action = reference(actions_);
  const Position at = token_.at;
  if (!accept(Kind::colon)) {
    if (accept("uniform")) return table.set_uniform(action, any, at);
    return matrix(table, action, observations_.size(), "':', 'uniform' or observation");
  }
  const std::uint32_t next = reference(states_);
  const Position row_at = token_.at;
  if (!accept(Kind::colon)) {
    if (accept("uniform")) return table.set_uniform(action, next, row_at);
    return table.set_row(action, next, row(observations_.size(), "':', 'uniform' or observation"), row_at);
  }
  const std::uint32_t observation = reference(observations_);
  const Position cell_at = token_.at;
  table.set_cell(action, next, observation, probability("an observation probability"), cell_at);
}

void Parser::reward_entry() {
  const auto value = [&](const std::string& what) {
    const double r = signed_number(what);
    return negate_rewards_ && r != 0 ? -r : r;
  };
  const auto value_row = [&](Reward::Pattern pattern, const std::string& what) {
    for (std::uint32_t o = 0; o < observations_.size(); ++o) {
      pattern.observation = o;
      model_.reward.set(pattern, value(what + " " + std::to_string(o + 1) + " of " + std::to_string(observations_.size())));
    }
  };
  Reward::Pattern pattern;
  pattern.action = reference(actions_);
  expect_colon("the action of a reward");
  pattern.state = reference(states_);
  if (!accept(Kind::colon)) {
    for (std::uint32_t next = 0; next < states_.size(); ++next) {
      pattern.next = next;
      value_row(pattern, "':' or, of the row of next state " + states_.names[next] + ", reward");
    }
    return;
  }
  pattern.next = reference(states_);
  if (!accept(Kind::colon)) return value_row(pattern, "':' or reward");
  pattern.observation = reference(observations_);
  model_.reward.set(pattern, value("a reward"));
}

// ---- pieces of entries ----

std::uint32_t Parser::reference(const NameSet& set) {
  const std::string what = std::string(set.one[0] == 's' ? "a " : "an ") + set.one;
  std::uint32_t index = any;
  if (token_.is(Kind::word)) {
    const auto found = set.index.find(token_.text);
    if (found == set.index.end()) refuse_token(what);
    index = found->second;
  } else if (token_.is(Kind::integer)) {
    std::size_t n = set.size();
    const auto [end, error] = std::from_chars(token_.text.data(), token_.text.data() + token_.text.size(), n);
    if (error != std::errc{} || n >= set.size()) refuse_token(what + ", by name or by an index below " + std::to_string(set.size()));
    index = static_cast<std::uint32_t>(n);
  } else if (!token_.is(Kind::star)) {
    refuse_token(what + " or '*'");
  }
  advance();
  return index;
}

double Parser::number(const std::string& what) {
  if (!token_.is_number()) refuse_token(what);
  double value = 0;
  const auto [end, error] = std::from_chars(token_.text.data(), token_.text.data() + token_.text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) refuse_token(what + " within the range of a double");
  advance();
  return value;
}

double Parser::signed_number(const std::string& what) {
  const bool negative = token_.is(Kind::minus);
  if (!accept(Kind::minus)) accept(Kind::plus);
  const double value = number(what);
  return negative ? -value : value;
}

double Parser::probability(const std::string& what) {
  if (token_.is(Kind::minus) || token_.is(Kind::plus)) refuse_token(what + ", without a sign");
  return number(what);
}

// The non-zero cells of a row; `what` is a text such as "transition", to which "probability 2 of 3" is added.
const std::vector<ProbabilityEntries::Cell>& Parser::row(std::size_t columns, const std::string& what) {
  row_.clear();
  for (std::uint32_t c = 0; c < columns; ++c) {
    const double p = probability(what + " probability " + std::to_string(c + 1) + " of " + std::to_string(columns));
    if (p != 0) row_.emplace_back(c, p);
  }
  return row_;
}

void Parser::matrix(ProbabilityEntries& table, std::uint32_t action, std::size_t columns, const std::string& what) {
  for (std::uint32_t r = 0; r < states_.size(); ++r) {
    const Position at = token_.at;
    table.set_row(action, r, row(columns, what), at);
  }
}

StochasticMatrix Parser::build(ProbabilityEntries& table, const std::string& name) {
  using Fault = ProbabilityEntries::Fault;
  return table.build([&](Fault fault, std::size_t action, std::size_t row, double sum, const Position* at) {
    const std::string &a = actions_.names[action], &s = states_.names[row];
    if (fault == Fault::too_large)
      refuse(at ? *at : token_.at, name + ": found more than " + std::to_string(ProbabilityEntries::max_non_zeros) +
                                       " probabilities, all wildcards spelled out, expected fewer");
    if (fault == Fault::never_given)
      refuse(token_.at, name + ": found no entry for action " + a + ", row " + s + ", expected probabilities that sum to 1");
    refuse(*at, row_sum_error(name, a, s, sum));
  });
}

Pomdp Parser::parse() {
  preamble();
  start();
  transition_.emplace(actions_.size(), states_.size(), states_.size());
  emission_.emplace(actions_.size(), states_.size(), observations_.size());
  entries();
  model_.transition = build(*transition_, "transition");
  model_.emission = build(*emission_, "emission");
  model_.states = std::move(states_.names);
  model_.actions = std::move(actions_.names);
  model_.observations = std::move(observations_.names);
  return std::move(model_);
}

}  // namespace

Pomdp parse_pomdp(std::string_view text, const std::string& file) { return Parser(text, file).parse(); }

bool is_pomdp_name(std::string_view name) {
  PomdpLexer lexer(name, "");
  try {
    const Token token = lexer.next();
    return token.is(Kind::word) && token.text == name && !is_reserved(name);
  } catch (const FileError&) {
    return false;
  }
}

}  // namespace doxa
