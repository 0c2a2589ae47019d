#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/models/bound_terms.h"
#include "doxa/models/nn/parameter.h"
#include "doxa/models/pomdp/step_table.h"

namespace doxa {

/// A model that learns to believe from episodes alone. Whatever is inside, training (training.h) and scoring
/// (score.h) call these free functions beside it:
///
///   parameters(m)                           what is learned
///   copies(m)                               how often each episode stands in a batch, side by side: the
///                                           number of samples of a multi-sample bound, else 1
///   loss(tape, m, episodes, random)         what is minimised, [], in nats per step
///   bound(tape, m, episodes, random)        the bound on log p(o_{1:T} ‖ a), one sample for each episode, [B]
///   log_evidence(m, trajectories, N, random)  log p̂(o_{1:T} ‖ a) of each from N samples, in nats
///   predictive(m, trajectories, N, random)    p̂(o_k | o_{<k}, a_{<k}) from N samples of the belief, rows of O
///
/// The last two are of the model itself: with N -> ∞ they are its evidence and its predictions, whatever q is.
///
/// It is a concept and not a base class: a model stays an aggregate of its parts, and a call leads straight
/// to the function that does the work. FilteringPosterior and RssmLearner are the two models of this folder.
template <class M>
concept BeliefModel = requires(M& m, Tape& tape, const Episodes& e, std::span<const Trajectory> trajectories,
                               Index samples, Philox& random) {
  { parameters(m) } -> std::same_as<Parameters>;
  { copies(m) } -> std::same_as<Index>;
  { loss(tape, m, e, random) } -> std::same_as<Var>;
  { bound(tape, m, e, random) } -> std::same_as<BoundTerms<Var>>;
  { log_evidence(m, trajectories, samples, random) } -> std::same_as<std::vector<double>>;
  { predictive(m, trajectories, samples, random) } -> std::same_as<StepTable>;
};

}  // namespace doxa
