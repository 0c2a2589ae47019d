#pragma once

#include <vector>

#include "doxa/distributions/categorical.h"
#include "doxa/models/beliefs/world_model.h"
#include "doxa/models/nn/mlp.h"

namespace doxa {

/// B imagined episodes of H steps: what the actor was shown, what it did and what that is expected to pay.
struct ImaginedEpisodes {
  Index batch = 0, horizon = 0;
  Tensor shown = {};                 ///< x_0 … x_H, [(H+1)·B, F], step after step
  std::vector<Index> actions = {};   ///< a_0 … a_{H-1}, [H·B]
  std::vector<double> rewards = {};  ///< r_1 … r_H, [H·B]
};

/// One action for each row of x, a ~ π(·|x).
std::vector<Index> sample_actions(Mlp& actor, const Tensor& x, Philox& random);
/// The likeliest action of each row, the first of several.
std::vector<Index> likeliest_actions(Mlp& actor, const Tensor& x);

/// From what is known of B episodes, H steps in imagination: a_k ~ π(·|x_k), then the model's next step.
template <WorldModel W>
ImaginedEpisodes imagine_episodes(W& world, Tensor known, Index horizon, Mlp& actor, Philox& random) {
  ImaginedEpisodes e{.batch = known.shape()[0], .horizon = horizon};
  std::vector<Tensor> all_shown{shown(world, known)};
  for (Index k = 0; k < horizon; ++k) {
    const std::vector<Index> a = sample_actions(actor, all_shown.back(), random);
    ImaginedStep step = imagine(world, known, a, random);
    known = std::move(step.known);
    all_shown.push_back(shown(world, known));
    e.actions.insert(e.actions.end(), a.begin(), a.end());
    e.rewards.insert(e.rewards.end(), step.rewards.begin(), step.rewards.end());
  }
  e.shown = stacked_rows(all_shown);
  return e;
}

}  // namespace doxa
