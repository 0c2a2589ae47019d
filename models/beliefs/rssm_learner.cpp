#include "doxa/models/beliefs/rssm_learner.h"

namespace doxa {
namespace {

RssmBelief::Weighting weighting(const RssmLearner& l) {
  return l.objective.samples > 1 ? RssmBelief::Weighting::importance : RssmBelief::Weighting::none;
}

}  // namespace

void append_parameters(Parameters& to, RssmLearner& l) { append_parameters(to, l.model); }

Var loss(Tape& tape, RssmLearner& l, const Episodes& e, Philox& random) {
  return rssm_loss(tape, l.model, e, l.objective, random).loss;
}

BoundTerms<Var> bound(Tape& tape, RssmLearner& l, const Episodes& e, Philox& random) {
  const BoundTerms<Var> by_step = rssm_terms(tape, l.model, e, random).bound;
  return {sum(by_step.log_likelihood, {0}), sum(by_step.kl, {0})};
}

StepTable predictive(RssmLearner& l, std::span<const Trajectory> trajectories, Index samples,
                     Philox& random) {
  return predictive(l.model, trajectories, samples, random, weighting(l));
}

StepTable open_loop(RssmLearner& l, std::span<const Trajectory> trajectories, Index from, Index ahead,
                    Index samples, Philox& random) {
  return open_loop(l.model, trajectories, from, ahead, samples, random, weighting(l));
}

StepTable summaries(RssmLearner& l, std::span<const Trajectory> trajectories, Philox& random) {
  return summaries(l.model, trajectories, l.model.deterministic() ? 1 : 16, random, weighting(l));
}

}  // namespace doxa
