#include "doxa/models/pomdp/episodes.h"

#include <numeric>
#include <stdexcept>
#include <string>

namespace doxa {

History::History(std::span<const std::size_t> a, std::span<const std::size_t> o)
    : actions(a), observations(o) {
  if (a.size() != o.size())
    throw std::invalid_argument("history: " + std::to_string(a.size()) + " actions and " +
                                std::to_string(o.size()) + " observations, expected as many");
}

Trajectory first_steps(const Trajectory& t, std::size_t n) {
  if (n > t.horizon())
    throw std::invalid_argument("first_steps: " + std::to_string(n) + " steps of an episode of " +
                                std::to_string(t.horizon()));
  Trajectory first = t;
  first.actions.resize(n);
  first.observations.resize(n);
  if (!first.states.empty()) first.states.resize(n + 1);
  if (!first.rewards.empty()) first.rewards.resize(n);
  return first;
}

Episodes episodes(std::span<const Trajectory> trajectories, Index copies) {
  std::vector<Index> all(trajectories.size());
  std::iota(all.begin(), all.end(), Index{0});
  return episodes(trajectories, all, copies);
}

Episodes episodes(std::span<const Trajectory> trajectories, std::span<const Index> chosen, Index copies) {
  if (chosen.empty() || copies < 1) throw std::invalid_argument("episodes: none chosen");
  const auto of = [&](Index i) -> const Trajectory& { return trajectories[static_cast<std::size_t>(i)]; };
  Episodes e;
  e.horizon = static_cast<Index>(of(chosen[0]).horizon());
  e.batch = static_cast<Index>(chosen.size()) * copies;
  bool rewarded = true;
  for (const Index i : chosen) {
    if (static_cast<Index>(of(i).horizon()) != e.horizon)
      throw std::invalid_argument("episodes: horizons differ: " + std::to_string(e.horizon) + " and " +
                                  std::to_string(of(i).horizon()));
    if (!of(i).rewards.empty() && of(i).rewards.size() != of(i).horizon())
      throw std::invalid_argument("episodes: " + std::to_string(of(i).rewards.size()) + " rewards of " +
                                  std::to_string(of(i).horizon()) + " steps");
    rewarded = rewarded && !of(i).rewards.empty();
  }
  for (std::size_t k = 0; k < static_cast<std::size_t>(e.horizon); ++k)
    for (const Index i : chosen)
      for (Index c = 0; c < copies; ++c) {
        e.actions.push_back(static_cast<Index>(of(i).actions[k]));
        e.observations.push_back(static_cast<Index>(of(i).observations[k]));
        if (rewarded) e.rewards.push_back(of(i).rewards[k]);
      }
  return e;
}

}  // namespace doxa
