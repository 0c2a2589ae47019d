#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa {

/// The pairs (k, o) to which the exact filter gives a probability in [from, to), or [from, 1] of the last
/// bin. Of an empty bin all but the edges and the count are NaN.
struct CalibrationBin {
  double from, to;
  std::size_t count;
  double mean_exact, mean_learned;
  MeanEstimate frequency;  ///< of o_k = o among them, with its standard error by trajectories
};

struct Calibration {
  std::vector<CalibrationBin> bins;
  /// Σ_b n_b/n |mean_learned - mean_exact|: the expected calibration error (Naeini, Cooper & Hauskrecht, AAAI
  /// 2015), against what the frequencies tend to instead of the frequencies, and so without their noise.
  double expected_error;
  /// 1/n Σ |p̂ - p|, which no errors of opposite sign cancel in: at least the expected_error.
  double mean_absolute_error;
};

/// Sorts all steps and observations, n = Σ T·O pairs, by the exact p(o_k = o | past) into `bins` bins of
/// equal width. Where the exact probability is p, o comes with frequency p; a learner that gives the bin
/// another mean is wrong there, whatever its predictions elsewhere. Both predictions are [trajectory][(k-1)·O
/// + o]. Throws std::invalid_argument for no bins, sizes that do not fit, no steps, and as
/// `validate_predictions` does.
Calibration calibration(std::span<const std::vector<double>> exact,
                        std::span<const std::vector<double>> learned,
                        std::span<const Trajectory> trajectories, std::size_t outcomes,
                        std::size_t bins = 19);

}  // namespace doxa
