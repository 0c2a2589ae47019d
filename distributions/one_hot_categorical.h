#pragma once

#include "doxa/distributions/categorical.h"

namespace doxa {

/// A Categorical whose values are vectors: the value i has a 1 at i and zeros elsewhere. One event is the
/// last axis.
struct OneHotCategorical {
  using Value = Var;
  static constexpr int event_rank = 1;
  Categorical index;  ///< the distribution of the index of the 1

  /// Throws as Categorical does.
  explicit OneHotCategorical(Var logits) : index(logits) {}
  explicit OneHotCategorical(const Categorical& categorical) : index(categorical) {}
  static OneHotCategorical from_probs(Var probs) { return OneHotCategorical(Categorical::from_probs(probs)); }

  Tape& tape() const { return index.tape(); }
  Shape shape() const { return index.logits.shape(); }
  OneHotCategorical repeated(Index n) const { return OneHotCategorical(index.repeated(n)); }
  OneHotCategorical detached() const { return OneHotCategorical(index.detached()); }
  Index support_size() const { return index.support_size(); }
  /// [K, …, K]: the vector with a 1 at 0 for every row, then the vector with a 1 at 1, …
  Var support() const;
};

/// Σ_i x_i log p_i, summed over the last axis. It is defined for every x of non-negative numbers that add up
/// to 1, because straight-through and relaxed samples pass their gradients through it. Where x_i = 0, an
/// impossible value adds 0. Throws std::invalid_argument naming the index or the row for any other x.
Var log_prob(const OneHotCategorical& q, Var x);
Var entropy(const OneHotCategorical& q);   ///< -Σ_i p_i log p_i
Var mean(const OneHotCategorical& q);      ///< p_i
Var variance(const OneHotCategorical& q);  ///< p_i (1 - p_i), the diagonal of the covariance
Var stddev(const OneHotCategorical& q);    ///< √(p_i (1 - p_i))
Var sample(const OneHotCategorical& q, Philox& random);
/// A draw x with the gradient of p, as if x were p plus a constant: biased, but with a low variance. Y.
/// Bengio, N. Léonard & A. Courville (2013), arXiv 1308.3432.
Var straight_through_sample(const OneHotCategorical& q, Philox& random);
/// KL(q‖p) = Σ_i q_i (log q_i - log p_i), as for Categorical.
Var kl_divergence(const OneHotCategorical& q, const OneHotCategorical& p);

}  // namespace doxa
