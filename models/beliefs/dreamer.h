#pragma once

#include <functional>
#include <vector>

#include "doxa/models/beliefs/actor_training.h"
#include "doxa/models/beliefs/rssm_learner.h"
#include "doxa/models/beliefs/rssm_world.h"
#include "doxa/models/nn/training.h"

namespace doxa {

/// How an agent learns from scratch, from actions, observations and rewards alone. The defaults are one set
/// for every problem. They were found by trials on seven small ones (tiger with and without waiting and with
/// three doors, cheese, 4x3, shuttle, t-maze); on others they are a first guess.
struct DreamerSettings {
  Index iterations = 150;
  Index collected = 128, horizon = 64;      ///< episodes of an iteration, and their steps
  Index remembered = 8000;                  ///< episodes, the latest
  Index batch = 16;                         ///< episodes of a step of the model
  Index first_model_steps = 200;            ///< before the actor's first step
  Index model_steps = 14, actor_steps = 8;  ///< of an iteration
  double model_rate = 1e-2;                 ///< after a warm-up of 20 steps; then a cosine to 0
  Bursts bursts = {};
  double last_burst_rate = 0.01;  ///< of the last iteration; geometric in between
  ActorTraining actor = {};
};

/// A world model, the actor and critic that live in it, what they remember and where their randomness comes
/// from.
struct Dreamer {
  DreamerSettings settings;
  RssmLearner learner;
  ActorCritic agent;
  std::vector<Trajectory> memory = {};
  Tensor visited = {};  ///< h_{k-1} of every step of the last batch, [T·B, hidden]: where imagination begins
  Adam model_adam;
  Index iteration = 0, model_step = 0, actor_step = 0;
  Philox acting, choosing, noise, imagining;
  Tape tape = Tape{};

  /// The networks start from Philox(seed, 5). Throws as Rssm does, and std::invalid_argument for settings
  /// without rewards and for a smoothing posterior.
  Dreamer(const RssmSettings& sizes, const RssmObjective& objective, double discount,
          const DreamerSettings& settings, std::uint64_t seed);

  double done() const;  ///< the share of the actor's steps that are over
};

// Dreamer's three turns (Hafner et al., arXiv 1912.01603, algorithm 1): each iteration does them in this
// order.

/// The actor acts in fresh episodes, with bursts of exploration, and they are remembered. Rewards not met
/// before get classes of their own. Returns the mean discounted return.
double collect(Dreamer& d, const Pomdp& world);
/// The model learns from remembered episodes: `model_steps` steps on batches, first_model_steps in the
/// first iteration. Returns the last loss, in nats per step. Throws std::logic_error if nothing is
/// remembered.
double train_model(Dreamer& d);
/// The actor and the critic learn in the model's imagination, `actor_steps` steps.
ActorCriticStep train_actor(Dreamer& d);

struct DreamerProgress {
  Index iteration;
  double collected_return, model_loss;
  ActorCriticStep actor;
};
/// All iterations; `on_iteration` may return false to stop.
void dream(Dreamer& d, const Pomdp& world,
           const std::function<bool(const DreamerProgress&)>& on_iteration = {});

/// The returns of the greedy actor in n episodes of an environment, cut off at effective_horizon: those of
/// two agents with the same seed have random numbers in common.
template <WorldModel W>
std::vector<double> returns_of(W& world, const Pomdp& m, const Chooser& chooser, Index n,
                               std::uint64_t seed) {
  Environment environment(m, n, seed);
  Philox random(seed, 41);
  return discounted_returns(act(world, environment, effective_horizon(m.discount), chooser, random),
                            m.discount);
}

}  // namespace doxa
