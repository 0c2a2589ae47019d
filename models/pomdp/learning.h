#pragma once

#include <span>
#include <vector>

#include "doxa/models/pomdp/expected_counts.h"
#include "doxa/models/pomdp/parameters.h"

namespace doxa {

/// A model learned from trajectories, and how the evidence rose on the way.
struct LearnedModel {
  Pomdp model;
  /// Σ log p(o_{1:T} ‖ a) of the trajectories, in nats: of the first model, and of the one after each step.
  std::vector<double> log_evidence;
};

/// The maximisation step. The expected complete-data log-likelihood is largest for the tables of expected
/// frequencies, of N trajectories
///
///     T(s'|s,a) = E #{s,a,s'} / E #{s,a},   O(o|a,s') = E #{a,s',o} / E #{a,s'},
///     b_0(s) = E #{s_0 = s} / N.
///
/// A row whose expected count is 0 stays as it is; a probability of 0 stays 0. `counts` must be those of m.
Pomdp maximise(const Pomdp& m, const ExpectedCounts& counts, LearnedTables learned = {});

struct BaumWelchOptions {
  LearnedTables learned = {};
  std::size_t iterations = 1000;  ///< at most
  /// Stops when an iteration gains less than this, in nats. What is still to be gained may be many times
  /// more: convergence is linear, and the slower the less the observations tell about the states.
  double tolerance = 1e-10;
};

/// Expectation–maximisation from a first model: expected counts by the smoother, then `maximise`, in turn.
/// The evidence never falls. It converges to a stationary point, which need not be the best one. Two states
/// with equal rows stay equal for ever: the first model must tell them apart. Throws as `smooth` does.
/// Source: Baum, Petrie, Soules & Weiss, Ann. Math. Stat. 41 (1970); Dempster, Laird & Rubin, JRSS B 39
/// (1977); with actions (input-output HMM): Bengio & Frasconi, NIPS 7 (1995).
LearnedModel baum_welch(const Pomdp& first, std::span<const Trajectory> trajectories,
                        const BaumWelchOptions& options = {});

struct EvidenceAscentOptions {
  LearnedTables learned = {};
  std::size_t steps = 1000;
  double rate = 0.1;  ///< of Adam at the first step; it falls linearly to 0, so that the last steps settle
};

/// Learns the same tables as `baum_welch`, by the gradient of the evidence: from a first model, Adam climbs
/// Σ log p(o_{1:T} ‖ a), divided by the number of observations, over the logits, differentiated through the
/// taped filter. This works for any parameters, where Baum–Welch needs a closed form; but a rate must be
/// chosen, and the evidence may fall on the way. The stationary points are the same: by Fisher's identity
/// both methods rest where the expected counts of each row are proportional to its probabilities. A
/// probability of 0 stays 0.
///
/// The trajectories must be of equal horizon. Throws as `episodes` and the taped filter do. Everything is
/// computed in Real, the log-evidence of each step too; `model` is the softmax of the last logits in double.
LearnedModel evidence_ascent(const Pomdp& first, std::span<const Trajectory> trajectories,
                             const EvidenceAscentOptions& options = {});

}  // namespace doxa
