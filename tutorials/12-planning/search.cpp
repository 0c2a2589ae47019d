// The search for sequences of actions in a learned model, and what it earns in the true world.

#include "actors.h"
#include "doxa/models/beliefs/known_worlds.h"
#include "doxa/models/beliefs/sequence_search.h"

using namespace doxa;
using namespace doxa::support;

MeanEstimate earned_by_sequences(RssmWorld& world, const Known& k, std::uint64_t seed) {
  constexpr SequenceSearch search{.horizon = 2, .samples = 32};
  constexpr Index episodes = 20;
  constexpr std::uint64_t played_seed = 1006;
  Philox random(seed, 42);
  const std::vector<double> own =
      returns_of(world, k.m, replanning_chooser(world, search, k.m.discount, random), episodes, played_seed);
  const ExactBeliefWorld exact(k.m);
  const std::vector<double> ideal = returns_of(exact, k.m, chooser(k.best.policy), episodes, played_seed);
  return earned_beside(own, ideal, k.optimum());
}

void claim_searched(Chapter& chapter, const Known& k, const MeanEstimate& earned) {
  if (k.name == "tiger-wait")
    chapter.claims.equal("tiger-wait: who seeks sequences in the learned model waits for ever and earns 0",
                         earned.mean, 0, 4 * earned.standard_error + 0.5,
                         "4 standard errors, and half of what listening once would cost");
  else
    chapter.claims.at_least(
        k.name + ": who seeks sequences in the learned model listens: more than half of V*",
        earned.mean - 4 * earned.standard_error, k.optimum() / 2, 0,
        "4 standard errors below what was earned; who waits earns 0");
}
