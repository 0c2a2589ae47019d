#pragma once

#include <span>
#include <vector>

#include "doxa/autograd/tensor.h"
#include "doxa/models/beliefs/rssm.h"
#include "doxa/models/beliefs/sample_weights.h"
#include "doxa/models/pomdp/step_table.h"

namespace doxa {

/// The belief of an Rssm in several episodes side by side: N samples of the past of each episode. `predict`
/// the next observation from them, then `update` them with it.
class RssmBelief {
 public:
  /// Throws std::invalid_argument unless there is at least one episode and one sample.
  RssmBelief(Rssm& model, Index episodes, Index samples, Philox random,
             SampleWeighting weighting = SampleWeighting::none);

  /// p̂(o_k | o_{<k}, a_{<k}) of each episode, [B·O]: the emission's probabilities, averaged over the
  /// samples, whose s_k come from the prior. `actions` are a_{k-1}, one for each episode.
  std::vector<double> predict(std::span<const Index> actions);
  /// log p̂(o_k | o_{<k}, a_{<k}) of each episode, [B], as (10.9) estimates it: the mean weight of samples that q
  /// proposes, which knows o_k. An update with step k follows. Throws std::logic_error unless the samples are
  /// weighted.
  std::vector<double> update_and_score(std::span<const Index> actions, std::span<const Index> observations);
  /// Step k: what was done and what was then seen.
  void update(std::span<const Index> actions, std::span<const Index> observations);
  /// Step k without an observation: s_k is drawn from the prior and, where the summary needs it,
  /// o_k from the emission.
  void imagine(std::span<const Index> actions);

  /// The mean of the samples' summaries h_k of each episode, [B·hidden].
  std::vector<double> mean_summary() const;

 private:
  std::vector<Index> repeated(std::span<const Index> episodes, Index n) const;
  // What step k is told, for each path: h_{k-1}, a_{k-1}, the pair (a_{k-1}, o_k) as one vector, and o_k.
  struct Told {
    Var summary, action, step;
    std::vector<Index> seen;
  };
  Told told(std::span<const Index> actions, std::span<const Index> observations);
  struct Proposal {
    Var latent, log_weight;  // s_k, and its weight, [B·N]
  };
  Proposal propose(const Told& now, Index copies);
  void branch();

  Rssm& model_;
  Index episodes_, samples_;
  Index copies_;  // of each episode in summary_: 1 while all samples have the same past
  bool weighted_;
  Philox random_;
  Tape tape_;
  Tensor summary_;  // [B·copies, hidden]
  SampleWeights weights_;
};

/// log p̂_θ(o_{1:T} ‖ a_{0:T-1}) of each trajectory, in nats, from weighted samples (10.9). exp of it is an unbiased
/// estimate of the model's evidence, so that by Jensen's inequality it is below the model's log-evidence on
/// average, for N = 1 by the gap of the bound, and less for larger N.
std::vector<double> log_evidence(Rssm& model, std::span<const Trajectory> trajectories, Index samples,
                                 Philox& random);

/// p̂(o_k | o_{<k}, a_{<k}) along whole trajectories, rows of O.
StepTable predictive(Rssm& model, std::span<const Trajectory> trajectories, Index samples, Philox& random,
                     SampleWeighting weighting = SampleWeighting::none);

/// p̂(o_{from+n} | o_{≤from}, a_{<from+n}) for n = 1 … ahead, rows of O: what is predicted when no
/// observation is used after step `from`. Throws std::invalid_argument where a trajectory has fewer than
/// from + ahead steps.
StepTable open_loop(Rssm& model, std::span<const Trajectory> trajectories, Index from, Index ahead,
                    Index samples, Philox& random, SampleWeighting weighting = SampleWeighting::none);

/// What the model remembers after each step: the mean of the samples' summaries h_k, rows of `hidden`.
StepTable summaries(Rssm& model, std::span<const Trajectory> trajectories, Index samples, Philox& random,
                    SampleWeighting weighting = SampleWeighting::none);

}  // namespace doxa
