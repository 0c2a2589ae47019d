#pragma once

#include <span>
#include <vector>

#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/step_table.h"

// How good the predictions of any predictor are: tables of p̂(o_k = o | past), rows of O.

namespace doxa {

/// How far a prediction may be from summing to 1: a learner may compute in single precision. It changes a
/// score by at most 1e-4 nats a step.
inline constexpr double prediction_sum_tolerance = 1e-4;

/// Throws std::invalid_argument, naming trajectory and step, unless every entry is a probability and each row
/// sums to 1 within prediction_sum_tolerance.
void validate_predictions(const StepTable& predictions);

/// -1/T Σ_k log p̂(o_k | o_{<k}, a_{<k}) of each trajectory, in nats per step.
/// It is +infinity where the predictor gave probability 0 to an observation that came. Throws
/// std::invalid_argument unless there is a row for each step of each trajectory and at least one step, for an
/// observation beyond the width of the table, and as `validate_predictions` does.
std::vector<double> prediction_nll(const StepTable& predictions, std::span<const Trajectory> trajectories);

/// Σ_o p(o) log(p(o) / p̂(o)) at each step n = 1, 2, …, the mean over trajectories, in nats, [n]. With the
/// exact p its expectation is that of log p(o_n) - log p̂(o_n), but it does not have the noise of the
/// observations. It is +infinity where p̂ is 0 and p is not. Throws std::invalid_argument unless both tables
/// have the same width and trajectories, all of the same number of steps, and as `validate_predictions` does.
std::vector<MeanEstimate> prediction_kl(const StepTable& exact, const StepTable& predictions);

}  // namespace doxa
