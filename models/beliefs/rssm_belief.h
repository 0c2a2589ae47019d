#pragma once

#include <span>
#include <vector>

#include "doxa/autograd/tensor.h"
#include "doxa/models/beliefs/rssm.h"
#include "doxa/models/pomdp/step_table.h"

namespace doxa {

/// How the samples of a belief are weighted. With `none` they are those of the posterior q. With `importance`
/// they are particles (Gordon, Salmond & Smith, IEE Proc. F 140, 1993): proposed by q, weighted by
/// p(s_k | …) p(o_k | s_k, …) / q(s_k | …), and resampled when the effective number falls below N/2. They
/// then represent the belief of the learned generative model instead of q's. A smoothing q would look ahead;
/// the prior proposes in its place, and the samples are always weighted.
enum class SampleWeighting { none, importance };

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
  /// Step k: what was done and what was then seen.
  void update(std::span<const Index> actions, std::span<const Index> observations);
  /// Step k without an observation: s_k is drawn from the prior and, where the summary needs it,
  /// o_k from the emission.
  void imagine(std::span<const Index> actions);

  /// The mean of the samples' summaries h_k of each episode, [B·hidden].
  std::vector<double> mean_summary() const;

 private:
  std::vector<Index> repeated(std::span<const Index> episodes, Index n) const;
  void resample(Tensor next, std::span<const Real> log_weights);
  void branch();

  Rssm& model_;
  Index episodes_, samples_;
  Index copies_;  // of each episode in summary_: 1 while all samples have the same past
  bool weighted_;
  Philox random_;
  Tape tape_;
  Tensor summary_;                   // [B·copies, hidden]
  std::vector<double> log_weights_;  // [B·N]
};

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
