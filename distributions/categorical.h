#pragma once

#include <span>
#include <vector>

#include "doxa/distributions/distribution.h"

namespace doxa {

/// One of K values, p_i = e^logit_i / Σ_k e^logit_k. The logits' last axis has the K values; the leading axes
/// are independent draws. Discrete, hence not reparametrised: rsample does not compile.
struct Categorical {
  using Value = std::vector<Index>;
  static constexpr int event_rank = 0;
  Var logits;

  /// A logit of -inf makes its value impossible. Throws std::invalid_argument for no axis or an empty last
  /// one, and naming the index of a logit that is NaN or +inf, or of a row that leaves no value possible.
  explicit Categorical(Var logits);
  /// logits = log p. Throws std::invalid_argument naming the index of a p that is not between 0 and 1, or of
  /// a row whose sum is off 1 by more than the square root of the spacing of numbers at 1. The derivative of
  /// log p at p = 0, which is infinite, is taken as 0.
  static Categorical from_probs(Var probs);

  Tape& tape() const { return logits.tape(); }
  Shape shape() const { return logits.shape().without(logits.rank() - 1); }
  Categorical repeated(Index n) const;
  Categorical detached() const { return Categorical(stop_gradient(logits)); }
  Index support_size() const { return logits.shape()[logits.rank() - 1]; }
  std::vector<Index> support() const;  ///< 0 for every row, then 1 for every row, …
  Var log_probs() const;               ///< log p_i = logit_i - log Σ_k e^logit_k
};

/// log p(x), shape of the logits without the last axis; x holds one index for each.
Var log_prob(const Categorical& q, std::span<const Index> x);
Var entropy(const Categorical& q);  ///< -Σ_i p_i log p_i, an impossible value adding nothing
std::vector<Index> sample(const Categorical& q, Philox& random);
/// Σ_i q_i (log q_i - log p_i), a value impossible under q adding nothing; +inf if p rules out what q allows.
/// Throws std::invalid_argument if the shapes differ.
Var kl_divergence(const Categorical& q, const Categorical& p);

}  // namespace doxa
