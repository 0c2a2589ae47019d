#pragma once

#include <span>
#include <vector>

#include "doxa/distributions/distribution.h"

namespace doxa {

/// One of K values, p_i = e^logit_i / Σ_k e^logit_k. The logits' last axis has the K values; the leading axes
/// are independent draws. Discrete, hence not reparametrised: rsample does not compile.
struct Categorical {
  using Value = std::vector<Index>;
  Var logits;

  /// A logit of -inf makes its value impossible. Throws std::invalid_argument for no axis or an empty last
  /// one, and naming the index of a logit that is NaN or +inf, or of a row that leaves no value possible.
  explicit Categorical(Var logits);
  Var log_probs() const;  ///< log p_i = logit_i - log Σ_k e^logit_k
};

/// log p(x), shape of the logits without the last axis; x holds one index for each.
Var log_prob(const Categorical& q, std::span<const Index> x);
Var entropy(const Categorical& q);  ///< -Σ_i p_i log p_i, an impossible value adding nothing
std::vector<Index> sample(const Categorical& q, Philox& random);
/// Σ_i q_i (log q_i - log p_i), a value impossible under q adding nothing; +inf if p rules out what q allows.
/// Throws std::invalid_argument if the shapes differ.
Var kl_divergence(const Categorical& q, const Categorical& p);

}  // namespace doxa
