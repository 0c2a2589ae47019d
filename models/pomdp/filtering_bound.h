#pragma once

#include <functional>
#include <span>
#include <vector>

#include "doxa/models/pomdp/history.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

// The factors of p(o_{1:T}, s_{1:T} ‖ a) as rows of logarithms, [S], one for each state s_k. The transition
// of step k = 1 is p(s_1|a_0) = Σ_{s_0} b_0(s_0) T(s_1|s_0,a_0), whatever `previous` is; that of step k > 1
// is T(·|previous, action). A probability of 0 is minus infinity. All throw std::out_of_range for an action,
// state or observation that the model lacks.

/// log p(s_k | s_{k-1}, a_{k-1}).
void log_transition(const Pomdp& m, std::size_t k, std::size_t previous, std::size_t action,
                    std::span<double> row);
/// log O(o_k | a_{k-1}, s_k).
void log_emission(const Pomdp& m, std::size_t action, std::size_t observation, std::span<double> row);
/// Their sum, log p(s_k, o_k | s_{k-1}, a_{k-1}).
void log_transition_and_emission(const Pomdp& m, std::size_t k, std::size_t previous, std::size_t action,
                                 std::size_t observation, std::span<double> row);

/// A distribution over the states of one trajectory that is a Markov chain,
///     q(s_{1:T}) = q(s_1) Π_{k=2}^T q(s_k | s_{k-1}),
/// without s_0, which is summed out. It is a filtering posterior if the k-th factor depends on h_k only, and
/// a smoothing posterior if it depends on all of h_T.
struct PathPosterior {
  std::size_t states = 0;
  std::vector<double> values;  ///< the row of step 1, then the S rows of each later step, [(1 + (T-1) S) S]

  /// Zeros.
  PathPosterior(std::size_t states, std::size_t steps);

  std::size_t steps() const { return values.empty() ? 0 : (values.size() / states - 1) / states + 1; }
  /// q(s_k = · | s_{k-1} = previous), [S], for k = 1 … T; `previous` is 0 for k = 1, which has one row.
  std::span<double> row(std::size_t k, std::size_t previous) {
    return std::span(values).subspan(at(k, previous), states);
  }
  std::span<const double> row(std::size_t k, std::size_t previous) const {
    return std::span(values).subspan(at(k, previous), states);
  }

 private:
  std::size_t at(std::size_t k, std::size_t previous) const {
    return (k > 1 ? 1 + (k - 2) * states + previous : 0) * states;
  }
};

/// The bound of one trajectory, or its average over many, and its terms, in nats:
///
///     bound = Σ_k { E_q[log O(o_k|a_{k-1},s_k)]
///                   - E_{q(s_{k-1})} KL(q(s_k|s_{k-1}) ‖ T(s_k|s_{k-1},a_{k-1})) }
///     log p(o_{1:T} ‖ a) - bound
///           = Σ_k E_{q(s_{k-1})} KL(q(s_k|s_{k-1}) ‖ p(s_k | s_{k-1}, o_{k:T}, a_{k-1:T-1}))
///
/// where the transition of step 1 is p(s_1|a_0) = Σ_{s_0} b_0(s_0) T(s_1|s_0,a_0). If q gives weight to a
/// step that the model forbids, the bound is minus infinity and the gap plus infinity.
struct FilteringBound {
  double log_evidence = 0;           ///< log p(o_{1:T} ‖ a_{0:T-1})
  double bound = 0;                  ///< -inf if q is not absolutely continuous with respect to the posterior
  std::vector<double> log_emission;  ///< [T]: E_q[log O(o_k|a_{k-1},s_k)]
  std::vector<double> divergence;    ///< [T]: E_q KL(q ‖ transition)
  std::vector<double> gap;           ///< [T]: E_q KL(q ‖ posterior given s_{k-1} and all that comes after)
};

/// The exact bound of one trajectory of any length, with its gap by step; O(T S²), in log space, so that
/// nothing underflows. Throws std::invalid_argument for sizes that do not fit, std::out_of_range for an
/// action or observation that the model lacks, and ImpossibleObservation for a trajectory of probability 0.
FilteringBound filtering_bound(const Pomdp& m, const History& trajectory, const PathPosterior& q);

/// The posterior p(s_{1:T} | o_{1:T}, a), which is such a chain, p(s_k | s_{k-1}, o_{k:T}, a_{k-1:T-1}): the
/// best smoothing q, whose gap is 0. Rows of states from which o_{k:T} is impossible are the transition's.
/// Throws as filtering_bound does.
PathPosterior path_posterior(const Pomdp& m, const History& trajectory);

/// What q is after a whole history h_T. A causal q must compute the rows of step k from h_T.first(k) alone.
using PosteriorOfHistory = std::function<PathPosterior(const History& h)>;

/// The average over all histories of T steps, Σ_h p(h) FilteringBound(h), by enumeration: exact. Throws as
/// for_each_history and filtering_bound do.
FilteringBound expected_filtering_bound(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon,
                                        const PosteriorOfHistory& q);

}  // namespace doxa
