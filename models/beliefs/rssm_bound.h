#pragma once

#include <optional>

#include "doxa/models/beliefs/rssm.h"
#include "doxa/models/bound_terms.h"
#include "doxa/models/pomdp/episodes.h"

namespace doxa {

/// The bound at one sample s_{1:T} ~ q of every episode, log p(o_{1:T} ‖ a) >= E_q Σ_k (log_likelihood - kl).
/// Of a model with rewards it is Dreamer's (Hafner et al., arXiv 1912.01603, eq. 13 with β = 1),
///
///   log p(o_{1:T}, r_{1:T} ‖ a) >= E_q Σ_k { log p(o_k | s_k, h_{k-1}, a_{k-1})
///                                          + log p(r_k | s_k, h_{k-1}, a_{k-1}, o_k) - KL_k }.
struct RssmTerms {
  /// log p(o_k | …), with log p(r_k | …) added to it where rewards are modelled, and
  /// KL(q(s_k | …) ‖ p(s_k | …)); step k of episode b at [k-1, b].
  BoundTerms<Var> bound;
  Var posterior, prior, latent;        ///< parameters of q and p, and s, [T·B, …], step after step
  Var summary;                         ///< h_{k-1}, [T·B, hidden], likewise
  std::optional<Var> log_reward = {};  ///< log p(r_k | …) alone, [T, B]
};
/// Throws std::invalid_argument for no episode or no step, for an action or observation the model lacks, and
/// for episodes without rewards if it models them.
RssmTerms rssm_terms(Tape& tape, Rssm& model, const Episodes& episodes, Philox& random);

/// How an Rssm is trained. The default is the bound itself.
struct RssmObjective {
  Real kl_weight = 1;  ///< β; annealing means to train with a β that rises to 1
  /// Below so many nats per step, averaged over episodes and steps, the KL costs nothing (Kingma et al.,
  /// arXiv 1606.04934, appendix C.8).
  Real free_nats = 0;
  /// α: the KL gets the gradient of α KL(stop(q) ‖ p) + (1 - α) KL(q ‖ stop(p)), so that for α > ½ the prior
  /// moves towards the posterior more than the posterior towards the prior; at α = ½ it is half the KL's
  /// gradient (DreamerV2, arXiv 2010.02193, algorithm 2).
  std::optional<Real> kl_balance = {};
  /// K: with K > 1 and β = 1 the importance-weighted bound log 1/K Σ_i Π_k p(o_k, s_k^i | …) / q(s_k^i | …)
  /// of K samples of each episode (Burda et al., arXiv 1509.00519, eq. 8). The K copies of an episode must
  /// stand side by side in the batch.
  Index samples = 1;
};

/// What is minimised, and the mean terms of the bound, all [] and in nats per step.
struct RssmLoss {
  Var loss;  ///< by default mean.kl - mean.log_likelihood
  BoundTerms<Var> mean;
  Var summary;  ///< h_{k-1} of every step, as in RssmTerms: where imagination can begin
};
/// Throws std::invalid_argument for an option out of its range; a batch that does not consist of K copies of
/// each episode side by side; K > 1 together with a categorical latent, whose draws cannot be reparametrised,
/// or with free nats or balancing, which the importance-weighted bound has no place for.
RssmLoss rssm_loss(Tape& tape, Rssm& model, const Episodes& episodes, const RssmObjective& objective,
                   Philox& random);

}  // namespace doxa
