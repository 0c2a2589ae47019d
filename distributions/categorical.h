#pragma once

#include <optional>
#include <span>
#include <vector>

#include "doxa/distributions/distribution.h"

namespace doxa {

/// One of K values, with probabilities p_i = e^logit_i / Σ_k e^logit_k. The last axis of the logits holds the
/// K values; the leading axes are independent draws. It is discrete, so rsample does not compile.
struct Categorical {
  using Value = std::vector<Index>;
  static constexpr int event_rank = 0;
  Var logits;
  /// What from_probs was given, if one of them is 0 and gradients are asked for: their gradient does not pass
  /// through the logits.
  std::optional<Var> zero_probs = {};

  /// A logit of -inf makes its value impossible. Throws std::invalid_argument if there is no axis or the last
  /// one is empty; naming the index, if a logit is NaN or +inf; and naming the row, if it makes all values
  /// impossible.
  explicit Categorical(Var logits);
  /// logits = log p, and p_i / Σ_k p_k are the probabilities. What is finite in the derivative with respect
  /// to a p_i = 0 is exact, as the -1 of another value's log-probability, so that a value of probability 0
  /// can be revived. Derivatives that are infinite there are taken as 0: of log p_i itself, of the entropy,
  /// of KL(q‖p) by q_i. So are all of a RelaxedOneHotCategorical and of Enumeration. Throws
  /// std::invalid_argument naming the index of a p that is not from 0 to 1, or the row if its sum differs
  /// from 1 by more than √ε, ε the spacing of numbers at 1.
  static Categorical from_probs(Var probs);

  Tape& tape() const { return logits.tape(); }
  Shape shape() const { return logits.shape().without(logits.rank() - 1); }
  Categorical repeated(Index n) const;
  Var probs() const;  ///< p_i
  Categorical detached() const { return Categorical(stop_gradient(logits)); }
  Index support_size() const { return logits.shape()[logits.rank() - 1]; }
  std::vector<Index> support() const;  ///< 0 for every row, then 1 for every row, …
  Var log_probs() const;               ///< log p_i = logit_i - log Σ_k e^logit_k
};

/// log p(x), in the shape of the logits without their last axis. x holds one index for each element. Throws
/// std::invalid_argument for another number of indices and for an index that is out of range.
Var log_prob(const Categorical& q, std::span<const Index> x);
Var entropy(const Categorical& q);  ///< -Σ_i p_i log p_i, to which an impossible value adds 0
std::vector<Index> sample(const Categorical& q, Philox& random);
/// Σ_i q_i (log q_i - log p_i). A value that is impossible under q adds 0; one that is impossible under p
/// alone makes it +inf. Throws std::invalid_argument if the shapes of the logits differ.
Var kl_divergence(const Categorical& q, const Categorical& p);

}  // namespace doxa
