#include "doxa/models/pomdp/format/start.h"

#include <algorithm>
#include <cmath>

#include "doxa/models/pomdp/pomdp.h"

namespace doxa::pomdp_format {
namespace {

using Kind = Token::Kind;

bool may_be_state(const Token& t) {
  return t.is(Kind::star) || t.is_number() || (t.is(Kind::word) && !is_reserved(t.text));
}

// Marks the states of a list, which goes on as long as states may follow.
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

std::vector<double> read_list(TokenReader& reader, const NameSet& states, bool include) {
  reader.expect_colon(include ? "'start include'" : "'start exclude'");
  const Position at = reader.token().at;
  std::vector<bool> listed(states.size(), false);
  mark(reader, states, listed);
  if (!include) listed.flip();
  if (std::find(listed.begin(), listed.end(), true) == listed.end())
    reader.refuse(at, "found every state excluded, expected one at least to start in");
  return uniform_over(listed);
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
  if (reader.accept("include")) return read_list(reader, states, true);
  if (reader.accept("exclude")) return read_list(reader, states, false);
  if (!reader.accept(Kind::colon)) reader.refuse_token("':', 'include:' or 'exclude:' after 'start'");
  if (reader.accept("uniform")) return uniform;
  const Token first = reader.token();
  // A whole number alone, where more than one probability is needed, is the index of a state.
  const bool is_index =
      first.is(Kind::integer) && !reader.look_ahead().is_number() && (states.size() > 1 || first.text == "0");
  return first.is(Kind::word) || is_index ? read_state(reader, states) : read_vector(reader, states);
}

}  // namespace doxa::pomdp_format
