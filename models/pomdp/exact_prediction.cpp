#include "doxa/models/pomdp/exact_prediction.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "doxa/models/pomdp/belief.h"

namespace doxa {

std::vector<std::vector<double>> exact_predictive(const Pomdp& m, std::span<const Trajectory> trajectories) {
  const std::size_t outcomes = m.observations.size();
  std::vector<std::vector<double>> all;
  all.reserve(trajectories.size());
  for (const Trajectory& t : trajectories) {
    std::vector<double>& p = all.emplace_back(t.horizon() * outcomes);
    Belief belief = initial_belief(m);
    for (std::size_t k = 0; k < t.horizon(); ++k) {
      predict(m, belief, t.actions[k]);
      predictive(m, belief, t.actions[k], std::span(p).subspan(k * outcomes, outcomes));
      condition(m, belief, t.actions[k], t.observations[k]);
    }
  }
  return all;
}

std::vector<std::vector<double>> exact_beliefs(const Pomdp& m, std::span<const Trajectory> trajectories) {
  std::vector<std::vector<double>> all;
  all.reserve(trajectories.size());
  for (const Trajectory& t : trajectories) {
    std::vector<double>& b = all.emplace_back();
    b.reserve(t.horizon() * m.states.size());
    Belief belief = initial_belief(m);
    for (std::size_t k = 0; k < t.horizon(); ++k) {
      update(m, belief, t.actions[k], t.observations[k]);
      for (std::size_t s = 0; s < m.states.size(); ++s) b.push_back(probability(belief, s));
    }
  }
  return all;
}

std::vector<std::vector<double>> exact_open_loop(const Pomdp& m, std::span<const Trajectory> trajectories,
                                                 std::size_t from, std::size_t ahead) {
  const std::size_t outcomes = m.observations.size();
  std::vector<std::vector<double>> all;
  all.reserve(trajectories.size());
  for (const Trajectory& t : trajectories) {
    if (ahead == 0 || t.horizon() < from || t.horizon() - from < ahead)
      throw std::invalid_argument("exact_open_loop: " + std::to_string(ahead) + " steps after " +
                                  std::to_string(from) + " of a trajectory of " +
                                  std::to_string(t.horizon()));
    std::vector<double>& p = all.emplace_back(ahead * outcomes);
    Belief belief = initial_belief(m);
    for (std::size_t k = 0; k < from; ++k) update(m, belief, t.actions[k], t.observations[k]);
    for (std::size_t n = 0; n < ahead; ++n) {
      predict(m, belief, t.actions[from + n]);
      predictive(m, belief, t.actions[from + n], std::span(p).subspan(n * outcomes, outcomes));
      std::swap(belief.posterior, belief.predicted);
    }
  }
  return all;
}

}  // namespace doxa
