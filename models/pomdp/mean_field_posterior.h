#pragma once

#include <cstddef>

#include "doxa/models/pomdp/causal_posterior.h"
#include "doxa/models/pomdp/history.h"

namespace doxa {

// Causal posteriors that are independent over time, q(s_{1:T}) = Π_k q(s_k | h_k).

/// q(s_k | h_k) = b_k(s_k): the belief. As a posterior of the path it may be infinitely bad, because it goes
/// from s_{k-1} to s_k where the model cannot. Throws as causal_table does.
CausalPosterior belief_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

/// One sweep of coordinate ascent on J(q) over all histories. Each factor in turn is set to its maximiser,
/// the others being held fixed,
///
///     q(s_k|h_k) ∝ exp{ E_{q(s_{k-1}|h_{k-1})}[log T(s_k|s_{k-1},a_{k-1})] + log O(o_k|a_{k-1},s_k)
///                       + E[ E_{q(s_{k+1}|h_{k+1})}[log T(s_{k+1}|s_k,a_k)] | h_k ] },
///
/// or left unchanged where that is 0 for all s_k. J never decreases. Returns the largest change of a
/// probability. Source of the scheme: Bishop, Pattern Recognition and Machine Learning (2006), section
/// 10.1.1.
double mean_field_sweep(const Pomdp& m, const HistoryPolicy& policy, CausalPosterior& q);

/// Sweeps until nothing changes by more than 1e-12 (at most 1000 sweeps), once from the best deterministic q
/// and once from the belief; the better of the two. J is concave in each factor but not in all of them
/// together, so this is a stationary point and a lower bound on the best of the family. Its bound is finite
/// if any q of the family has a finite one.
struct BestMeanField {
  double bound;
  CausalPosterior posterior;
  std::size_t sweeps;
};
BestMeanField best_mean_field_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

}  // namespace doxa
