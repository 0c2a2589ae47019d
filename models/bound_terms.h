#pragma once

namespace doxa {

/// The two terms of an evidence lower bound, in nats: log p(x) >= E_q[log p(x | z)] - KL(q(z | x) ‖ p(z)).
/// T is Var where the bound is trained or differentiated, double where it is known exactly. The function that
/// returns them says whether they belong to one datum, to a batch, or to a sum over the steps of an episode.
template <class T>
struct BoundTerms {
  T log_likelihood;  ///< log p(x | z): its expectation under q, or its value at a sample of q
  T kl;              ///< KL(q(z | x) ‖ p(z))

  T value() const { return log_likelihood - kl; }  ///< the bound
};

}  // namespace doxa
