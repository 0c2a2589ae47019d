#pragma once

#include <span>

namespace doxa {

struct MeanEstimate {
  double mean;
  double standard_error;  ///< NaN where a single value was seen
};

/// The mean of n independent values and s/√n, its standard error. An infinite value makes the mean infinite
/// and the error NaN. Throws std::invalid_argument for no values.
MeanEstimate estimate_mean(std::span<const double> values);

/// The ratio of means r = Σ x_i / Σ w_i over n independent pairs, such as sums over the steps of an episode
/// and the number of its steps: steps of one episode are not independent, episodes are. Its standard error is
/// the linearised one, SE² = n/(n-1) Σ_i (x_i - r w_i)² / (Σ w_i)² (Cochran, "Sampling techniques", 3rd ed.,
/// 1977, section 2.11), and with w_i = 1 that of a mean. Throws std::invalid_argument for no pairs, different
/// counts, or weights that are negative or all 0.
MeanEstimate estimate_ratio(std::span<const double> sums, std::span<const double> weights);

}  // namespace doxa
