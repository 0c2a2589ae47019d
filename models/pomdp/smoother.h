#pragma once

#include <vector>

#include "doxa/models/numerics/extended_range.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// What a whole trajectory says about each of its states. The filter's belief looks back,
/// b_k(s) = p(s_k = s | o_{1:k}, a). The backward ratio is what the future adds,
///
///     β_k(s) = p(o_{k+1:T} | s_k = s, a) / p(o_{k+1:T} | o_{1:k}, a),     γ_k(s) = b_k(s) β_k(s),
///
/// and their product is the smoothed belief γ_k(s) = p(s_k = s | o_{1:T}, a). Memory: 32 S (T+1) bytes, 6.4
/// MB for two states and 10^5 steps.
///
/// Both factors have an extended range: over a long trajectory b_k(s) may be 10^-400 and β_k(s) 10^400. They
/// are only added, multiplied and divided, and none is negative, so that nothing cancels: each b_k(s) and
/// β_k(s), however small, has a relative error of about T n 2^-53 at most, n being the largest number of
/// terms in a sum.
struct Smoothed {
  std::size_t states = 0;                          ///< S
  std::vector<std::size_t> actions, observations;  ///< a_{0:T-1} and o_{1:T}, [T]
  std::vector<Extended> filtered;                  ///< b_k(s) at k S + s, [(T+1) S]
  std::vector<Extended> backward;                  ///< β_k(s) at k S + s, [(T+1) S]
  std::vector<double> log_predictive;              ///< log p(o_k | o_{<k}, a_{<k}) in nats at k-1, [T]
  double log_evidence = 0;                         ///< log p(o_{1:T} ‖ a_{0:T-1}), that of the filter

  std::size_t horizon() const { return actions.size(); }  ///< T
};

/// The forward–backward recursion. Forward runs the filter; backward, from β_T = 1,
///
///     β_{k-1}(s) = Σ_{s'} T(s'|s,a_{k-1}) O(o_k|a_{k-1},s') β_k(s') / p(o_k | o_{<k}, a_{<k}).
///
/// O(T (non-zeros of T and O)). Throws as `log_evidence` does: std::out_of_range, ImpossibleObservation.
/// Source: Baum, Petrie, Soules & Weiss, Ann. Math. Stat. 41 (1970); Rabiner, Proc. IEEE 77 (1989), sections
/// III.A and V.A, here with actions.
Smoothed smooth(const Pomdp& m, const History& h);

/// γ_k(s) for k = 0 … T as an ordinary number, and all of them, [S]; they sum to 1. These and the functions
/// below throw std::out_of_range for a step k or a state s that does not exist.
double probability(const Smoothed& t, std::size_t k, std::size_t state);
std::vector<double> probabilities(const Smoothed& t, std::size_t k);

/// ξ_k(s,s') = p(s_{k-1} = s, s_k = s' | o_{1:T}, a) of one pair of states.
struct PairProbability {
  std::size_t previous, next;
  double probability;
};

/// The pairwise marginal of step k = 1 … T,
///     ξ_k(s,s') = b_{k-1}(s) T(s'|s,a_{k-1}) O(o_k|a_{k-1},s') β_k(s') / p(o_k | o_{<k}, a_{<k}),
/// for the pairs where it is not 0 (a subset of the non-zeros of T), sorted by previous and then by next
/// state. Here and below m must be the model that was smoothed with.
std::vector<PairProbability> pairwise(const Pomdp& m, const Smoothed& t, std::size_t k);

/// The posterior transition of step k = 1 … T: row s is
///     p(s_k = s' | s_{k-1} = s, o_{k:T}, a) ∝ T(s'|s,a_{k-1}) O(o_k|a_{k-1},s') β_k(s'),
/// [S,S]. It does not depend on o_{1:k-1}. These are the transitions of the exact posterior, which is a
/// Markov chain: p(s_{0:T} | o_{1:T}, a) = γ_0(s_0) Π_k p(s_k | s_{k-1}, o_{k:T}, a). The row of an s that
/// cannot be followed by o_{k:T} is empty.
StochasticMatrix posterior_transition(const Pomdp& m, const Smoothed& t, std::size_t k);

}  // namespace doxa
