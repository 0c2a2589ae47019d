#pragma once

#include "doxa/models/kalman/filter.h"

namespace doxa {

/// What a whole episode says about each of its states.
struct KalmanSmoothed {
  std::vector<GaussianBelief> smoothed;  ///< p(s_k | y_{1:T}, u) at k = 0 … T
  std::vector<Matrix> lag_one;           ///< Cov(s_{k-1}, s_k | y_{1:T}, u) at k-1, [T], each [n,n]
  double log_evidence = 0;               ///< log p(y_{1:T} ‖ u_{0:T-1}), from the filter

  std::size_t horizon() const { return lag_one.size(); }  ///< T
};

/// The smoother of Rauch, Tung & Striebel (AIAA Journal 3 (1965)). If s_k is known, the observations from
/// step k on say nothing more about s_{k-1}. J is the regression of s_{k-1} on s_k, given h_{k-1}:
///
///     J P⁻_k = P_{k-1} Aᵀ,     m_{k-1} = μ_{k-1} + J (m_k - μ⁻_k),     Cov(s_{k-1}, s_k | y) = J V_k,
///     V_{k-1} = (I - J A) P_{k-1} (I - J A)ᵀ + J Q Jᵀ + J V_k Jᵀ.
///
/// V is computed from the square roots of its terms, never as a difference of covariances, so that it stays
/// positive semidefinite even if P⁻ is singular. O(T n³). Throws as `filter` does.
KalmanSmoothed smooth(const LinearGaussianModel& m, const KalmanFiltered& f);
KalmanSmoothed smooth(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations);

/// What the observations after step k say about s_k:
///     log p(y_{k+1:T} | s_k = s, u) = -½ sᵀ Γ s + ηᵀ s + c.
struct BackwardInformation {
  Matrix precision;     ///< Γ_k [n,n]; it does not depend on the observations
  Matrix vector;        ///< η_k [n,1]
  double log_constant;  ///< c_k, in nats
};

/// For k = 0 … T, starting from Γ_T = 0, η_T = 0, c_T = 0 (D. Q. Mayne, Automatica 4 (1966)): the
/// counterpart of β in the forward-backward algorithm. With Ω = Γ + Cᵀ R⁻¹ C, ξ = η + Cᵀ R⁻¹ (y - D u) of
/// step k and Q = F Fᵀ,
///     Γ_{k-1} = Aᵀ [Ω - Ω F (I + Fᵀ Ω F)⁻¹ Fᵀ Ω] A.
/// Q may be singular. Throws as `filter` does, and std::domain_error if R is singular.
std::vector<BackwardInformation> backward_information(const LinearGaussianModel& m, const Matrix& inputs,
                                                      const Matrix& observations);

/// The distribution of the next state given the last one, s: N(gain · s + offset, L Lᵀ).
struct GaussianKernel {
  Matrix gain;        ///< G [n,n]
  Matrix offset;      ///< g [n,1]
  Matrix scale_tril;  ///< L [n,n]
};

/// The posterior transition of step k = 1 … T, p(s_k | s_{k-1}, y_{k:T}, u) ∝ p(s_k | s_{k-1}, u_{k-1})
/// p(y_k | s_k, u_{k-1}) p(y_{k+1:T} | s_k, u). These are the factors of the exact posterior,
///     p(s_{0:T} | y_{1:T}, u) = p(s_0 | y, u) Π_k p(s_k | s_{k-1}, y_{k:T}, u).
/// `after` is the backward information of step k. Throws std::out_of_range unless 1 <= k <= T.
GaussianKernel posterior_transition(const LinearGaussianModel& m, const BackwardInformation& after,
                                    const Matrix& inputs, const Matrix& observations, std::size_t k);

}  // namespace doxa
