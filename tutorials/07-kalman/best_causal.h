#pragma once

#include <vector>

#include "gaussian_chain.h"

// The best causal chain of a linear-Gaussian model by backward dynamic programming, and what it lacks. What
// inputs and m_0 do to a state is known, so that everything is said of deviations from the path without
// noise, s̃_k = s_k - s̄_k (07.17). Averages are over all that the model may produce, in nats.

// q(s_k | s_{k-1}, h_k): s̃_k = G s̃_{k-1} + H ỹ_k + N μ̃_k + L ε, μ_k being the filter's mean.
struct CausalKernel {
  doxa::Matrix gain, of_observation, of_belief, scale_tril;
};

struct BestCausal {
  double bound;                      // J(q*) = E V_1(h_1)
  std::vector<CausalKernel> kernel;  // [T]
};

// (07.19), (07.25): V_k(s_{k-1}, h_k) is a quadratic of s_{k-1} and of the filter's mean. Needs R > 0.
BestCausal best_causal(const doxa::LinearGaussianModel& m, doxa::Index steps);

// The chain along one episode.
GaussianChain along(const doxa::LinearGaussianModel& m, const std::vector<CausalKernel>& q,
                    const doxa::Matrix& inputs, const doxa::Matrix& observations);

// J(q) of any such kernels, from the moments of s̃_k under q and of μ̃_k (07.18): no dynamic programming in
// it.
double expected_bound(const doxa::LinearGaussianModel& m, const std::vector<CausalKernel>& q);

// E log p(y_{1:T}) (07.9) and, of one who remembers nothing, E Σ_k log p(y_k) (07.24).
double expected_log_evidence(const doxa::LinearGaussianModel& m, doxa::Index steps);
double memoryless_score(const doxa::LinearGaussianModel& m, doxa::Index steps);

// (07.21): ½ tr W_k (Γ_k + Γ_k P_k Γ_k) by step.
std::vector<double> causal_gap(const doxa::LinearGaussianModel& m, doxa::Index steps);
