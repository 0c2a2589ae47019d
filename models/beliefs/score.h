#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/models/beliefs/belief_model.h"
#include "doxa/models/beliefs/episode_data.h"
#include "doxa/models/beliefs/memory_score.h"
#include "doxa/models/beliefs/prediction.h"
#include "doxa/models/nn/training.h"

namespace doxa {

/// The bound of each of several trajectories, the mean of some draws, and its divergence, in nats per step.
struct SampledBound {
  std::vector<double> bound, kl;
};
template <BeliefModel M>
SampledBound sample_bound(M& model, std::span<const Trajectory> trajectories, Philox& random, int draws = 1) {
  const Episodes e = episodes(trajectories);
  const double share = 1 / (static_cast<double>(e.horizon) * draws);
  SampledBound sampled{std::vector<double>(trajectories.size()), std::vector<double>(trajectories.size())};
  Tape tape;
  for (int draw = 0; draw < draws; ++draw) {
    tape.clear();
    const Evaluation evaluation(tape);
    const BoundTerms<Var> terms = bound(tape, model, e, random);
    for (std::size_t i = 0; i < trajectories.size(); ++i) {
      const auto kl = static_cast<double>(terms.kl.value()[i]);
      sampled.bound[i] += share * (static_cast<double>(terms.log_likelihood.value()[i]) - kl);
      sampled.kl[i] += share * kl;
    }
  }
  return sampled;
}

/// -log p̂(o_{1:T} ‖ a) / T of each trajectory from N samples, in nats per step, and what it is too high on
/// average because N is finite.
struct SampledNll {
  std::vector<double> nll;
  double sampling = 0;  ///< estimated, to first order in 1/N; not subtracted
};
/// The samples are two independent sets of N/2 with evidences Z_1 and Z_2, and p̂ = (Z_1 + Z_2)/2. The mean of
/// log p̂ is too low by about c/N. So log p̂ - (log Z_1 + log Z_2)/2, which is never negative, has the mean
/// c/(N/2) - c/N = c/N. Throws std::invalid_argument unless N is even and at least 2.
template <BeliefModel M>
SampledNll sampled_nll(M& model, std::span<const Trajectory> trajectories, Index samples, Philox& random) {
  if (samples < 2 || samples % 2 != 0)
    throw std::invalid_argument("sampled_nll: " + std::to_string(samples) +
                                " samples, expected an even number of them");
  const std::vector<double> one = log_evidence(model, trajectories, samples / 2, random),
                            two = log_evidence(model, trajectories, samples / 2, random);
  SampledNll sampled;
  std::vector<double> cost;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const double top = std::max(one[i], two[i]), apart = std::abs(one[i] - two[i]);
    const double log_mean = top + std::log1p(std::exp(-apart)) - std::numbers::ln2;
    const auto steps = static_cast<double>(trajectories[i].horizon());
    sampled.nll.push_back(-log_mean / steps);
    cost.push_back((log_mean - (one[i] + two[i]) / 2) / steps);
  }
  sampled.sampling = estimate_mean(cost).mean;
  return sampled;
}

/// What a trained belief is worth on episodes that it has not seen, in nats per step.
struct BeliefScore {
  double validation = 0;       ///< mean loss of the validation episodes, to compare variants by
  StepTable predictions = {};  ///< of the first `shown_episodes` held-out episodes, rows of O
  std::vector<double> nll = {}, bound = {}, kl = {};  ///< one for each held-out episode
  double sampling = 0;                                ///< what nll is too high because N is finite
  MemoryScore memory = {};

  static constexpr std::size_t shown_episodes = 100;
  double mean_bound() const { return estimate_mean(bound).mean; }
  double mean_kl() const { return estimate_mean(kl).mean; }
  /// Whether the latent is in use: a mean KL of at least 0.05 nats per step.
  bool live() const { return mean_kl() >= 0.05; }
};

/// Scores a trained model with `samples` samples of its belief, a quarter as many on the validation episodes.
/// Throws as `sampled_nll` and `memory_score` do.
template <BeliefModel M>
BeliefScore score_belief(M& model, const EpisodeData& data, Index samples, Philox random) {
  const SampledNll validation =
      sampled_nll(model, data.validation, std::max<Index>(2, samples / 8 * 2), random);
  SampledNll held_out = sampled_nll(model, data.held_out, samples, random);
  const auto shown =
      std::span(data.held_out).first(std::min(data.held_out.size(), BeliefScore::shown_episodes));
  StepTable predictions = predictive(model, shown, samples, random);
  SampledBound sampled = sample_bound(model, data.held_out, random, 8);
  const MemoryScore memory = memory_score(data.last, held_out.nll, data.exact, data.cost_of_counting);
  return {.validation = estimate_mean(validation.nll).mean,
          .predictions = std::move(predictions),
          .nll = std::move(held_out.nll),
          .bound = std::move(sampled.bound),
          .kl = std::move(sampled.kl),
          .sampling = held_out.sampling,
          .memory = memory};
}

/// A trained variant of a belief model, with its training and its score.
struct LearnedBelief {
  std::string name;
  Index steps;           ///< of training, as planned; training.steps were done
  double untrained = 0;  ///< curve_loss before the first step
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
