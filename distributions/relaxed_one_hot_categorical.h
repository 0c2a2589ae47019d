#pragma once

#include "doxa/distributions/one_hot_categorical.h"

namespace doxa {

/// The Concrete or Gumbel-softmax distribution of points x inside the simplex, x_i > 0 and Σ x_i = 1:
///   x = softmax((log p + ε) / τ), ε independent standard Gumbel numbers.
/// The largest x_i is at i with probability p_i, at any temperature τ. As τ goes to 0, x approaches the
/// corner there. One event is the last axis. C. Maddison, A. Mnih & Y. W. Teh (2017), arXiv 1611.00712; E.
/// Jang, S. Gu & B. Poole (2017), arXiv 1611.01144.
///
/// At a low temperature coordinates of a draw underflow to 0, which is not inside the simplex. Use the logits
/// y of x = softmax(y) instead: logits_from_noise in place of from_noise, and log_prob_of_logits in place of
/// log_prob.
struct RelaxedOneHotCategorical {
  using Value = Var;
  static constexpr int event_rank = 1;
  Categorical index;  ///< the distribution of the nearest corner
  Var temperature;    ///< τ of each event: broadcasts against the logits without their last axis

  /// Throws std::invalid_argument naming the index unless every temperature is positive and finite, and if
  /// its shape does not fit. The logits are checked as those of Categorical.
  RelaxedOneHotCategorical(const Categorical& index, Var temperature);
  RelaxedOneHotCategorical(const Categorical& index, Real temperature);
  RelaxedOneHotCategorical(Var logits, Var tau) : RelaxedOneHotCategorical(Categorical(logits), tau) {}
  RelaxedOneHotCategorical(Var logits, Real tau) : RelaxedOneHotCategorical(Categorical(logits), tau) {}

  Tape& tape() const { return index.tape(); }
  Shape shape() const;
  RelaxedOneHotCategorical repeated(Index n) const;
  RelaxedOneHotCategorical detached() const;
  Var noise(Philox& random) const { return gumbel_noise(tape(), shape(), random); }
  Var from_noise(Var noise) const;         ///< x = softmax((log p + ε) / τ)
  Var logits_from_noise(Var noise) const;  ///< y = (logits + ε) / τ, of which x is the softmax
};

/// The density of x_1 … x_{K-1} (Maddison et al., equation 10): with s_i = log p_i - τ log x_i,
///   log (K-1)! + (K-1) log τ + Σ_i (s_i - log x_i) - K log Σ_k e^s_k.
/// It is -inf if some p_i = 0, because the draws then have no density inside the simplex. Throws
/// std::invalid_argument naming the index of an x that is not positive (see log_prob_of_logits), or the row
/// if it does not add up to 1.
Var log_prob(const RelaxedOneHotCategorical& q, Var x);
/// The density of the differences y_1 - y_K … y_{K-1} - y_K of logits y with x = softmax(y) (Maddison et al.,
/// appendix C.3):
///   log_prob(q, x) + Σ_i log x_i
/// for any finite y. A constant added to all y_i changes nothing. The ratio of two such densities is that of
/// the densities of x, so that a divergence may be computed from y.
Var log_prob_of_logits(const RelaxedOneHotCategorical& q, Var y);
/// A draw. Coordinates that underflow are 0.
Var sample(const RelaxedOneHotCategorical& q, Philox& random);

}  // namespace doxa
