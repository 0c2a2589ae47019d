#pragma once

#include "doxa/autograd/random.h"
#include "doxa/models/numerics/matrix.h"

namespace doxa {

/// The linear-Gaussian state space with chosen inputs u, hidden states s and observations y,
///
///     s_0 ~ N(m_0, P_0),    s_k = A s_{k-1} + B u_{k-1} + w_k,    w_k ~ N(0, Q),
///                           y_k = C s_k + D u_{k-1} + v_k,        v_k ~ N(0, R),        k = 1 … T,
///
/// where all noise is independent. It is the counterpart of a POMDP, which has finitely many states, actions
/// and observations, and counts time in the same way: first the input, then the state, then the observation.
/// The covariances need only be positive semidefinite: Q = 0 means deterministic motion, P_0 = 0 a known
/// start. n, d and m are the sizes of state, input and observation; d may be 0. R. E. Kalman, "A new
/// approach to linear filtering and prediction problems", J. Basic Engineering 82 (1960).
struct LinearGaussianModel {
  Matrix start_mean;             ///< m_0 [n,1]
  Matrix start_covariance;       ///< P_0 [n,n]
  Matrix transition;             ///< A [n,n]
  Matrix transition_input;       ///< B [n,d]
  Matrix transition_covariance;  ///< Q [n,n]
  Matrix emission;               ///< C [m,n]
  Matrix emission_input;         ///< D [m,d]
  Matrix emission_covariance;    ///< R [m,m]

  Index state_size() const { return transition.rows; }           ///< n
  Index input_size() const { return transition_input.columns; }  ///< d
  Index observation_size() const { return emission.rows; }       ///< m
};

/// Throws std::invalid_argument naming the matrix, what it is and what was expected, unless the shapes are as
/// above, n and m at least 1, all numbers finite, and P_0, Q and R symmetric and positive semidefinite up to
/// rounding. All functions that take a model throw in the same way.
void validate(const LinearGaussianModel& m);

/// Lower square roots L of the three covariances, L Lᵀ; see `square_root`. Throws as `validate`.
struct NoiseFactors {
  Matrix start, transition, emission;
};
NoiseFactors noise_factors(const LinearGaussianModel& m);

/// One episode of T steps. Row k-1 of inputs and observations belongs to step k = 1 … T, row k of states to
/// s_k, k = 0 … T.
struct LinearGaussianEpisode {
  Matrix states;        ///< [T+1,n]
  Matrix inputs;        ///< [T,d]
  Matrix observations;  ///< [T,m]
};

/// Draws an episode with these inputs, [T,d].
LinearGaussianEpisode simulate(const LinearGaussianModel& m, const Matrix& inputs, Philox& random);

/// Throws std::invalid_argument naming `function` unless inputs are [T,d], observations [T,m] and all finite.
void require_episode(const char* function, const LinearGaussianModel& m, const Matrix& inputs,
                     const Matrix& observations);

}  // namespace doxa
