#include "doxa/models/pomdp/path_enumeration.h"

#include <stdexcept>
#include <string>

namespace doxa {

std::size_t enumerable_horizon(const Pomdp& m, std::size_t horizon, std::size_t paths) {
  const std::size_t states = m.states.size();
  std::size_t count = states, t = 0;  // S^(t+1)
  while (t < horizon && count <= paths / states) count *= states, ++t;
  return t;
}

PathSum enumerate_paths(const Pomdp& m, std::span<const std::size_t> actions,
                        std::span<const std::size_t> observations) {
  const std::size_t horizon = actions.size(), states = m.states.size();
  if (observations.size() != horizon)
    throw std::invalid_argument("enumerate_paths: " + std::to_string(horizon) + " actions and " +
                                std::to_string(observations.size()) + " observations, expected as many");
  if (enumerable_horizon(m, horizon, 100'000'000) < horizon)
    throw std::invalid_argument("enumerate_paths: more than 100000000 paths of " + std::to_string(horizon) +
                                " steps over " + std::to_string(states) + " states");
  PathSum sum{0, std::vector<double>(states, 0.0), 0};
  std::vector<std::size_t> path(horizon + 1, 0);  // s_0 … s_T, counted up like the digits of a number
  for (bool more = true; more; ++sum.paths) {
    double joint = m.start[path[0]];
    for (std::size_t k = 1; k <= horizon && joint != 0; ++k)
      joint *= transition_row(m, actions[k - 1], path[k - 1])[path[k]] *
               emission_row(m, actions[k - 1], path[k])[observations[k - 1]];  // (08.1)
    sum.evidence += joint;                                                     // (08.2)
    sum.belief[path[horizon]] += joint;
    std::size_t digit = 0;
    while (digit <= horizon && ++path[digit] == states) path[digit++] = 0;
    more = digit <= horizon;
  }
  for (double& b : sum.belief) b /= sum.evidence;
  return sum;
}

}  // namespace doxa
