#include "doxa/models/pomdp/simulate.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {

std::size_t draw(std::span<const double> probabilities, Philox& random) {
  return static_cast<std::size_t>(random.categorical(probabilities));
}

std::size_t draw(const StochasticMatrix::Row& row, Philox& random) {
  return row.column[draw(row.probability, random)];
}

std::vector<double> open_loop_policy(const Pomdp& m, std::span<const double> weights) {
  const std::size_t actions = m.actions.size();
  if (weights.empty()) return std::vector<double>(actions, 1.0 / static_cast<double>(actions));
  if (weights.size() != actions) {
    std::string text = "action weights: " + std::to_string(weights.size()) + " given, expected " +
                       std::to_string(actions) + " in the order of the actions";
    for (std::size_t a = 0; a < std::min<std::size_t>(actions, 8); ++a) text += " " + m.actions[a];
    throw std::invalid_argument(text + (actions > 8 ? " …" : ""));
  }
  double largest = 0;
  for (std::size_t a = 0; a < actions; ++a) {
    if (!std::isfinite(weights[a]) || weights[a] < 0)
      throw std::invalid_argument("action weights: " + m.actions[a] + " is " + to_text(weights[a]) +
                                  ", expected a finite number, not negative");
    largest = std::max(largest, weights[a]);
  }
  if (largest == 0) throw std::invalid_argument("action weights: all are zero, expected a positive one");
  // Divided by the largest first, so that the sum cannot overflow.
  std::vector<double> policy(weights.begin(), weights.end());
  double sum = 0;
  for (double& w : policy) sum += w /= largest;
  for (double& w : policy) w /= sum;
  return policy;
}

Trajectory simulate(const Pomdp& m, std::span<const double> policy, std::size_t horizon, Philox& random) {
  if (horizon == 0) throw std::invalid_argument("simulate: horizon is 0, expected at least 1");
  if (policy.size() != m.actions.size())
    throw std::invalid_argument("simulate: a policy over " + std::to_string(policy.size()) +
                                " actions, expected " + std::to_string(m.actions.size()));
  Trajectory t;
  t.states.reserve(horizon + 1);
  t.actions.reserve(horizon);
  t.observations.reserve(horizon);
  t.rewards.reserve(horizon);
  t.states.push_back(draw(m.start, random));
  for (std::size_t k = 1; k <= horizon; ++k) {
    const std::size_t action = draw(policy, random);
    const std::size_t next = draw(transition_row(m, action, t.states.back()), random);
    const std::size_t seen = draw(emission_row(m, action, next), random);
    t.actions.push_back(action);
    t.rewards.push_back(m.reward(action, t.states.back(), next, seen));
    t.states.push_back(next);
    t.observations.push_back(seen);
  }
  return t;
}

std::vector<Trajectory> simulate(const Pomdp& m, std::span<const double> policy, std::size_t horizon,
                                 std::size_t count, Philox& random) {
  std::vector<Trajectory> trajectories;
  trajectories.reserve(count);
  for (std::size_t i = 0; i < count; ++i) trajectories.push_back(simulate(m, policy, horizon, random));
  return trajectories;
}

}  // namespace doxa
