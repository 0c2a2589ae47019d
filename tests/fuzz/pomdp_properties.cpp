#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/file.h"
#include "fuzz.h"

namespace doxa::fuzz {
namespace {

// Models beyond this are not written out: a megabyte of wildcards may stand for gigabytes of entries.
constexpr std::size_t most_written = 20'000;

// Where the line that begins here ends: before \n, or before \r that no \n follows.
std::size_t end_of_line(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin; i < text.size(); ++i)
    if (text[i] == '\n' || (text[i] == '\r' && text.substr(i + 1, 1) != "\n")) return i;
  return text.size();
}

// The place of the end of the file counts.
bool is_inside(std::string_view text, std::size_t line, std::size_t column) {
  std::size_t begin = 0;
  for (std::size_t l = 1; l < line; ++l) {
    begin = end_of_line(text, begin) + 1;
    if (begin > text.size()) return false;
  }
  return line >= 1 && column >= 1 && column <= end_of_line(text, begin) - begin + 1;
}

bool is_one_line(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

void check_error(std::string_view text, const FileError& error) {
  const std::string what = error.what();
  require(is_inside(text, error.line(), error.column()), "the position is inside the file: " + what);
  require(what == "fuzz.pomdp:" + std::to_string(error.line()) + ":" + std::to_string(error.column()) + ": " +
                      error.text(),
          "the message is file:line:column: text: " + what);
  require(is_one_line(what) && what.size() < 400, "the message is one line, and a short one: " + what);
  require(what.find("expected") != std::string::npos, "the message says what was expected: " + what);
}

bool is_one(double sum, std::size_t terms) {
  return std::abs(sum - 1) <= 4 * static_cast<double>(terms) * std::numeric_limits<double>::epsilon();
}

void check_filter(const Pomdp& m) {
  constexpr std::size_t steps = 4;
  Belief belief = initial_belief(m);
  std::vector<double> p(m.observations.size());
  const std::size_t terms = m.states.size() + m.observations.size() + 16;
  for (std::size_t k = 0; k < steps; ++k) {
    const std::size_t action = k % m.actions.size();
    predict(m, belief, action);
    predictive(m, belief, action, p);
    require(is_one(std::accumulate(p.begin(), p.end(), 0.0), terms), "the predictive distribution sums to 1");
    const auto likely = static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
    require(condition(m, belief, action, likely) <= 1e-9, "no probability exceeds 1");
    const std::vector<double> b = probabilities(belief);
    require(is_one(std::accumulate(b.begin(), b.end(), 0.0), terms), "the belief sums to 1");
  }
}

void check_model(const Pomdp& m) {
  validate(m);
  for (const StochasticMatrix* table : {&m.transition, &m.emission})
    require(std::find(table->probability.begin(), table->probability.end(), 0.0) == table->probability.end(),
            "no zeros are stored");
  check_filter(m);
  if (m.states.size() + m.transition.non_zeros() + m.emission.non_zeros() + m.reward.entries().size() >
      most_written)
    return;
  const std::string written = format_pomdp(m);
  const Pomdp back = parse_pomdp(written, "written.pomdp");
  require(back == m, "what is written reads back equal");
  require(format_pomdp(back) == written, "what is read back is written alike");
}

}  // namespace

Outcome check_pomdp_text(std::string_view text) {
  Outcome outcome;
  std::optional<Pomdp> strict;
  try {
    strict = parse_pomdp(text, "fuzz.pomdp");
    outcome.accepted = true;
  } catch (const FileError& error) {
    check_error(text, error);
  }
  if (strict) check_model(*strict);
  try {
    const LenientPomdp read = parse_pomdp_lenient(text, "fuzz.pomdp");
    if (strict) {
      require(read.repairs.empty(), "a well-formed file needs no repair");
      require(read.model == *strict, "a well-formed file is the same model, read leniently");
      return outcome;
    }
    require(!read.repairs.empty(), "what is refused strictly needs a repair");
    for (const PomdpRepair& repair : read.repairs)
      require(is_inside(text, repair.line, repair.column) && is_one_line(repair.text),
              "a repair is one line and points into the file: " + repair.text);
    check_model(read.model);
    outcome.repaired = true;
    outcome.repairs = read.repairs.size();
  } catch (const FileError& error) {
    require(!strict, "what is read strictly is read leniently: " + std::string(error.what()));
    check_error(text, error);
  }
  return outcome;
}

}  // namespace doxa::fuzz
