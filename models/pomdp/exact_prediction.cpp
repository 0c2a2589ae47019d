#include "doxa/models/pomdp/exact_prediction.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "doxa/models/pomdp/belief.h"

namespace doxa {

StepTable exact_predictive(const Pomdp& m, std::span<const Trajectory> trajectories) {
  StepTable p(m.observations.size(), trajectories);
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    Belief belief = initial_belief(m);
    for (std::size_t k = 1; k <= t.horizon(); ++k) {
      predict(m, belief, t.actions[k - 1]);
      predictive(m, belief, t.actions[k - 1], p.row(i, k));
      condition(m, belief, t.actions[k - 1], t.observations[k - 1]);
    }
  }
  return p;
}

StepTable exact_beliefs(const Pomdp& m, std::span<const Trajectory> trajectories) {
  StepTable b(m.states.size(), trajectories);
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    Belief belief = initial_belief(m);
    for (std::size_t k = 1; k <= t.horizon(); ++k) {
      update(m, belief, t.actions[k - 1], t.observations[k - 1]);
      for (std::size_t s = 0; s < b.width; ++s) b.row(i, k)[s] = probability(belief, s);
    }
  }
  return b;
}

StepTable exact_open_loop(const Pomdp& m, std::span<const Trajectory> trajectories, std::size_t from,
                          std::size_t ahead) {
  for (const Trajectory& t : trajectories)
    if (ahead == 0 || t.horizon() < from || t.horizon() - from < ahead)
      throw std::invalid_argument("exact_open_loop: " + std::to_string(ahead) + " steps after " +
                                  std::to_string(from) + " of a trajectory of " +
                                  std::to_string(t.horizon()));
  StepTable p(m.observations.size(), trajectories.size(), ahead);
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    Belief belief = initial_belief(m);
    for (std::size_t k = 0; k < from; ++k) update(m, belief, t.actions[k], t.observations[k]);
    for (std::size_t n = 1; n <= ahead; ++n) {
      const std::size_t action = t.actions[from + n - 1];
      predict(m, belief, action);
      predictive(m, belief, action, p.row(i, n));
      std::swap(belief.posterior, belief.predicted);
    }
  }
  return p;
}

}  // namespace doxa
