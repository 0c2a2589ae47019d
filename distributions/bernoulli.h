#pragma once

#include <optional>

#include "doxa/distributions/distribution.h"

namespace doxa {

/// A coin that shows 1 with probability p = σ(logit) = 1 / (1 + e^-logit) and 0 otherwise, element by
/// element. All values below have a relative error of a few unit round-offs, also for p near 0 or 1. None
/// rounds to 0 or overflows unless the exact value does.
struct Bernoulli {
  using Value = Var;
  static constexpr int event_rank = 0;
  Var logits;  ///< log(p / (1 - p))
  /// What from_probs was given, if one of them is 0 or 1 and gradients are asked for: their gradient does not
  /// pass through the logits.
  std::optional<Var> certain_probs = {};

  /// Throws std::invalid_argument naming the index unless every logit is finite.
  explicit Bernoulli(Var logits);
  /// logits = log p - log(1 - p), which are -inf and inf at p = 0 and 1. What is finite in the derivative
  /// with respect to such a p is exact, as the -1 of log(1 - p) at p = 0. Derivatives that are infinite there
  /// are taken as 0, as in Categorical: of log p at p = 0, of the entropy, of stddev, of KL(q‖p) by q. Throws
  /// std::invalid_argument naming the index unless 0 <= p <= 1.
  static Bernoulli from_probs(Var probs);

  Tape& tape() const { return logits.tape(); }
  Shape shape() const { return logits.shape(); }
  Bernoulli repeated(Index n) const;
  Bernoulli detached() const;
  Index support_size() const { return 2; }
  Var support() const;  ///< 0, then 1: [2, …]

 private:
  struct Checked {};
  Bernoulli(Var l, std::optional<Var> p, Checked) : logits(l), certain_probs(p) {}
};

/// x logit - log(1 + e^logit): log p at x = 1, log(1 - p) at x = 0, and linear in between, where it is minus
/// the cross entropy of a coin with probability x and this one. Throws std::invalid_argument naming the index
/// of an x outside [0, 1].
Var log_prob(const Bernoulli& q, Var x);
Var entropy(const Bernoulli& q);   ///< -p log p - (1 - p) log(1 - p)
Var mean(const Bernoulli& q);      ///< p
Var variance(const Bernoulli& q);  ///< p (1 - p)
Var stddev(const Bernoulli& q);    ///< √(p (1 - p))
Var sample(const Bernoulli& q, Philox& random);
/// A draw x with the gradient of p, as if x were p plus a constant: biased, but with a low variance. Y.
/// Bengio, N. Léonard & A. Courville (2013), arXiv 1308.3432.
Var straight_through_sample(const Bernoulli& q, Philox& random);
/// KL(q‖p) = Σ_x q(x) log(q(x) / p(x))
Var kl_divergence(const Bernoulli& q, const Bernoulli& p);

}  // namespace doxa
