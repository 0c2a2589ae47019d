// What a learned actor is worth in the true world, beside an optimal policy in the same episodes.

#include "actors.h"
#include "doxa/models/beliefs/known_worlds.h"
#include "doxa/models/pomdp/belief.h"

using namespace doxa;

Chooser chooser(AlphaVectors policy) {
  return [policy = std::move(policy)](const Tensor& beliefs) {
    std::vector<Index> chosen;
    std::vector<double> b(static_cast<std::size_t>(beliefs.shape()[1]));
    for (Index i = 0; i < beliefs.shape()[0]; ++i) {
      for (std::size_t s = 0; s < b.size(); ++s)
        b[s] = static_cast<double>(beliefs(i, static_cast<Index>(s)));
      chosen.push_back(static_cast<Index>(greedy_action(policy, b)));
    }
    return chosen;
  };
}

Arena::Arena(const Known& k, Index validation, Index test) : known_(k), validation_(validation), test_(test) {
  const ExactBeliefWorld world(k.m);
  const Chooser best = chooser(k.best.policy);
  ideal_validation_ = returns_of(world, k.m, best, validation, validation_seed);
  ideal_test_ = returns_of(world, k.m, best, test, test_seed);
}

//! [score]
MeanEstimate earned_beside(const std::vector<double>& own, const std::vector<double>& ideal, double optimum) {
  const MeanEstimate alone = estimate_mean(own), more = estimate_mean_difference(own, ideal);
  if (alone.standard_error < more.standard_error) return alone;
  return {optimum + more.mean, more.standard_error};
}

void Arena::enter_returns(LearnedActor& l, const std::vector<double>& validation,
                          const std::vector<double>& test) const {
  const double optimum = known_.optimum(), span = optimum - known_.memoryless.value.middle();
  l.validation = earned_beside(validation, ideal_validation_, optimum);
  l.earned = earned_beside(test, ideal_test_, optimum);
  const bool memory_pays = span > 1e-3 * (1 + std::abs(optimum));
  l.score = memory_pays ? 1 - (optimum - l.earned.mean) / span : std::nan("");  // (12.11)
  l.score_error = memory_pays ? l.earned.standard_error / span : std::nan("");
}
//! [score]

void Arena::enter_steps(LearnedActor& l, const std::vector<Trajectory>& episodes,
                        const std::vector<std::vector<double>>& probabilities) const {
  const std::size_t steps = episodes[0].horizon(), count = episodes.size();
  l.belief.assign(steps * count, 0.0);
  l.probabilities = probabilities;
  std::size_t same = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Belief b = initial_belief(known_.m);
    for (std::size_t k = 0; k < steps; ++k) {
      std::vector<double> now;
      for (std::size_t s = 0; s < known_.m.states.size(); ++s) now.push_back(probability(b, s));
      l.belief[k * count + i] = now[0];
      same += greedy_action(known_.best.policy, now) == episodes[i].actions[k];
      update(known_.m, b, episodes[i].actions[k], episodes[i].observations[k]);
    }
  }
  l.agrees = static_cast<double>(same) / static_cast<double>(steps * count);
}
