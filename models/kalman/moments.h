#pragma once

#include <span>

#include "doxa/models/kalman/smoother.h"

namespace doxa {

/// The sufficient statistics of a linear-Gaussian model, in expectation given everything observed: sums over
/// the steps of all episodes, with z_k = (s_{k-1}, u_{k-1}) and x_k = (s_k, u_{k-1}). The counterpart of the
/// expected counts of a POMDP.
struct ExpectedMoments {
  double episodes = 0, steps = 0;
  Matrix start, start_square;              ///< Σ E s_0 [n,1], Σ E (s_0 - m_0)(s_0 - m_0)ᵀ [n,n]
  Matrix next_next, next_last, last_last;  ///< Σ E s_k s_kᵀ, Σ E s_k z_kᵀ [n,n+d], Σ E z_k z_kᵀ
  Matrix seen_seen, seen_now, now_now;     ///< Σ y_k y_kᵀ, Σ E y_k x_kᵀ [m,n+d], Σ E x_k x_kᵀ
  double log_evidence = 0;                 ///< Σ log p(y_{1:T} ‖ u) of the episodes, in nats
};

/// Sums over all episodes; their states are ignored. Throws as `filter` does.
ExpectedMoments expected_moments(const LinearGaussianModel& m,
                                 std::span<const LinearGaussianEpisode> episodes);

/// The gradient of the log-evidence by Fisher's identity, ∇ log p(y ‖ u) = E[∇ log p(s, y ‖ u) | y, u]: with
/// w_k and v_k the noise of step k,
///     ∂/∂[A B] = Q⁻¹ Σ E[w_k z_kᵀ],    ∂/∂Q = ½ Q⁻¹ (Σ E[w_k w_kᵀ] - T Q) Q⁻¹,
/// and likewise for C, D, R, m_0 and P_0. The gradient with respect to a covariance is the symmetric G with
/// d log p = tr(G dQ). Throws std::domain_error if a covariance is singular, because then the states have no
/// joint density.
/// O. Cappé, E. Moulines & T. Rydén, "Inference in Hidden Markov Models" (2005), section 10.1.3; for the
/// moments R. H. Shumway & D. S. Stoffer, J. Time Series Analysis 3 (1982).
LinearGaussianModel evidence_gradient(const LinearGaussianModel& m, const ExpectedMoments& e);

/// The model that is most likely given the moments expected under m: one step of expectation maximisation,
/// which never lowers the log-evidence (Shumway & Stoffer 1982, eqs. 12-14). Throws std::domain_error unless
/// the moments determine it: there must be more steps than n + d, and states and inputs must be linearly
/// independent.
LinearGaussianModel most_likely_model(const LinearGaussianModel& m, const ExpectedMoments& e);

}  // namespace doxa
