#pragma once

#include <functional>

#include "doxa/models/beliefs/acting.h"
#include "doxa/models/beliefs/actor_critic.h"

namespace doxa {

/// How an actor is trained in imagination. A share `done` of its steps being over, the entropy's weight is
/// `entropy_weight` up to done = hold and then falls geometrically to `last_entropy_weight`; the rate is
/// that of the settings up to ½ and then falls linearly. The first steps must not settle anything: while
/// values are those of a bad policy, the best action nearly everywhere is the one that does least harm.
struct ActorTraining {
  Index starts = 64;   ///< imagined episodes of a step
  Index horizon = 15;  ///< their steps H
  double from_beginning =
      0.25;  ///< the share of them that starts before the first step; the rest where it has been
  double entropy_weight = 1, last_entropy_weight = 5e-3, hold = 0.3;

  double entropy_at(double done) const;
  double rate_at(double done) const;  ///< as a factor
};

/// One step of actor and critic in the imagination of a world: B episodes of H steps, of which a share
/// begins at the beginning, where the value that counts is, and the others at rows of `visited`, [n, …].
template <WorldModel W>
ActorCriticStep train_actor(W& world, const Tensor& visited, ActorCritic& agent, const ActorTraining& t,
                            double done, Philox& random) {
  const auto first = static_cast<Index>(t.from_beginning * static_cast<double>(t.starts));
  std::vector<Index> chosen(static_cast<std::size_t>(t.starts - first));
  for (Index& i : chosen) i = random.uniform_index(visited.shape()[0]);
  std::vector<Tensor> from{selected_rows(visited, chosen)};
  if (first > 0) from.push_back(start(world, first, random));
  const ImaginedEpisodes imagined =
      imagine_episodes(world, stacked_rows(from), t.horizon, agent.actor, random);
  return learn(agent, imagined, t.entropy_at(done), agent.settings.rate * t.rate_at(done));
}

/// How an actor is trained in a world that is known and need not be learned.
struct KnownWorldTraining {
  Index steps = 600;
  Index episodes = 16, horizon = 64;  ///< acted out every `every` steps, for what is known on the way
  Index every = 4;
  Bursts bursts = {};
  ActorTraining actor = {};
};

/// Trains an actor in the imagination of a known world (known_worlds.h), from what is known in episodes
/// that it acts out. Random numbers come from Philox(seed, 40) and the environments.
template <WorldModel W>
void train_actor_in(W& world, const Pomdp& m, ActorCritic& agent, const KnownWorldTraining& t,
                    std::uint64_t seed,
                    const std::function<void(Index step, const ActorCriticStep&)>& on_step = {}) {
  Philox random(seed, 40);
  const Chooser chooser =
      with_bursts(sampling_chooser(world, agent.actor, random), actions(world), t.bursts, random);
  Tensor visited;
  for (Index i = 0; i < t.steps; ++i) {
    if (i % t.every == 0) {
      std::vector<Tensor> known;
      Environment environment(m, t.episodes, environment_seed(seed, i));
      act(world, environment, t.horizon, chooser, random, [&](const Tensor& x) { known.push_back(x); });
      visited = stacked_rows(known);
    }
    const double done = static_cast<double>(i) / static_cast<double>(t.steps);
    const ActorCriticStep step = train_actor(world, visited, agent, t.actor, done, random);
    if (on_step) on_step(i + 1, step);
  }
}

}  // namespace doxa
