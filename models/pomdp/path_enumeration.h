#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// What summing over all state paths gives: the evidence p(o_{1:T} ‖ a_{0:T-1}), and the belief at the last
/// step.
struct PathSum {
  double evidence;
  std::vector<double> belief;  ///< p(s_T | o_{1:T}, a_{0:T-1}), [S]; all NaN where the evidence is 0
  std::size_t paths;           ///< S^(T+1)
};

/// The definition, without any filter: the sum over every path s_0 … s_T of
/// b_0(s_0) Π_k T(s_k|s_{k-1},a_{k-1}) O(o_k|a_{k-1},s_k). O(T S^(T+1)): for short prefixes only, as a check.
/// Throws std::invalid_argument for unequal lengths or more than 10^8 paths.
PathSum enumerate_paths(const Pomdp& m, std::span<const std::size_t> actions,
                        std::span<const std::size_t> observations);

/// The largest T <= horizon with S^(T+1) <= paths; 0 if there is none.
std::size_t enumerable_horizon(const Pomdp& m, std::size_t horizon, std::size_t paths);

}  // namespace doxa
