#pragma once

#include <variant>

#include "doxa/autograd/ops.h"

namespace doxa {

/// What a score-function estimator subtracts from f(z) before it multiplies the score ∇ log q(z). Because
/// E_q[∇ log q(z)] = 0, a baseline that does not depend on its own draw leaves the expectation alone and
/// changes the variance (Williams, Machine Learning 8, 1992, section 4).
struct ConstantBaseline {
  Real value = 0;
};

/// The exponentially weighted mean of f over earlier calls, Σ_k decay^k f̄_(t-k) / Σ_k decay^k with k = 1 … t
/// - 1, one number for all events; 0 in the first call. It remembers, so it must live as long as the
/// training.
struct RunningMeanBaseline {
  Real decay = Real(0.9);
  double weighted_sum = 0, weight = 0;  ///< of the means so far

  Real value() const { return weight > 0 ? static_cast<Real>(weighted_sum / weight) : 0; }
};

/// For each draw the mean of f over the other draws of the same call: b_i = Σ_(j≠i) f_j / (n - 1) (Kool, van
/// Hoof & Welling, "Buy 4 REINFORCE samples, get a baseline for free!", ICLR workshop 2019). Needs two draws.
struct LeaveOneOutBaseline {};

using Baseline = std::variant<ConstantBaseline, RunningMeanBaseline, LeaveOneOutBaseline>;

/// Throws std::invalid_argument for a running mean: for estimators that are gone after one call.
void check_outlives_call(const Baseline& baseline);

/// The surrogate of the score-function estimator for draws along the first axis: the value of f, and the
/// gradient ∇f + (f - b) ∇ log_q with f - b as a constant. A running mean learns of f afterwards. Throws
/// std::invalid_argument if the shapes differ, for a leave-one-out baseline of one draw, and for a decay
/// outside [0, 1).
Var score_function_surrogate(Var f, Var log_q, Baseline& baseline);

}  // namespace doxa
