#pragma once

#include <span>
#include <vector>

#include "doxa/models/pomdp/pomdp.h"
#include "doxa/models/pomdp/simulate.h"
#include "doxa/models/pomdp/smoother.h"

namespace doxa {

/// How often each event is expected to have happened, given everything observed: the sufficient statistics of
/// a model's tables. Entry i of `transition` (`emission`) belongs to non-zero i of m.transition (m.emission);
/// an event of probability 0 has a count of 0 and no entry.
struct ExpectedCounts {
  std::vector<double> start;       ///< E #{s_0 = s} = Σ γ_0(s), [S]
  std::vector<double> transition;  ///< E #{k: s_{k-1} = s, a_{k-1} = a, s_k = s'} = Σ_k ξ_k(s,s')
  std::vector<double> emission;    ///< E #{k: a_{k-1} = a, s_k = s', o_k = o} = Σ_k γ_k(s')
  double log_evidence = 0;         ///< Σ log p(o_{1:T} ‖ a) of the trajectories counted, in nats
};

/// All counts 0.
ExpectedCounts no_counts(const Pomdp& m);

/// Adds those of one trajectory. O(T (non-zeros of T and O)).
void add_counts(ExpectedCounts& counts, const Pomdp& m, const Smoothed& t);

/// The counts of all trajectories, smoothed one at a time; their states are ignored. Throws as `smooth`.
ExpectedCounts expected_counts(const Pomdp& m, std::span<const Trajectory> trajectories);

/// The gradient of the log-evidence with respect to the logits of the tables, p_i = e^l_i / Σ_j e^l_j in each
/// row, by Fisher's identity: ∇ log p(o ‖ a) = E[∇ log p(s, o ‖ a) | o, a], which for the logit l_i of a row
/// with counts n is n_i - p_i Σ_j n_j. In the order of the counts. Source: Cappé, Moulines & Rydén,
/// "Inference in Hidden Markov Models" (2005), section 10.1.3.
struct EvidenceGradient {
  std::vector<double> start, transition, emission;
};
EvidenceGradient evidence_gradient(const Pomdp& m, const ExpectedCounts& counts);

}  // namespace doxa
