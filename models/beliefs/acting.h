#pragma once

#include <functional>
#include <vector>

#include "doxa/models/beliefs/imagination.h"
#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/environment.h"
#include "doxa/models/pomdp/episodes.h"

namespace doxa {

/// Chooses a_k of B episodes from what is known of them, [B].
using Chooser = std::function<std::vector<Index>(const Tensor& known)>;

/// a ~ π(·|x), and argmax_a π(a|x). World and actor must outlive them, and `random` the first.
template <WorldModel W>
Chooser sampling_chooser(W& world, Mlp& actor, Philox& random) {
  return [&](const Tensor& known) { return sample_actions(actor, shown(world, known), random); };
}
template <WorldModel W>
Chooser greedy_chooser(W& world, Mlp& actor) {
  return [&](const Tensor& known) { return likeliest_actions(actor, shown(world, known)); };
}

/// Exploration by bursts: at each step a burst begins with probability `rate`, a uniformly random action
/// that is repeated until it ends, with probability 1/`length` after each step. Repeated actions reach in a
/// few steps what independent ones take their square to reach (Dabney, Ostrovski & Barreto,
/// "Temporally-extended ε-greedy exploration", arXiv 2006.01782). They also show the same question answered
/// several times in a row, from which a model learns to remember. The chooser stays in charge of the other
/// steps.
struct Bursts {
  double rate = 0.1, length = 10;
};
Chooser with_bursts(Chooser chooser, Index actions, const Bursts& bursts, Philox& random);

/// The seed of the i-th environment of a run, different for different (seed, i).
inline std::uint64_t environment_seed(std::uint64_t seed, Index i) {
  return Philox(seed, static_cast<std::uint64_t>(i))();
}

/// Adds a step to each episode.
void append(std::vector<Trajectory>& episodes, std::span<const Index> actions, const StepSeen& seen);

/// T steps of B episodes in an environment, from their beginning, the model looking on. `on_step`, if there
/// is one, sees what was known before each step. The trajectories have actions, observations and rewards.
template <WorldModel W>
std::vector<Trajectory> act(W& world, Environment& environment, Index horizon, const Chooser& choose,
                            Philox& random, const std::function<void(const Tensor& known)>& on_step = {}) {
  std::vector<Trajectory> episodes(static_cast<std::size_t>(environment.episodes()));
  Tensor known = start(world, environment.episodes(), random);
  for (Index k = 0; k < horizon; ++k) {
    if (on_step) on_step(known);
    const std::vector<Index> a = choose(known);
    const StepSeen seen = environment.step(a);
    append(episodes, a, seen);
    if (k + 1 < horizon) known = observe(world, known, a, seen.observations, random);
  }
  return episodes;
}
/// Σ_k γ^{k-1} r_k of each episode. Throws std::invalid_argument for one without rewards.
std::vector<double> discounted_returns(std::span<const Trajectory> episodes, double discount);

/// The number of steps after which γ^T times the largest possible return is at most `share` of it:
/// ⌈log share / log γ⌉. Throws std::invalid_argument unless 0 < γ < 1 and 0 < share < 1.
Index effective_horizon(double discount, double share = 1e-3);

}  // namespace doxa
