#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

// The factors of p(o_{1:T}, s_{1:T} ‖ a) as rows of logarithms, [S], one for each state s_k. The transition
// of step k = 1 is p(s_1|a_0) = Σ_{s_0} b_0(s_0) T(s_1|s_0,a_0), whatever `previous` is; that of step k > 1
// is T(·|previous, action). A probability of 0 is minus infinity. All throw std::out_of_range for an action,
// state or observation that the model lacks.

/// log p(s_k | s_{k-1}, a_{k-1}).
void log_transition(const Pomdp& m, std::size_t k, std::size_t previous, std::size_t action,
                    std::span<double> row);
/// log O(o_k | a_{k-1}, s_k).
void log_emission(const Pomdp& m, std::size_t action, std::size_t observation, std::span<double> row);
/// Their sum, log p(s_k, o_k | s_{k-1}, a_{k-1}).
void log_transition_and_emission(const Pomdp& m, std::size_t k, std::size_t previous, std::size_t action,
                                 std::size_t observation, std::span<double> row);

}  // namespace doxa
