#pragma once

#include <functional>
#include <span>

#include "doxa/models/pomdp/plans/alpha_vectors.h"
#include "doxa/models/pomdp/plans/planning_model.h"

namespace doxa {

/// π(a|b): writes how likely each action is at a belief, [S] to [A].
using BeliefPolicy = std::function<void(std::span<const double> belief, std::span<double> probabilities)>;

/// The policy that acts by the vector which is largest at the belief. Of a plan's vectors it earns at least
/// their value (lower_bound.h). Throws std::invalid_argument if there are no vectors.
BeliefPolicy greedy_policy(AlphaVectors v);

struct EvaluationOptions {
  double tolerance = 1e-6;  ///< the width of the bounds that is aimed at
  std::size_t max_steps = 100'000;
  std::size_t max_beliefs = 20'000;  ///< that are followed from one step to the next: the most probable ones
  std::size_t max_bytes = std::size_t{1} << 28;  ///< of memory for the beliefs of one step
};

struct PolicyValue {
  ValueBounds value;        ///< of the policy from the start
  std::size_t steps = 0;    ///< how far ahead the beliefs were followed
  std::size_t beliefs = 0;  ///< how many beliefs were, over all steps
};

/// What a policy on beliefs is worth from the start, by dynamic programming forward over the beliefs that it
/// can reach,
///
///     J = Σ_{k<n} d^k Σ_b p_k(b) Σ_a π(a|b) ρ(b,a) + d^n Σ_b p_n(b) J(b),
///
/// where p_k(b) is the probability to have the belief b after k steps; beliefs that are equal bit by bit are
/// one. J(b) of the last step, and of beliefs that are too improbable to be followed, lies between what the
/// worst policy would get that sees the state and what the best one would (`worst_case`, `state_seen`), so
/// that all that is left open closes with d^n max|R| / (1-d). The bounds are rigorous, for the agent who
/// filters in double precision and acts by π on what it finds; probabilities and rewards are those of the
/// exact model.
///
/// Throws std::invalid_argument for a tolerance that is not positive, for no beliefs, and if π(·|b) is not
/// a distribution.
PolicyValue evaluate(const PlanningModel& m, const BeliefPolicy& policy,
                     const EvaluationOptions& options = {});

/// The distribution that a policy gives, divided by its sum. Throws std::invalid_argument, naming `who`,
/// unless the numbers are not negative and sum to 1 within row_sum_tolerance.
void require_distribution(std::span<double> probabilities, const char* who);

}  // namespace doxa
