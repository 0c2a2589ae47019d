#include "doxa/models/pomdp/state_transition.h"

#include <algorithm>
#include <cmath>

namespace doxa {
namespace {

void add_row(const StochasticMatrix::Row& row, double weight, std::span<double> sum) {
  for (std::size_t i = 0; i < row.size(); ++i) sum[row.column[i]] += weight * row.probability[i];
}

}  // namespace

void log_transition(const Pomdp& m, std::size_t k, std::size_t previous, std::size_t action,
                    std::span<double> row) {
  require_action(m, action);
  require_state(m, previous);
  std::fill(row.begin(), row.end(), 0.0);
  if (k > 1)
    add_row(transition_row(m, action, previous), 1, row);
  else
    for (std::size_t s = 0; s < m.states.size(); ++s)
      if (m.start[s] != 0) add_row(transition_row(m, action, s), m.start[s], row);
  for (double& p : row) p = std::log(p);
}

void log_emission(const Pomdp& m, std::size_t action, std::size_t observation, std::span<double> row) {
  require_action(m, action);
  require_observation(m, observation);
  for (std::size_t s = 0; s < m.states.size(); ++s)
    row[s] = std::log(emission_row(m, action, s)[observation]);
}

void log_transition_and_emission(const Pomdp& m, std::size_t k, std::size_t previous, std::size_t action,
                                 std::size_t observation, std::span<double> row) {
  log_transition(m, k, previous, action, row);
  require_observation(m, observation);
  for (std::size_t s = 0; s < m.states.size(); ++s)
    row[s] += std::log(emission_row(m, action, s)[observation]);
}

}  // namespace doxa
