#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// How many simulated episodes are kept for each purpose.
struct EpisodeCounts {
  std::size_t validation = 250;  ///< by which the best variant of a model is chosen
  std::size_t curve = 100;       ///< how many of those, from the first, are for the learning curve
  std::size_t held_out = 500;    ///< for the score
};

/// Episodes of one POMDP under one open-loop policy, to learn a belief from and to score it on, and what two
/// reference predictors achieve on them: the exact filter and the last observation (memory_score.h). All
/// values are negative log-likelihoods in nats per step.
struct EpisodeData {
  Pomdp pomdp;                 ///< the learner sees how many actions and observations it has, nothing else
  std::vector<double> policy;  ///< π(a), [A]
  std::size_t horizon;
  /// To train on; if empty, every training step simulates its episodes.
  std::vector<Trajectory> recorded = {};
  std::vector<Trajectory> validation = {}, held_out = {};
  std::size_t curve = 0;      ///< how many of `validation`, from the first, are for the learning curve
  double exact_on_curve = 0;  ///< mean of the exact filter on those
  std::vector<double> exact = {}, last = {};  ///< one for each held-out episode
  double cost_of_counting = 0;  ///< by how much `last` is too large because it was counted, on average
  /// What tells data apart, by name, in words and hashes: the settings by which a checkpoint of training
  /// recognises them. The same in every locale.
  std::map<std::string, std::string> identity = {};

  std::span<const Trajectory> curve_episodes() const { return std::span(validation).first(curve); }
};

/// Simulated data: training episodes are drawn later, by `draw_batch`. Throws as `simulate` does.
EpisodeData simulated_data(Pomdp pomdp, std::vector<double> policy, std::size_t horizon,
                           const EpisodeCounts& counts, std::uint64_t seed);

/// Recorded data: the first eight tenths are for training, the next tenth for validation, the last for the
/// score. Throws std::invalid_argument for fewer than 20 episodes or unequal horizons.
EpisodeData recorded_data(Pomdp pomdp, std::vector<double> policy, std::vector<Trajectory> episodes,
                          const EpisodeCounts& counts);

/// The episodes of one training step, each `copies` times side by side: simulated, or chosen from the
/// recorded ones with replacement.
Episodes draw_batch(const EpisodeData& data, Index episodes, Index copies, Philox& random);

}  // namespace doxa
