#pragma once

#include <span>
#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa {

/// B episodes of T steps, time first: what a model of beliefs may see. Step k = 1 … T of episode b is the
/// action a_{k-1} and then the observation o_k; the states are left behind.
struct Episodes {
  Index batch = 0, horizon = 0;
  std::vector<Index> actions, observations;  ///< [T·B], step k of episode b at (k-1)·B + b

  std::span<const Index> actions_at(Index k) const { return at(actions, k); }            ///< a_{k-1}, [B]
  std::span<const Index> observations_at(Index k) const { return at(observations, k); }  ///< o_k, [B]

 private:
  std::span<const Index> at(const std::vector<Index>& all, Index k) const {
    return {all.data() + (k - 1) * batch, static_cast<std::size_t>(batch)};
  }
};

/// The chosen trajectories, each `copies` times in a row. Throws std::invalid_argument for none, or unequal
/// horizons.
Episodes episodes(std::span<const Trajectory> trajectories, std::span<const Index> chosen, Index copies = 1);

}  // namespace doxa
