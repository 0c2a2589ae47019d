#pragma once

#include "doxa/models/beliefs/rssm_belief.h"
#include "doxa/models/beliefs/rssm_bound.h"

namespace doxa {

/// An Rssm together with the objective it is trained by: a BeliefModel.
struct RssmLearner {
  Rssm model;
  RssmObjective objective = {};
};

void append_parameters(Parameters& to, RssmLearner& learner);

/// The objective's number of samples.
inline Index copies(const RssmLearner& learner) { return learner.objective.samples; }
/// rssm_loss of the objective.
Var loss(Tape& tape, RssmLearner& learner, const Episodes& episodes, Philox& random);
/// The one-sample bound (11.3), whatever the objective: its two terms summed over the steps.
BoundTerms<Var> bound(Tape& tape, RssmLearner& learner, const Episodes& episodes, Philox& random);

// What the model predicts and remembers (rssm_belief.h). If the objective has several samples, it trains q as
// a proposal and not as the belief itself; the samples are then weighted.

StepTable predictive(RssmLearner& learner, std::span<const Trajectory> trajectories, Index samples,
                     Philox& random);
StepTable open_loop(RssmLearner& learner, std::span<const Trajectory> trajectories, Index from, Index ahead,
                    Index samples, Philox& random);
/// The mean summary of 16 samples, or of one if all samples have the same summary.
StepTable summaries(RssmLearner& learner, std::span<const Trajectory> trajectories, Philox& random);

}  // namespace doxa
