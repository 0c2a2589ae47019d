#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/models/pomdp/simulate.h"
#include "tests/support/random_pomdp.h"

namespace doxa::testing {

// Calls visit(path, p(s_{0:T} = path, o_{1:T} ‖ a)) for every one of the S^(T+1) paths: the definition of all
// that an inference algorithm computes.
template <class Visit>
void for_each_path(const Pomdp& m, const Trajectory& t, Visit visit) {
  const std::size_t states = m.states.size();
  std::vector<std::size_t> path(t.horizon() + 1, 0);
  for (bool more = true; more;) {
    double joint = m.start[path[0]];
    for (std::size_t k = 1; k < path.size(); ++k)
      joint *= transition_row(m, t.actions[k - 1], path[k - 1])[path[k]] *
               emission_row(m, t.actions[k - 1], path[k])[t.observations[k - 1]];
    visit(path, joint);
    std::size_t digit = 0;
    while (digit < path.size() && ++path[digit] == states) path[digit++] = 0;
    more = digit < path.size();
  }
}

// A model of random size with about a third of its probabilities 0, and an episode of it.
struct RandomEpisode {
  Pomdp model;
  Trajectory trajectory;
};
inline RandomEpisode random_episode(std::size_t horizon, Philox& random) {
  const auto size = [&](Index most) { return 1 + static_cast<std::size_t>(random.uniform_index(most)); };
  const std::size_t states = size(4), actions = size(3), observations = size(4);
  RandomEpisode e{random_pomdp(states, actions, observations, random), {}};
  e.trajectory = simulate(e.model, open_loop_policy(e.model), horizon, random);
  return e;
}

}  // namespace doxa::testing
