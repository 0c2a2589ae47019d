#pragma once

#include <vector>

#include "doxa/models/kalman/smoother.h"

// Posteriors of the path s_{1:T} that are Gaussian Markov chains, and their bound along one episode, exactly.

// q(s_{1:T}) = q(s_1) Π_k q(s_k | s_{k-1}), s_0 being summed out: the gain of step 1 is 0.
using GaussianChain = std::vector<doxa::GaussianKernel>;

// (07.2) with s_0 summed out of step 1: N(A m_0 + B u_0, A P_0 Aᵀ + Q).
doxa::GaussianKernel prior_transition(const doxa::LinearGaussianModel& m, const doxa::Matrix& inputs,
                                      std::size_t k);

// (07.12): the posterior p(s_{1:T} | y_{1:T}, u) itself.
GaussianChain path_posterior(const doxa::LinearGaussianModel& m, const doxa::Matrix& inputs,
                             const doxa::Matrix& observations);

// The terms of (07.14), (07.15) and (07.16) by step, in nats.
struct ChainBound {
  double log_evidence = 0, bound = 0;
  std::vector<double> log_emission;  // E_q log p(y_k | s_k)
  std::vector<double> divergence;    // E_q KL(q(s_k|s_{k-1}) ‖ p(s_k|s_{k-1}))
  std::vector<double> gap;           // E_q KL(q(s_k|s_{k-1}) ‖ p(s_k|s_{k-1}, y_{k:T}))
  std::vector<double> ahead;         // E_q log p(y_{k+1:T} | s_k), k = 0 … T; at 0 the evidence
};
ChainBound chain_bound(const doxa::LinearGaussianModel& m, const doxa::Matrix& inputs,
                       const doxa::Matrix& observations, const GaussianChain& q);

// Σ x_i
double total(const std::vector<double>& x);
