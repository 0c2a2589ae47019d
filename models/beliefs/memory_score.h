#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "doxa/models/pomdp/pomdp.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa {

/// The negative log-likelihood per step under the exact filter, -1/T Σ_k log p(o_k | o_{<k}, a_{<k}), of each
/// trajectory, in nats per step: no predictor does better in expectation. Throws std::invalid_argument for a
/// trajectory without steps, and as `log_evidence` does.
std::vector<double> exact_nll(const Pomdp& m, std::span<const Trajectory> trajectories);

/// The predictor that remembers one observation, p(o_k | o_{k-1}, a_{k-1}), estimated by counting, with ½
/// added to each count (Krichevsky & Trofimov, IEEE Trans. Inf. Theory 27, 1981). The first step of an
/// episode, which has no observation before it, is a context of its own.
struct LastObservationPredictor {
  std::size_t actions = 0, observations = 0;
  std::unordered_map<std::uint64_t, double> pair_count;     ///< n(o_{k-1}, a_{k-1}, o_k), where not 0
  std::unordered_map<std::uint64_t, double> context_count;  ///< n(o_{k-1}, a_{k-1}), where not 0

  /// o_{k-1} at the start of an episode.
  std::size_t start_of_episode() const { return observations; }
  /// (n(o', a, o) + ½) / (n(o', a) + O/2); `previous` is o_{k-1} or start_of_episode().
  double probability(std::size_t previous, std::size_t action, std::size_t observation) const;
  /// What counting costs, in nats per step: C (O - 1) / 2N of N counted steps in C contexts is by how much
  /// the loss exceeds, on average, that of the true p(o_k | o_{k-1}, a_{k-1}). NaN where nothing was counted.
  double cost_of_counting() const;
};

/// How many trajectories are counted for a last_nll that is reported.
inline constexpr std::size_t default_count_trajectories = 20'000;

/// Counts over all steps of the trajectories. Like `last_nll` it throws std::out_of_range for an action or
/// observation that the model lacks, and std::invalid_argument for a trajectory without steps or with unequal
/// numbers of actions and observations.
LastObservationPredictor count_last_observation(const Pomdp& m, std::span<const Trajectory> trajectories);
/// The same on `count` simulated trajectories.
LastObservationPredictor count_last_observation(const Pomdp& m, std::span<const double> policy,
                                                std::size_t horizon, Philox& random,
                                                std::size_t count = default_count_trajectories);

/// -1/T Σ_k log p(o_k | o_{k-1}, a_{k-1}) of each trajectory, in nats per step.
std::vector<double> last_nll(const LastObservationPredictor& predictor,
                             std::span<const Trajectory> trajectories);

/// How much of the value of memory a predictor has gained: 0 is none, 1 is as good as the exact filter.
struct MemoryScore {
  double last, model, exact;  ///< means over the trajectories, nats per step
  double score;               ///< (last - model) / (last - exact); NaN where memory gains nothing
  double standard_error;      ///< of the score, by the jackknife; NaN where it divides by 0
  double excess() const { return model - exact; }
};

/// The score from the values L_i, M_i, E_i of three predictors on the same n trajectories, all of which have
/// the same weight: θ = Σ(L_i - M_i) / Σ(L_i - E_i). Leaving out trajectory i gives θ_(i), and
/// SE² = (n-1)/n Σ_i (θ_(i) - mean θ_(·))²: the paired jackknife of a ratio of means (Miller, "The
/// jackknife - a review", Biometrika 61, 1974, section 2).
///
/// If the mean of L_i - E_i is not above rounding, and above twice `cost_of_counting` where L_i is of counts,
/// memory gains nothing on these trajectories, and θ is NaN: a ratio would have the wrong sign or be noise.
/// The rounding is that of logarithms of sums, which where the probabilities are near 1 is as large as that
/// of 1. If leaving out a single trajectory makes it so, the error is NaN. If the sum is small compared with
/// its own spread, the error is large and only a rough guide, because it linearises a ratio whose denominator
/// may be 0. If the predictor gave probability 0 to something that happened, M_i = +infinity, the score is
/// -infinity and its error NaN.
///
/// Throws std::invalid_argument for different sizes, n < 2, or another value that is not finite.
MemoryScore memory_score(std::span<const double> last, std::span<const double> model,
                         std::span<const double> exact, double cost_of_counting = 0);

}  // namespace doxa
