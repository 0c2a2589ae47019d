#pragma once

#include <vector>

#include "doxa/models/nn/parameter.h"

namespace doxa {

/// Adam (Kingma & Ba, arXiv 1412.6980, algorithm 1), with the gradient first scaled down to a global norm of
/// at most `max_norm` (Pascanu, Mikolov & Bengio, arXiv 1211.5063, algorithm 1):
///   g ← g min(1, max_norm / ‖g‖)      m ← β₁ m + (1 - β₁) g      v ← β₂ v + (1 - β₂) g²
///   value ← value - rate · m/(1 - β₁ᵗ) / (sqrt(v/(1 - β₂ᵗ)) + ε)
/// The norm is that of all parameters together.
struct Adam {
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double max_norm = 0;  ///< 0: no clipping

  std::int64_t steps = 0;
  std::vector<Tensor> means = {}, variances = {};  ///< m and v, in the order of the parameters

  /// One step. The gradients are zero afterwards, so that a parameter which the next loss does not reach
  /// moves by its momentum only. Returns ‖g‖ before clipping. Throws std::domain_error, naming the first
  /// parameter at fault and changing nothing, if ‖g‖² in double or twice the square of a clipped element in
  /// Real is not finite; std::invalid_argument if the parameters are not those of the first step.
  double step(const Parameters& parameters);
};

}  // namespace doxa
