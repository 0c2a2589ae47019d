#pragma once

#include "doxa/distributions/categorical.h"

namespace doxa {

/// A Categorical whose value i is the vector with a 1 at i and 0 elsewhere: one event along the last axis.
struct OneHotCategorical {
  using Value = Var;
  static constexpr int event_rank = 1;
  Categorical index;  ///< the distribution of the place of the 1

  /// Throws as Categorical does.
  explicit OneHotCategorical(Var logits) : index(logits) {}
  explicit OneHotCategorical(const Categorical& categorical) : index(categorical) {}
  static OneHotCategorical from_probs(Var probs) { return OneHotCategorical(Categorical::from_probs(probs)); }

  Tape& tape() const { return index.tape(); }
  Shape shape() const { return index.logits.shape(); }
  OneHotCategorical repeated(Index n) const { return OneHotCategorical(index.repeated(n)); }
  OneHotCategorical detached() const { return OneHotCategorical(index.detached()); }
  Index support_size() const { return index.support_size(); }
  Var support() const;  ///< [K, …, K]: the vector with a 1 at 0 for every row, then that with a 1 at 1, …
};

/// Σ_i x_i log p_i, summed over the last axis; the leading axes of x and the logits broadcast. It is defined
/// for every x of non-negative numbers that add up to 1, so that a straight-through or relaxed sample takes
/// its gradient through it; where x_i = 0 a value that is impossible adds nothing. Throws
/// std::invalid_argument naming the index for any other x.
Var log_prob(const OneHotCategorical& q, Var x);
Var entropy(const OneHotCategorical& q);   ///< -Σ_i p_i log p_i
Var mean(const OneHotCategorical& q);      ///< p_i
Var variance(const OneHotCategorical& q);  ///< p_i (1 - p_i), the diagonal of the covariance
Var stddev(const OneHotCategorical& q);    ///< √(p_i (1 - p_i))
Var sample(const OneHotCategorical& q, Philox& random);
/// A draw x whose gradient goes to the probabilities as if it were p + (x - p) with a constant x - p: biased,
/// and of low variance. Y. Bengio, N. Léonard & A. Courville (2013), arXiv 1308.3432.
Var straight_through_sample(const OneHotCategorical& q, Philox& random);
/// Σ_i q_i (log q_i - log p_i), as that of Categorical.
Var kl_divergence(const OneHotCategorical& q, const OneHotCategorical& p);

}  // namespace doxa
