#pragma once

#include "doxa/models/pomdp/baum_welch.h"

namespace doxa {

struct EvidenceAscentOptions {
  LearnedTables learned = {};
  std::size_t steps = 1000;
  double rate = 0.1;  ///< of Adam at the first step; it falls linearly to 0, so that the last steps settle
};

/// Learns the same tables as `baum_welch`, by the gradient of the evidence: from a first model, Adam climbs Σ
/// log p(o_{1:T} ‖ a), divided by the number of observations, over the logits, differentiated through the
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
