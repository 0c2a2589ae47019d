#include "doxa/models/pomdp/environment.h"

#include <stdexcept>
#include <string>

namespace doxa {
namespace {

// The column whose stretch of the cumulative probabilities holds u, for a row that sums to 1.
std::size_t column_at(const StochasticMatrix::Row& row, double u) {
  std::size_t i = 0;
  while (i + 1 < row.column.size() && u >= row.probability[i]) u -= row.probability[i++];
  return row.column[i];
}

}  // namespace

Environment::Environment(const Pomdp& m, Index episodes, std::uint64_t seed) : model_(m) {
  if (episodes < 1) throw std::invalid_argument("Environment: no episodes");
  for (Index b = 0; b < episodes; ++b) {
    random_.emplace_back(seed, static_cast<std::uint64_t>(b));
    states_.push_back(static_cast<std::size_t>(random_.back().categorical(m.start)));
  }
}

StepSeen Environment::step(std::span<const Index> actions) {
  if (actions.size() != states_.size())
    throw std::invalid_argument("Environment: " + std::to_string(actions.size()) + " actions for " +
                                std::to_string(states_.size()) + " episodes");
  StepSeen seen;
  for (std::size_t b = 0; b < states_.size(); ++b) {
    const auto action = static_cast<std::size_t>(actions[b]);
    require_action(model_, action);
    const double for_state = random_[b].uniform(), for_observation = random_[b].uniform();
    const std::size_t next = column_at(transition_row(model_, action, states_[b]), for_state);
    const std::size_t o = column_at(emission_row(model_, action, next), for_observation);
    seen.observations.push_back(static_cast<Index>(o));
    seen.rewards.push_back(model_.reward(action, states_[b], next, o));
    states_[b] = next;
  }
  return seen;
}

}  // namespace doxa
