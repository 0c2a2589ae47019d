#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "doxa/models/beliefs/belief_model.h"
#include "doxa/models/beliefs/episode_data.h"
#include "doxa/models/beliefs/memory_score.h"
#include "doxa/models/beliefs/prediction.h"
#include "doxa/models/nn/training.h"

namespace doxa {

/// One sample of the bound for each of several trajectories, and its divergence, in nats per step.
struct SampledBound {
  std::vector<double> bound, kl;
};
template <BeliefModel M>
SampledBound sample_bound(M& model, std::span<const Trajectory> trajectories, Philox& random) {
  Tape tape;
  const Evaluation evaluation(tape);
  const Episodes e = episodes(trajectories);
  const BoundTerms<Var> terms = bound(tape, model, e, random);
  const double steps = static_cast<double>(e.horizon);
  SampledBound sampled;
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const double kl = static_cast<double>(terms.kl.value()[i]);
    sampled.bound.push_back((static_cast<double>(terms.log_likelihood.value()[i]) - kl) / steps);
    sampled.kl.push_back(kl / steps);
  }
  return sampled;
}

/// What a trained belief is worth on episodes that it has not seen, in nats per step.
struct BeliefScore {
  double validation = 0;       ///< mean prediction_nll of the validation episodes, to compare variants by
  StepTable predictions = {};  ///< of the held-out episodes, rows of O
  std::vector<double> nll = {}, bound = {}, kl = {};  ///< one for each held-out episode
  MemoryScore memory = {};

  double mean_bound() const { return estimate_mean(bound).mean; }
  double mean_kl() const { return estimate_mean(kl).mean; }
  /// Whether the latent is in use: a mean KL of at least 0.05 nats per step.
  bool live() const { return mean_kl() >= 0.05; }
};

/// Scores a trained model with `samples` samples of its belief. Throws as `prediction_nll` and `memory_score`
/// do.
template <BeliefModel M>
BeliefScore score_belief(M& model, const EpisodeData& data, Index samples, Philox random) {
  const StepTable on_validation = predictive(model, data.validation, samples, random);
  StepTable predictions = predictive(model, data.held_out, samples, random);
  std::vector<double> nll = prediction_nll(predictions, data.held_out);
  SampledBound sampled = sample_bound(model, data.held_out, random);
  const MemoryScore memory = memory_score(data.last, nll, data.exact, data.cost_of_counting);
  return {.validation = estimate_mean(prediction_nll(on_validation, data.validation)).mean,
          .predictions = std::move(predictions),
          .nll = std::move(nll),
          .bound = std::move(sampled.bound),
          .kl = std::move(sampled.kl),
          .memory = memory};
}

/// A trained variant of a belief model, with its training and its score.
struct LearnedBelief {
  std::string name;
  Index steps;  ///< of training, as planned; training.steps were done
  TrainingReport training = {};
  double seconds = 0;  ///< duration of the training
  BeliefScore score = {};
};

/// The variant with the least validation loss; `all` must not be empty.
inline const LearnedBelief& best_of(std::span<const LearnedBelief> all) {
  return *std::ranges::min_element(all, {}, [](const LearnedBelief& b) { return b.score.validation; });
}
/// The same among those whose latent is in use; null if there is none.
inline const LearnedBelief* best_live_of(std::span<const LearnedBelief> all) {
  const LearnedBelief* best = nullptr;
  for (const LearnedBelief& b : all)
    if (b.score.live() && (!best || b.score.validation < best->score.validation)) best = &b;
  return best;
}

}  // namespace doxa
