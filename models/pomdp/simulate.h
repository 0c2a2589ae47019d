#pragma once

#include <span>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// The open-loop random policy π(a) = w_a / Σ w, [A]: actions are drawn independently of everything observed.
/// Without weights it is the uniform policy. Throws std::invalid_argument for a wrong count, a weight that
/// is negative or not finite, or weights that are all zero.
std::vector<double> open_loop_policy(const Pomdp& m, std::span<const double> weights = {});

/// Draws a column of a row with its probability, from one random number, and an index of a distribution.
std::size_t draw(const StochasticMatrix::Row& row, Philox& random);
std::size_t draw(std::span<const double> probabilities, Philox& random);

/// Draws an episode: s_0 ~ b_0, and for k = 1 … horizon: a_{k-1} ~ π, s_k ~ T(·|s_{k-1},a_{k-1}),
/// o_k ~ O(·|a_{k-1},s_k), r_k = R(a_{k-1},s_{k-1},s_k,o_k). Throws std::invalid_argument if horizon is 0.
Trajectory simulate(const Pomdp& m, std::span<const double> policy, std::size_t horizon, Philox& random);

/// `count` independent episodes of the same horizon.
std::vector<Trajectory> simulate(const Pomdp& m, std::span<const double> policy, std::size_t horizon,
                                 std::size_t count, Philox& random);

}  // namespace doxa
