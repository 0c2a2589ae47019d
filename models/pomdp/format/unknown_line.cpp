#include "doxa/models/pomdp/format/unknown_line.h"

#include <algorithm>
#include <vector>

#include "doxa/models/pomdp/format/preamble.h"

namespace doxa::pomdp_format {
namespace {

struct DialectLine {
  std::string_view word, dialect;
};
constexpr DialectLine dialect_lines[] = {
    {"goals", "the dialect of planners for Goal POMDPs"},
    {"goal", "the dialect of planners for Goal POMDPs"},
    {"prio", "a dialect with parity objectives"},
    {"atom", "a dialect with objectives in temporal logic"},
    {"agents", "Dec-POMDPs (.dpomdp)"},
};

constexpr std::string_view line_words[] = {"discount", "values", "states", "actions", "observations",
                                           "start",    "T",      "O",      "R"};

std::string lower_case(std::string_view word) {
  std::string lower(word);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

// How many letters must be added, left out, replaced or exchanged with their neighbour to make b of a.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

// The word of the format of which at most a third of the letters is wrong; empty if there is none.
std::string_view nearest_line_word(std::string_view word) {
  constexpr std::size_t longest = 20;
  if (word.size() > longest) return {};
  std::string_view nearest;
  std::size_t fewest = longest;
  for (const std::string_view candidate : line_words) {
    const std::size_t edits = edit_distance(lower_case(word), lower_case(candidate));
    if (edits >= fewest || 3 * edits > candidate.size()) continue;
    nearest = candidate;
    fewest = edits;
  }
  return nearest;
}

}  // namespace

bool begins_unknown_line(const TokenReader& reader, bool new_line) {
  const Token& word = reader.token();
  if (!word.is(Token::Kind::word) || is_reserved(word.text)) return false;
  TokenReader ahead = reader;
  ahead.advance();
  const Token next = ahead.token();
  if (next.is(Token::Kind::colon)) return true;
  if (!next.is_number() || next.at.line != word.at.line) return false;
  if (new_line) return true;
  ahead.advance();
  return next.is(Token::Kind::integer) && ahead.token().is(Token::Kind::colon);
}

void refuse_unknown_line(const TokenReader& reader) {
  const std::string_view word = reader.token().text;
  const std::string found = "found " + describe(reader.token());
  for (const auto& [of_dialect, dialect] : dialect_lines)
    if (word == of_dialect)
      reader.refuse(reader.token().at, found + ", which belongs to " + std::string(dialect) +
                                           ", expected a line of Cassandra's format");
  if (const std::string_view nearest = nearest_line_word(word); !nearest.empty())
    reader.refuse(reader.token().at,
                  found + ", expected a line of the format: did you mean '" + std::string(nearest) + ":'?");
  std::string words;
  for (const std::string_view w : line_words) words += (words.empty() ? "'" : ", '") + std::string(w) + ":'";
  reader.refuse(reader.token().at, found + ", expected a line of the format: " + words);
}

}  // namespace doxa::pomdp_format
