#pragma once

#include <span>
#include <vector>

#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/step_table.h"

namespace doxa {

/// The pairs (k, o) to which the exact filter gives a probability in [from, to), or in [from, 1] for the last
/// bin. In an empty bin everything but the edges and the count is NaN.
struct CalibrationBin {
  double from, to;
  std::size_t count;
  double mean_exact, mean_learned;
  MeanEstimate frequency;  ///< how often o_k = o among them, with its standard error over trajectories
};

struct Calibration {
  std::vector<CalibrationBin> bins;
  /// Σ_b n_b/n |mean_learned - mean_exact|: the expected calibration error (Naeini, Cooper & Hauskrecht, AAAI
  /// 2015), with the exact probabilities in place of the observed frequencies, which only add noise.
  double expected_error;
  /// 1/n Σ |p̂ - p|, in which errors of opposite sign do not cancel: at least the expected_error.
  double mean_absolute_error;
};

/// Sorts all steps and observations, n = Σ T·O pairs, by the exact p(o_k = o | past) into `bins` bins of
/// equal width. Where the exact probability is p, the frequency of o is p too: a learner whose mean in that
/// bin differs is wrong there, whatever it predicts elsewhere. Throws std::invalid_argument for no bins, no
/// steps, tables that do not fit each other or the trajectories, and as `validate_predictions` does.
Calibration calibration(const StepTable& exact, const StepTable& learned,
                        std::span<const Trajectory> trajectories, std::size_t bins = 19);

}  // namespace doxa
