#pragma once

#include <span>
#include <vector>

#include "doxa/models/pomdp/expected_counts.h"
#include "doxa/models/pomdp/parameters.h"

namespace doxa {

/// What learning from trajectories ends with, and the way there.
struct LearnedModel {
  Pomdp model;
  /// Σ log p(o_{1:T} ‖ a) of the trajectories, in nats: of the first model, and of the one after each step.
  std::vector<double> log_evidence;
};

/// The maximisation step: the tables that make the expected complete-data log-likelihood largest are the
/// expected frequencies, with actions in a row for each,
///
///     T(s'|s,a) = E #{s,a,s'} / E #{s,a},   O(o|a,s') = E #{a,s',o} / E #{a,s'},   b_0(s) = E #{s_0 = s} /
///     N.
///
/// A row that is never expected to be used stays as it is; a probability of 0 stays 0. `counts` are of m.
Pomdp maximise(const Pomdp& m, const ExpectedCounts& counts, LearnedTables learned = {});

struct BaumWelchOptions {
  LearnedTables learned = {};
  std::size_t iterations = 1000;  ///< at most
  /// Stops when an iteration has gained less than this, in nats. The way that is left may be many times
  /// longer: convergence is linear, at a rate that is the share of information that the hidden states hide.
  double tolerance = 1e-10;
};

/// Expectation–maximisation from a first model: expected counts by the smoother, then `maximise`, again and
/// again. The evidence never falls, and stops at a stationary point of it, which need not be the best one.
/// Where two states have the same rows they stay the same for ever: the first model must tell them apart.
/// Throws as `smooth` does. Source: Baum, Petrie, Soules & Weiss, Ann. Math. Stat. 41 (1970); Dempster, Laird
/// & Rubin, JRSS B 39 (1977); with actions (input-output HMM): Bengio & Frasconi, NIPS 7 (1995).
LearnedModel baum_welch(const Pomdp& first, std::span<const Trajectory> trajectories,
                        const BaumWelchOptions& options = {});

}  // namespace doxa
