#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/models/pomdp/filtering_bound.h"
#include "doxa/models/pomdp/history.h"

namespace doxa {

// Filtering posteriors of a POMDP as tables over all histories of up to T steps, and the best of them. The
// average of the bound over the histories that the model and a policy produce, in nats,
//
//     J(q) = Σ_{h_T} p(h_T) bound(h_T; q),     p(h_T) = Π_k π(a_{k-1} | h_{k-1}) p(o_k | h_{k-1}, a_{k-1}),
//
// is what learning by gradient ascent on many episodes maximises in q (expected_filtering_bound).

/// A causal Markov posterior, q(s_{1:T}) = q(s_1 | h_1) Π_{k=2}^T q(s_k | s_{k-1}, h_k).
struct CausalPosterior {
  std::size_t states = 0;
  /// [T]: of step k, [(A·O)^k, rows, S] by history_index, s_{k-1} and s_k; rows = 1 for k = 1, else S.
  std::vector<std::vector<double>> table;

  /// q(· | ·, h_k), [rows, S]. `index` is history_index(h_k).
  std::span<double> kernel(std::size_t k, std::size_t index);
  std::span<const double> kernel(std::size_t k, std::size_t index) const;
};

/// A table of the right size, filled with zeros. Throws as require_enumerable does, and
/// std::invalid_argument for a table of more than 2^24 numbers.
CausalPosterior causal_table(const Pomdp& m, std::size_t horizon);

/// The chain along one history.
PathPosterior along(const Pomdp& m, const CausalPosterior& q, const History& h);

/// The largest J(q) of any causal q, by backward dynamic programming over histories: V_{T+1} = 0,
///
///     V_k(s_{k-1}, h_k) = log Σ_{s_k} T(s_k|s_{k-1},a_{k-1}) O(o_k|a_{k-1},s_k) exp E[V_{k+1}(s_k, h_{k+1})
///     | h_k]
///
/// and max J = E[V_1(h_1)], s_0 being summed out of the first transition. The expectation is over what comes
/// next given what was seen, π(a_k|h_k) p(o_{k+1}|h_k,a_k), not given s_k: q must choose before it knows. It
/// is minus infinity where every causal q may come to a state from which what is then seen is impossible.
/// Storing nothing, O((A·O)^T · non-zeros). Throws as require_enumerable does. The objective: Bayer et al.,
/// "Mind the gap when conditioning amortised inference in sequential latent-variable models", ICLR 2021.
double best_causal_bound(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

/// The same, and the q that attains it: q*(s_k|s_{k-1},h_k) is proportional to the summand of V_k. Rows whose
/// V_k is minus infinity are the transition's; those of histories that cannot be are zero.
struct BestCausal {
  double bound;  ///< J(q*), -inf included
  CausalPosterior posterior;
};
BestCausal best_causal_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

/// As best_causal_posterior among those q whose every row puts probability 1 on one state: the maximum over
/// s_k in the place of log Σ exp.
BestCausal best_deterministic_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

}  // namespace doxa
