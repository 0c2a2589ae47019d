#pragma once

#include "doxa/autograd/ops.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/parameters.h"

namespace doxa {

/// The Bayes filter of belief.h on the tape, for B episodes at once and in log space, so that backward
/// differentiates the evidence through all steps with respect to the logits of every table:
///
///     log b^-_k(s')  = log Σ_s e^{log b_{k-1}(s) + log T(s'|s,a_{k-1})}
///     log p(o_k | …) = log Σ_{s'} e^{log b^-_k(s') + log O(o_k|a_{k-1},s')}
///     log b_k(s')    = log b^-_k(s') + log O(o_k|a_{k-1},s') - log p(o_k | …)
///
/// Returns log p(o_k | o_{<k}, a_{<k}) in nats, [T,B], row k-1 for step k. In log space a belief of 10^-400
/// does not underflow, not even in single precision; a belief of 0 is minus infinity and has gradient 0. Time
/// and memory are O(T B S²): zeros are not skipped.
///
/// Throws std::invalid_argument for shapes that do not fit each other, no steps, or an action or observation
/// that the tables lack, and std::domain_error naming step and episode for an impossible observation.
Var log_predictive(const PomdpLogits& logits, const Episodes& e);

/// log p(o_{1:T} ‖ a_{0:T-1}) of each episode in nats, [B]: the sum of the above over steps. Its gradient
/// with respect to the logits is, by Fisher's identity, what the smoother computes: see `evidence_gradient`.
Var log_evidence(const PomdpLogits& logits, const Episodes& e);

}  // namespace doxa
