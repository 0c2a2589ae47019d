#pragma once

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
// is what gradient ascent on many episodes maximises over q (expected_filtering_bound).

/// A causal posterior, q(s_{1:T}) = Π_k q(s_k | s_{k-1}, h_k): a Markov chain given the history, or
/// independent over time (mean field), where q(s_k | h_k) does not depend on s_{k-1}.
struct CausalPosterior {
  std::size_t states = 0;
  bool markov = true;
  std::vector<std::size_t> begin{0};  ///< `values` of step k begin at begin[k-1]
  std::vector<double> values{};       ///< of step k: [(A·O)^k, rows(k), S] by history_index, s_{k-1} and s_k

  std::size_t steps() const { return begin.size() - 1; }
  /// How many rows the kernel of step k has: S, or one if q does not depend on s_{k-1}.
  std::size_t rows(std::size_t k) const { return markov && k > 1 ? states : 1; }
  std::span<double> of_step(std::size_t k) {
    return std::span(values).subspan(begin[k - 1], begin[k] - begin[k - 1]);
  }
  /// q(· | ·, h_k), [rows(k), S]. `index` is history_index(h_k).
  std::span<double> kernel(std::size_t k, std::size_t index) {
    return std::span(values).subspan(begin[k - 1] + index * rows(k) * states, rows(k) * states);
  }
  std::span<const double> kernel(std::size_t k, std::size_t index) const {
    return std::span(values).subspan(begin[k - 1] + index * rows(k) * states, rows(k) * states);
  }
};

/// A table of the right size, filled with zeros. Throws as require_enumerable does, and std::invalid_argument
/// for a last step of more than 2^24 numbers.
CausalPosterior causal_table(const Pomdp& m, std::size_t horizon, bool markov = true);

/// The chain along one history; of a mean-field posterior all rows of a step are equal.
PathPosterior along(const Pomdp& m, const CausalPosterior& q, const History& h);

/// The average bound J(q) over all histories of q's number of steps, with its terms. Throws as
/// expected_filtering_bound does.
FilteringBound expected_filtering_bound(const Pomdp& m, const HistoryPolicy& policy,
                                        const CausalPosterior& q);

/// The largest J(q) of any causal q, by backward dynamic programming over histories: V_{T+1} = 0,
///
///     V_k(s_{k-1}, h_k) = log Σ_{s_k} T(s_k|s_{k-1},a_{k-1}) O(o_k|a_{k-1},s_k)
///                                     exp E[V_{k+1}(s_k, h_{k+1}) | h_k]
///
/// and max J = E[V_1(h_1)], with s_0 summed out of the first transition. The expectation is over what comes
/// next given what was seen, π(a_k|h_k) p(o_{k+1}|h_k,a_k), and not given s_k: q must choose before it knows.
/// The value is minus infinity if every causal q can reach a state from which an observation that may follow
/// is impossible. Nothing is stored; O((A·O)^T · non-zeros). Throws as require_enumerable does. The
/// objective: Bayer et al., "Mind the gap when conditioning amortised inference in sequential latent-variable
/// models", ICLR 2021.
double best_causal_bound(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

/// The same, and the q that attains it: q*(s_k|s_{k-1},h_k) is proportional to the summand of V_k. Rows whose
/// V_k is minus infinity are the transition's; rows of impossible histories are zero.
struct BestCausal {
  double bound;  ///< J(q*), which may be minus infinity
  CausalPosterior posterior;
};
BestCausal best_causal_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

/// The best q among those whose every row puts probability 1 on one state: the maximum over s_k in place of
/// log Σ exp.
BestCausal best_deterministic_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

}  // namespace doxa
