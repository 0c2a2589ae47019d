#include "doxa/models/pomdp/format/preamble.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/format/unknown_line.h"

namespace doxa::pomdp_format {
namespace {

constexpr std::string_view preamble_words[] = {"discount", "values", "states", "actions", "observations"};
constexpr std::string_view other_words[] = {"T",    "O",     "R",       "uniform", "identity", "reward",
                                            "cost", "start", "include", "exclude", "reset"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

double read_discount(TokenReader& reader) {
  const Token first = reader.token(), digits = first.is_number() ? first : reader.look_ahead();
  const std::string what = "a discount between 0 and 1", sign = first.is(Token::Kind::minus) ? "-" : "";
  const double discount = reader.signed_number(what);
  if (!(discount >= 0 && discount <= 1))
    reader.refuse(first.at, "found '" + sign + shortened(digits.text) + "', expected " + what);
  return discount;
}

bool read_cost(TokenReader& reader) {
  for (const std::string word : {"reward", "cost"})
    if (reader.lenient() && reader.token().is(word + "s")) {
      reader.repaired(reader.token().at, "found " + describe(reader.token()) +
                                             ", expected 'reward' or 'cost': read as '" + word + "'");
      reader.advance();
      return word == "cost";
    }
  if (reader.accept("cost")) return true;
  if (!reader.accept("reward")) reader.refuse_token("'reward' or 'cost'");
  return false;
}

// A missing discount or `values` changes nothing about the states and what is observed: a lenient reader
// takes the default.
bool take_default(TokenReader& reader, std::string_view word) {
  if (!reader.lenient() || (word != "discount" && word != "values")) return false;
  reader.repaired(reader.token().at, "found no '" + std::string(word) + ":' in the preamble: taken to be " +
                                         (word == "discount" ? "1" : "'reward'"));
  return true;
}

void read_count(TokenReader& reader, NameSet& set) {
  const std::uint64_t n = read_whole_number(reader.token().text).value_or(0);
  if (n < 1 || n > max_set_size)
    reader.refuse_token("a number of " + set.many + " between 1 and " + std::to_string(max_set_size));
  for (std::uint64_t i = 0; i < n; ++i) set.names.push_back(std::to_string(i));
  reader.advance();
}

void read_names(TokenReader& reader, NameSet& set) {
  std::uint32_t line = reader.token().at.line;  // of the token before
  for (; reader.token().is(Token::Kind::word); line = reader.token().at.line, reader.advance()) {
    const Token word = reader.token();
    if (is_reserved(word.text)) {
      const Token next = reader.look_ahead();
      if (next.is(Token::Kind::colon) || next.is("include") || next.is("exclude")) break;
      reader.refuse(word.at, "found the reserved word " + describe(word) + ", expected the name of " +
                                 set.one + ", or '" + std::string(word.text) + ":'");
    }
    if (begins_unknown_line(reader, word.at.line != line)) break;
    if (!set.index.emplace(word.text, static_cast<std::uint32_t>(set.size())).second)
      reader.refuse(word.at,
                    "found the name " + describe(word) + " again, expected another name of " + set.one);
    if (set.size() == max_set_size)
      reader.refuse_token("at most " + std::to_string(max_set_size) + " " + set.many);
    set.names.emplace_back(word.text);
  }
  if (set.size() == 0) reader.refuse_token("the number of " + set.many + " or their names");
  if (reader.token().is_number())
    reader.refuse_token("the name of " + set.one + ", which begins with a letter");
}

void read_set(TokenReader& reader, NameSet& set) {
  if (reader.token().is(Token::Kind::integer))
    read_count(reader, set);
  else
    read_names(reader, set);
}

}  // namespace

bool is_reserved(std::string_view word) {
  return is_one_of(word, preamble_words) || is_one_of(word, other_words);
}

PomdpPreamble read_preamble(TokenReader& reader) {
  PomdpPreamble preamble;
  std::map<std::string_view, std::uint32_t> line_of;
  while (reader.token().is(Token::Kind::word) && is_one_of(reader.token().text, preamble_words)) {
    const Token word = reader.token();
    const auto [first, is_new] = line_of.emplace(word.text, word.at.line);
    if (!is_new)
      reader.refuse(word.at, "found a second " + describe(word) +
                                 ", expected only one (the first is in line " +
                                 std::to_string(first->second) + ")");
    reader.advance();
    reader.expect_colon(describe(word));
    if (word.is("discount")) preamble.discount = read_discount(reader);
    if (word.is("values")) preamble.cost = read_cost(reader);
    if (word.is("states")) read_set(reader, preamble.states);
    if (word.is("actions")) read_set(reader, preamble.actions);
    if (word.is("observations")) read_set(reader, preamble.observations);
  }
  if (begins_unknown_line(reader, true)) refuse_unknown_line(reader);
  std::string missing;
  for (const std::string_view word : preamble_words)
    if (!line_of.contains(word) && !take_default(reader, word))
      missing += (missing.empty() ? "'" : " and '") + std::string(word) + ":'";
  if (!missing.empty()) reader.refuse_token(missing + " in the preamble");
  const std::size_t actions = preamble.actions.size(), states = preamble.states.size();
  if (std::uint64_t{actions} * states > max_table_rows)
    reader.refuse_token("a smaller model before it: " + std::to_string(actions) + " actions times " +
                        std::to_string(states) + " states are more than " + std::to_string(max_table_rows) +
                        " rows");
  return preamble;
}

std::uint32_t read_member(TokenReader& reader, const NameSet& set) {
  const Token token = reader.token();
  std::uint32_t member = wildcard;
  if (token.is(Token::Kind::word)) {
    const auto found = set.index.find(token.text);
    if (found == set.index.end()) reader.refuse_token(set.one + " of the preamble");
    member = found->second;
  } else if (token.is(Token::Kind::integer)) {
    const auto i = read_whole_number(token.text);
    if (!i || *i >= set.size())
      reader.refuse_token(set.one + ", by name or by an index below " + std::to_string(set.size()));
    member = static_cast<std::uint32_t>(*i);
  } else if (!token.is(Token::Kind::star)) {
    reader.refuse_token(set.one + " or '*'");
  }
  reader.advance();
  return member;
}

// ---- start ----

namespace {

using Kind = Token::Kind;

bool may_be_state(const Token& t) {
  return t.is(Kind::star) || t.is_number() || (t.is(Kind::word) && !is_reserved(t.text));
}

// Marks the states of a list, which ends where no state can follow.
void mark(TokenReader& reader, const NameSet& states, std::vector<bool>& listed) {
  bool all = false;
  do {
    const Token token = reader.token();
    const std::uint32_t state = read_member(reader, states);
    if (all || (state != wildcard && listed[state]))
      reader.refuse(token.at,
                    "found " + describe(token) + ", which is in the list already, expected each state once");
    if (state == wildcard)
      listed.assign(states.size(), all = true);
    else
      listed[state] = true;
  } while (may_be_state(reader.token()));
}

std::vector<double> uniform_over(const std::vector<bool>& possible) {
  const auto n = static_cast<double>(std::count(possible.begin(), possible.end(), true));
  std::vector<double> start(possible.size());
  for (std::size_t s = 0; s < start.size(); ++s) start[s] = possible[s] ? 1 / n : 0;
  return start;
}

// The states after `start include:` or `start exclude:`.
std::vector<double> read_list(TokenReader& reader, const NameSet& states, bool include) {
  const Position at = reader.token().at;
  std::vector<bool> listed(states.size(), false);
  mark(reader, states, listed);
  if (!include) listed.flip();
  if (std::find(listed.begin(), listed.end(), true) == listed.end())
    reader.refuse(at, "found every state excluded, expected one at least to start in");
  return uniform_over(listed);
}

// `start: include a b`, whose colon stands in the wrong place.
std::vector<double> read_list_after_colon(TokenReader& reader, const NameSet& states) {
  const Token word = reader.token();
  const std::string wanted = "'start " + std::string(word.text) + ":'";
  if (!reader.lenient()) reader.refuse_token("that word before the colon, as in " + wanted);
  reader.repaired(word.at,
                  "found 'start: " + std::string(word.text) + "', expected " + wanted + ": read as that");
  reader.advance();
  reader.accept(Kind::colon);
  return read_list(reader, states, word.is("include"));
}

std::vector<double> read_state(TokenReader& reader, const NameSet& states) {
  std::vector<bool> listed(states.size(), false);
  listed[read_member(reader, states)] = true;
  const Token& next = reader.token();
  if (reader.lenient() && next.is(Kind::word) && states.index.contains(next.text)) {
    reader.repaired(next.at,
                    "found " + describe(next) +
                        ", expected one state after 'start:': read as a list after 'start include:'");
    mark(reader, states, listed);
  } else if (states.index.contains(next.text)) {
    reader.refuse_token("one state after 'start:' ('start include:' takes a list)");
  }
  return uniform_over(listed);
}

std::vector<double> read_vector(TokenReader& reader, const NameSet& states) {
  const Position at = reader.token().at;
  const std::size_t n = states.size();
  std::vector<double> start(n);
  double sum = 0;
  for (std::size_t s = 0; s < n; ++s) {
    if (!reader.token().is_number())
      reader.refuse_token((s ? "" : "'uniform', a state or ") + ("start probability " + place(s, n)) +
                          ", without a sign");
    sum += start[s] = reader.number("a start probability");
  }
  if (!(std::abs(sum - 1) <= row_sum_tolerance)) {
    if (!reader.lenient() || !can_be_normalised(sum)) reader.refuse(at, sum_error("start", sum));
    reader.repaired(at, sum_error("start", sum) + ": normalised");
  }
  normalise(start);
  return start;
}

}  // namespace

std::vector<double> read_start(TokenReader& reader, const NameSet& states) {
  const std::vector<double> uniform = uniform_over(std::vector<bool>(states.size(), true));
  if (!reader.accept("start")) return uniform;
  for (const std::string word : {"include", "exclude"})
    if (reader.accept(word)) {
      reader.expect_colon("'start " + word + "'");
      return read_list(reader, states, word == "include");
    }
  if (!reader.accept(Kind::colon)) reader.refuse_token("':', 'include:' or 'exclude:' after 'start'");
  if (reader.accept("uniform")) return uniform;
  const Token first = reader.token();
  if (first.is("include") || first.is("exclude")) return read_list_after_colon(reader, states);
  // A single whole number is the index of a state, unless one probability is all that is needed.
  const bool is_index =
      first.is(Kind::integer) && !reader.look_ahead().is_number() && (states.size() > 1 || first.text == "0");
  return first.is(Kind::word) || is_index ? read_state(reader, states) : read_vector(reader, states);
}

}  // namespace doxa::pomdp_format
