#pragma once

#include "doxa/autograd/random.h"
#include "doxa/models/numerics/matrix.h"

namespace doxa {

/// The linear-Gaussian state space with inputs: chosen inputs u, hidden states s, observations y,
///
///     s_0 ~ N(m_0, P_0),    s_k = A s_{k-1} + B u_{k-1} + w_k,    w_k ~ N(0, Q),
///                           y_k = C s_k + D u_{k-1} + v_k,        v_k ~ N(0, R),        k = 1 … T,
///
/// all noise independent. What a POMDP is to finitely many states, actions and observations, with the same
/// time: the input first, then the state, then what is seen of it. The covariances need only be positive
/// semidefinite: Q = 0 is a deterministic motion, P_0 = 0 a known start. n, d and m are the sizes of state,
/// input and observation; d may be 0. R. E. Kalman, "A new approach to linear filtering and prediction
/// problems", J. Basic Engineering 82 (1960).
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

/// Throws std::invalid_argument naming the matrix, what it is and what was expected: shapes as above, n and m
/// at least 1, finite numbers, and P_0, Q and R symmetric and not indefinite up to rounding. All functions of
/// a model throw so.
void validate(const LinearGaussianModel& m);

/// Lower square roots L Lᵀ of the three covariances of a model that is valid; see `square_root`.
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

/// Draws one under these inputs, [T,d]. Throws std::invalid_argument if they are of another size than B's.
LinearGaussianEpisode simulate(const LinearGaussianModel& m, const Matrix& inputs, Philox& random);

/// Throws std::invalid_argument naming `function` unless inputs are [T,d], observations [T,m] and all finite.
void require_episode(const char* function, const LinearGaussianModel& m, const Matrix& inputs,
                     const Matrix& observations);

}  // namespace doxa
