#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/simulate.h"

// Predictive distributions of whatever predictor, in double, as [trajectory][(k-1)·O + o]: the probability of
// observation o at step k, given what was seen before. The same layout holds predictions of n = 1, 2, … steps
// ahead, n in the place of k.

namespace doxa {

/// How far a prediction may be from summing to 1: what a learner's single precision leaves of it, and of no
/// weight in a score (1e-4 nats a step at most).
inline constexpr double prediction_sum_tolerance = 1e-4;

/// Throws std::invalid_argument, naming trajectory and step, unless each row of `outcomes` probabilities is
/// finite, not negative, and sums to 1 within prediction_sum_tolerance; and for a size that is not a multiple
/// of `outcomes`.
void validate_predictions(std::span<const std::vector<double>> predictions, std::size_t outcomes);

/// -1/T Σ_k log p̂(o_k | o_{<k}, a_{<k}) of each trajectory, in nats per step: the model_nll of a predictor;
/// +infinity where it gave an observation that came the probability 0. Throws std::invalid_argument for a
/// different number of trajectories, a trajectory without steps, sizes that are not T times the same O, an
/// observation that is not below O, and as `validate_predictions` does.
std::vector<double> prediction_nll(std::span<const std::vector<double>> predictions,
                                   std::span<const Trajectory> trajectories);

/// Σ_o p(o) log(p(o) / p̂(o)) at each step n = 1, 2, …, the mean over trajectories, in nats, [n]: with the
/// exact p its expectation is how much more surprised p̂ is than it need be, and it is without the noise of
/// the observations themselves. +infinity where p̂ is 0 and p is not. Throws std::invalid_argument unless both
/// have the same trajectories, all of the same number of steps, and as `validate_predictions` does.
std::vector<MeanEstimate> prediction_kl(std::span<const std::vector<double>> exact,
                                        std::span<const std::vector<double>> predictions,
                                        std::size_t outcomes);

}  // namespace doxa
