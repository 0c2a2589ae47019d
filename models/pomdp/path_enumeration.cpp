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

PathSum enumerate_paths(const Pomdp& m, const History& h) {
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
