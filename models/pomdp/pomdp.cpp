#include "doxa/models/pomdp/pomdp.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

std::string nine_digits(double x) { return to_text(x, std::chars_format::general, 9); }

void require_below(std::size_t index, std::size_t count, const char* what) {
  if (index >= count)
    throw std::out_of_range(std::string(what) + " " + std::to_string(index) + ", the model has " +
                            std::to_string(count));
}

bool is_probability(double p) { return std::isfinite(p) && p >= 0; }

void validate_table(const Pomdp& m, const StochasticMatrix& table, const std::string& name,
                    std::size_t columns) {
  const std::size_t states = m.states.size(), rows = m.actions.size() * states;
  if (table.rows() != rows || table.columns != columns)
    throw std::invalid_argument(name + ": " + std::to_string(table.rows()) + " rows of " +
                                std::to_string(table.columns) + " columns, expected " + std::to_string(rows) +
                                " (actions x states) of " + std::to_string(columns));
  for (std::size_t r = 0; r < rows; ++r) {
    const StochasticMatrix::Row row = table.row(r);
    const auto label = [&] { return row_label(name, m.actions[r / states], m.states[r % states]); };
    for (std::size_t i = 0; i < row.size(); ++i)
      if (row.column[i] >= columns || !is_probability(row.probability[i]))
        throw std::invalid_argument(label() + ", column " + std::to_string(row.column[i]) + " is " +
                                    nine_digits(row.probability[i]) + ", expected a probability");
    if (!(std::abs(row.sum() - 1) <= row_sum_tolerance))
      throw std::invalid_argument(sum_error(label(), row.sum()));
  }
}

}  // namespace

double expected_reward(const Pomdp& m, std::size_t action, std::size_t state) {
  double sum = 0;
  const StochasticMatrix::Row next = transition_row(m, action, state);
  for (std::size_t i = 0; i < next.size(); ++i) {
    const StochasticMatrix::Row seen = emission_row(m, action, next.column[i]);
    for (std::size_t j = 0; j < seen.size(); ++j)
      sum +=
          next.probability[i] * seen.probability[j] * m.reward(action, state, next.column[i], seen.column[j]);
  }
  return sum;
}

std::string sum_error(const std::string& what, double sum) {
  return what + " sums to " + nine_digits(sum) + ", expected 1";
}

std::string row_label(const std::string& table, const std::string& action, const std::string& row) {
  return table + ": action " + action + ", row " + row;
}

void validate(const Pomdp& m) {
  if (m.states.empty() || m.actions.empty() || m.observations.empty())
    throw std::invalid_argument(
        "pomdp: no states, no actions or no observations, expected at least one of each");
  if (!(m.discount >= 0 && m.discount <= 1))
    throw std::invalid_argument("discount: " + nine_digits(m.discount) +
                                ", expected a number between 0 and 1");
  if (m.start.size() != m.states.size())
    throw std::invalid_argument("start: " + std::to_string(m.start.size()) + " probabilities, expected " +
                                std::to_string(m.states.size()));
  double sum = 0;
  for (std::size_t s = 0; s < m.start.size(); ++s) {
    if (!is_probability(m.start[s]))
      throw std::invalid_argument("start: state " + m.states[s] + " is " + nine_digits(m.start[s]) +
                                  ", expected a probability");
    sum += m.start[s];
  }
  if (!(std::abs(sum - 1) <= row_sum_tolerance)) throw std::invalid_argument(sum_error("start", sum));
  validate_table(m, m.transition, "transition", m.states.size());
  validate_table(m, m.emission, "emission", m.observations.size());
}

void normalise(Pomdp& m) {
  validate(m);
  normalise(m.start);
  for (StochasticMatrix* table : {&m.transition, &m.emission})
    for (std::size_t r = 0; r < table->rows(); ++r)
      normalise(
          std::span(table->probability).subspan(table->begin[r], table->begin[r + 1] - table->begin[r]));
}

void require_state(const Pomdp& m, std::size_t s) { require_below(s, m.states.size(), "state"); }
void require_action(const Pomdp& m, std::size_t a) { require_below(a, m.actions.size(), "action"); }
void require_observation(const Pomdp& m, std::size_t o) {
  require_below(o, m.observations.size(), "observation");
}

std::size_t index_of(const std::vector<std::string>& names, const std::string& name, const char* what) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  if (const auto index = read_whole_number(name); index && *index < names.size())
    return static_cast<std::size_t>(*index);
  throw std::invalid_argument("unknown " + std::string(what) + " '" + name + "'");
}

}  // namespace doxa
