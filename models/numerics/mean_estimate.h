#pragma once

#include <span>

namespace doxa {

/// A mean and its standard error.
struct MeanEstimate {
  double mean = 0;
  double standard_error = 0;  ///< NaN if there was only one value
};

/// The mean m of n independent values and its standard error, SE² = Σ (x_i - m)² / ((n - 1) n). If a value is
/// infinite, so is the mean, and the error is NaN; the error of equal finite values is 0. Throws
/// std::invalid_argument for no values.
MeanEstimate estimate_mean(std::span<const double> values);

/// The mean of a_i - b_i, for values that belong together in pairs: what they have in common cancels, so that
/// the error is smaller than that of two separate means. Throws std::invalid_argument for different counts.
MeanEstimate estimate_mean_difference(std::span<const double> a, std::span<const double> b);

/// The ratio r = Σ x_i / Σ w_i over n independent pairs, for example x_i the sum over the steps of an episode
/// and w_i the number of its steps: the episodes are independent, the steps of one episode are not. Its
/// standard error is the linearised one, SE² = n/(n-1) Σ_i (x_i - r w_i)² / (Σ w_i)² (Cochran, "Sampling
/// techniques", 3rd ed., 1977, section 2.11); with w_i = 1 it is that of a mean. Throws std::invalid_argument
/// for no pairs, different counts, or weights that are negative or all 0.
MeanEstimate estimate_ratio(std::span<const double> sums, std::span<const double> weights);

}  // namespace doxa
