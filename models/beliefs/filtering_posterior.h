#pragma once

#include <optional>
#include <span>

#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"
#include "doxa/models/beliefs/sample_weights.h"
#include "doxa/models/bound_terms.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/mlp.h"
#include "doxa/models/pomdp/step_table.h"

namespace doxa {

/// A generative model of episodes with a continuous latent s_k in R^L (10.2), and the causal posterior that
/// infers it (10.4):
///
///   summary      h_k = GRU([s_{k-1}, a_{k-1}], h_{k-1})          (left out if its width is 0)
///   transition   p(s_k | s_{k-1}, a_{k-1}, h_k)                  normal, diagonal
///   emission     p(o_k | s_k, a_{k-1}, h_k)                      categorical
///   posterior    q(s_k | s_{k-1}, a_{k-1}, o_k, h_k)             normal, diagonal
///
/// with s_0 = 0 and h_0 = 0. The summary sees latents and actions only, so that the transition never sees
/// o_k. Without a summary this is the Markov family of chapter 10; with one, it has the deterministic path of
/// PlaNet (Hafner et al., arXiv 1811.04551, section 3). A BeliefModel.
struct FilteringPosterior {
  struct Sizes {
    Index actions, observations;
    Index latent = 4, hidden = 32;
    Index summary = 0;
  };
  Sizes sizes;
  std::optional<GruCell> summary;
  Mlp posterior, transition, emission;

  /// Throws std::invalid_argument unless all sizes are positive (the summary's may be 0).
  FilteringPosterior(const Sizes& sizes, Philox& random);
};

void append_parameters(Parameters& to, FilteringPosterior& model);

/// What the model knows after step k: samples of the latent, [batch, L], and the summary, [batch, H] (or
/// [batch, 0]).
struct LatentState {
  Var latent, summary;
};
/// s_0 = 0 and h_0 = 0.
LatentState initial_state(Tape& tape, const FilteringPosterior& model, Index batch);

/// The distributions of one step, given what came before it.
DiagonalNormal transition(FilteringPosterior& model, const LatentState& before, Var action);
DiagonalNormal posterior(FilteringPosterior& model, const LatentState& before, Var action, Var observation);
Categorical emission(FilteringPosterior& model, const LatentState& now, Var action);
/// h_k from s_{k-1}, a_{k-1}, h_{k-1}; the latent stays s_{k-1}.
LatentState advance_summary(FilteringPosterior& model, const LatentState& before, Var action);

/// One sample of the bound (10.6) for each episode, [B]: Σ_k log p(o_k | s_k, …) and Σ_k KL(q(s_k | …)
/// ‖ p(s_k | …)), s_k being drawn from q by noise[k-1], [T, B, L].
BoundTerms<Var> filtering_bound(Tape& tape, FilteringPosterior& model, const Episodes& episodes, Var noise);

// The functions of a BeliefModel.

inline Index copies(const FilteringPosterior&) { return 1; }
/// filtering_bound with noise from `random`.
BoundTerms<Var> bound(Tape& tape, FilteringPosterior& model, const Episodes& episodes, Philox& random);
/// -(log_likelihood - kl)/T, the mean over episodes, [], in nats per step.
Var loss(Tape& tape, FilteringPosterior& model, const Episodes& episodes, Philox& random);
/// log p̂_θ(o_{1:T} ‖ a_{0:T-1}) of each trajectory, in nats: Σ_k log of the mean weight of N samples (10.9), which q
/// proposes. exp of it is an unbiased estimate of the model's evidence. By Jensen's
/// inequality it is below the model's log-evidence on average: for N = 1 it is the bound, and it rises with N.
/// Throws std::invalid_argument for N < 1, as `predictive`.
std::vector<double> log_evidence(FilteringPosterior& model, std::span<const Trajectory> trajectories,
                                 Index samples, Philox& random);
/// Predictive distributions p̂(o_k | o_{<k}, a_{<k}): the emission's probabilities averaged over N samples,
/// whose s_k come from the transition. With weights they converge to those of the model itself, without to
/// those of somebody who takes samples of q for the belief. Of step k only the action is used before the step
/// is predicted.
StepTable predictive(FilteringPosterior& model, std::span<const Trajectory> trajectories, Index samples,
                     Philox& random, SampleWeighting weighting = SampleWeighting::importance);

}  // namespace doxa
