#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"
#include "doxa/models/beliefs/episodes.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/mlp.h"

namespace doxa {

/// A generative model of episodes with a continuous latent s_k in R^L (10.2), and the causal posterior that
/// infers it (10.4):
///
///   summary      h_k = GRU([s_{k-1}, a_{k-1}], h_{k-1})          (left out when its width is 0)
///   transition   p(s_k | s_{k-1}, a_{k-1}, h_k)                  normal, diagonal
///   emission     p(o_k | s_k, a_{k-1}, h_k)                      categorical
///   posterior    q(s_k | s_{k-1}, a_{k-1}, o_k, h_k)             normal, diagonal
///
/// with s_0 = 0 and h_0 = 0. The summary sees latents and actions only, so that the transition never sees
/// o_k. Without it this is the Markov family of chapter 10; with it, the path of PlaNet (Hafner et al., arXiv
/// 1811.04551, section 3).
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
LatentState initial_state(Tape& tape, const FilteringPosterior& model, Index batch);

/// The distributions of one step, given what came before it.
DiagonalNormal transition(FilteringPosterior& model, const LatentState& before, Var action);
DiagonalNormal posterior(FilteringPosterior& model, const LatentState& before, Var action, Var observation);
Categorical emission(FilteringPosterior& model, const LatentState& now, Var action);
/// h_k from s_{k-1}, a_{k-1}, h_{k-1}; the latent stays s_{k-1}.
LatentState advance_summary(FilteringPosterior& model, const LatentState& before, Var action);

/// The two sums of the bound (10.6), each [batch], in nats: log p(o_{1:T} ‖ a) >= E_q[log_likelihood - kl].
struct FilteringTerms {
  Var log_likelihood;  ///< Σ_k log p(o_k | s_k, a_{k-1})
  Var kl;              ///< Σ_k KL(q(s_k | s_{k-1}, …) ‖ p(s_k | s_{k-1}, a_{k-1}))
};

/// One sample of the bound, with s_k drawn from q by noise[k-1], [T, batch, L].
FilteringTerms filtering_bound(Tape& tape, FilteringPosterior& model, const Episodes& episodes,
                               const Tensor& noise);

/// The learned model's predictive distributions p̂(o_k | o_{<k}, a_{<k}), [trajectory][(k-1)·O + o] (10.9):
/// the emission's probabilities averaged over `samples` samples, whose s_{k-1} come from q and whose s_k from
/// the transition. Nothing of step k but its action is looked at before step k is predicted.
std::vector<std::vector<double>> predictive(FilteringPosterior& model,
                                            std::span<const Trajectory> trajectories, Index samples,
                                            Philox& random);

}  // namespace doxa
