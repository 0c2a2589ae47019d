#pragma once

#include "doxa/models/beliefs/rssm_belief.h"
#include "doxa/models/beliefs/rssm_bound.h"

namespace doxa {

/// An Rssm together with the objective it is trained by: a BeliefModel.
struct RssmLearner {
  Rssm model;
  RssmObjective objective = {};
};

inline void append_parameters(Parameters& to, RssmLearner& l) { append_parameters(to, l.model); }

/// The objective's number of samples.
inline Index copies(const RssmLearner& l) { return l.objective.samples; }

/// rssm_loss of the objective.
inline Var loss(Tape& tape, RssmLearner& l, const Episodes& e, Philox& random) {
  return rssm_loss(tape, l.model, e, l.objective, random).loss;
}

/// The one-sample bound (11.3), whatever the objective: its two terms summed over the steps.
inline BoundTerms<Var> bound(Tape& tape, RssmLearner& l, const Episodes& e, Philox& random) {
  const BoundTerms<Var> by_step = rssm_terms(tape, l.model, e, random).bound;
  return {sum(by_step.log_likelihood, {0}), sum(by_step.kl, {0})};
}

inline std::vector<double> log_evidence(RssmLearner& l, std::span<const Trajectory> trajectories,
                                        Index samples, Philox& random) {
  return log_evidence(l.model, trajectories, samples, random);
}

inline StepTable predictive(RssmLearner& l, std::span<const Trajectory> trajectories, Index samples,
                            Philox& random) {
  return predictive(l.model, trajectories, samples, random, SampleWeighting::importance);
}

}  // namespace doxa
