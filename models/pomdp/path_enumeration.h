#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"

// Inference by its definition, without any recursion: sums over every path of states. O(T S^(T+1)), as a
// check of short prefixes.

namespace doxa {

/// Calls visit(s_{0:T}, p(s_{0:T}, o_{1:T} ‖ a_{0:T-1})) for each of the S^(T+1) paths, the first state
/// changing fastest. The joint probability is b_0(s_0) Π_k T(s_k|s_{k-1},a_{k-1}) O(o_k|a_{k-1},s_k).
template <class Visit>
void for_each_path(const Pomdp& m, const History& h, Visit visit) {
  std::vector<std::size_t> path(h.steps() + 1, 0);  // counted up like the digits of a number
  for (bool more = true; more;) {
    double joint = m.start[path[0]];
    for (std::size_t k = 1; k < path.size() && joint != 0; ++k)
      joint *= transition_row(m, h.actions[k - 1], path[k - 1])[path[k]] *
               emission_row(m, h.actions[k - 1], path[k])[h.observations[k - 1]];  // (08.1)
    visit(path, joint);
    std::size_t digit = 0;
    while (digit < path.size() && ++path[digit] == m.states.size()) path[digit++] = 0;
    more = digit < path.size();
  }
}

/// What summing over all paths gives.
struct PathSum {
  double evidence;             ///< p(o_{1:T} ‖ a_{0:T-1})
  std::vector<double> belief;  ///< p(s_T | o_{1:T}, a_{0:T-1}), [S]; all NaN where the evidence is 0
  std::size_t paths;           ///< S^(T+1)
};

/// The largest T <= horizon with S^(T+1) <= paths; 0 if there is none.
inline std::size_t enumerable_horizon(const Pomdp& m, std::size_t horizon, std::size_t paths) {
  const std::size_t states = m.states.size();
  std::size_t count = states, t = 0;  // S^(t+1)
  while (t < horizon && count <= paths / states) count *= states, ++t;
  return t;
}

/// Throws std::invalid_argument for more than 10^8 paths.
inline PathSum enumerate_paths(const Pomdp& m, const History& h) {
  if (enumerable_horizon(m, h.steps(), 100'000'000) < h.steps())
    throw std::invalid_argument("enumerate_paths: more than 100000000 paths of " + std::to_string(h.steps()) +
                                " steps over " + std::to_string(m.states.size()) + " states");
  PathSum sum{0, std::vector<double>(m.states.size(), 0.0), 0};
  for_each_path(m, h, [&](const std::vector<std::size_t>& path, double joint) {
    sum.evidence += joint;  // (08.2)
    sum.belief[path.back()] += joint;
    ++sum.paths;
  });
  for (double& b : sum.belief) b /= sum.evidence;
  return sum;
}

}  // namespace doxa
