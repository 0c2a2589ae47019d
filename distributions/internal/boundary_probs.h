#pragma once

#include <algorithm>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/tape.h"

namespace doxa {

/// y itself, with its derivatives with respect to probabilities on the boundary. A distribution is made of
/// logits, and where a probability p_i is 0 (or that of a coin is 1) the derivative with respect to its logit
/// is 0, whatever that with respect to p_i is. slope(i, p, y, g) computes the latter, Σ_j g_j ∂y_j/∂p_i for
/// the cotangents g of y, from arrays, and returns 0 for a p_i that is not on the boundary.
template <class Slope>
Var with_boundary_slopes(Var y, Var probs, Slope slope) {
  return record(
      "boundary_probs", y.shape(), {y, probs},
      [](Record& r) { std::copy_n(r.value(0), r.size(), r.value()); },
      [slope](Record& r) {
        r.kernels().add_scaled(r.size(), 1, r.adjoint(), r.adjoint(0));
        for (Index i = 0; i < r.size(1); ++i) r.adjoint(1)[i] += slope(i, r.value(1), r.value(), r.adjoint());
      });
}

}  // namespace doxa
