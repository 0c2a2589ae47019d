#pragma once

#include <cstddef>
#include <span>

#include "doxa/models/pomdp/pomdp.h"
#include "doxa/models/pomdp/step_table.h"

// The exact answers that a learner's predictions and summaries are compared with. All throw as `update` of
// the filter does.

namespace doxa {

/// p(o_k = o | o_{<k}, a_{<k}) from the exact filter, rows of O.
StepTable exact_predictive(const Pomdp& m, std::span<const Trajectory> trajectories);

/// The belief b_k(s) = p(s_k = s | o_{≤k}, a_{<k}) after each step, rows of S.
StepTable exact_beliefs(const Pomdp& m, std::span<const Trajectory> trajectories);

/// p(o_{from+n} = o | o_{≤from}, a_{<from+n}) for n = 1 … ahead, rows of O: the belief after `from` steps,
/// moved on by the transitions of the actions that were taken, without looking at an observation,
///
///     b(s_{k+1}) = Σ_{s_k} T(s_{k+1}|s_k,a_k) b(s_k),   p(o_{k+1}) = Σ_s O(o_{k+1}|a_k,s) b(s_{k+1} = s).
///
/// Throws std::invalid_argument where ahead is 0 or a trajectory has fewer than from + ahead steps.
StepTable exact_open_loop(const Pomdp& m, std::span<const Trajectory> trajectories, std::size_t from,
                          std::size_t ahead);

}  // namespace doxa
