#pragma once

#include "doxa/autograd/random.h"
#include "doxa/models/pomdp/episodes.h"

namespace doxa::benchmarks {

/// B episodes of T steps whose actions and observations are uniform and independent: the time of a step does
/// not depend on what they are.
inline Episodes random_episodes(Index batch, Index horizon, Index actions, Index observations,
                                Philox& random) {
  Episodes e{batch, horizon, {}, {}};
  for (Index i = 0; i < horizon * batch; ++i) e.actions.push_back(random.uniform_index(actions));
  for (Index i = 0; i < horizon * batch; ++i) e.observations.push_back(random.uniform_index(observations));
  return e;
}

/// `rows` of the B entries of one step, from `first` on.
inline std::span<const Index> some_rows(std::span<const Index> step, Index first, Index rows) {
  return step.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows));
}

}  // namespace doxa::benchmarks
