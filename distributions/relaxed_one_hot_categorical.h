#pragma once

#include "doxa/distributions/one_hot_categorical.h"

namespace doxa {

/// The Concrete or Gumbel-softmax distribution: points x inside the simplex, x_i > 0 and Σ x_i = 1, that draw
/// near its corners as the temperature τ goes to 0, there with the probabilities of the Categorical:
///   x = softmax((log p + ε) / τ), ε independent standard Gumbel numbers.
/// At any temperature the largest x_i is at i with probability p_i. C. Maddison, A. Mnih & Y. W. Teh (2017),
/// arXiv 1611.00712; E. Jang, S. Gu & B. Poole (2017), arXiv 1611.01144. One event is the last axis. At low
/// temperature a coordinate of a draw underflows to 0, which is not inside: then the logits y of x =
/// softmax(y) take its place, with logits_from_noise for from_noise and log_prob_of_logits for log_prob.
struct RelaxedOneHotCategorical {
  using Value = Var;
  static constexpr int event_rank = 1;
  Categorical index;  ///< the distribution of the nearest corner
  Var temperature;    ///< τ, one for each event: it broadcasts against the logits without their last axis

  /// Throws std::invalid_argument naming the index unless every temperature is positive and finite, or if its
  /// shape does not fit; for the logits as Categorical does.
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
/// -inf if some p_i = 0, the draws then having no density inside. Throws std::invalid_argument naming the
/// index of an x that is not positive (see log_prob_of_logits), or of a row that does not add up to 1.
Var log_prob(const RelaxedOneHotCategorical& q, Var x);
/// The density of the differences y_1 - y_K … y_{K-1} - y_K of logits y of x = softmax(y), or y = log x:
///   log_prob(q, x) + Σ_i log x_i,
/// for any finite y, a constant added to all of which changes nothing (Maddison et al., appendix C.3). The
/// ratio of two such densities is that of the densities of x, so that a divergence can be taken in y.
Var log_prob_of_logits(const RelaxedOneHotCategorical& q, Var y);
/// A draw, rounded: 0 where a coordinate underflows.
Var sample(const RelaxedOneHotCategorical& q, Philox& random);

}  // namespace doxa
