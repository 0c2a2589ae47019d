#pragma once

#include <concepts>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"

namespace doxa {

/// A distribution names the type of its values (`Value`) and is used through free functions:
///   log_prob(q, x)   log q(x), in nats
///   entropy(q)       -E_q[log q], in nats
///   sample(q, random)  a draw, without gradient
template <class D>
concept Distribution = requires(const D& q, const typename D::Value& x, Philox& random) {
  { log_prob(q, x) } -> std::same_as<Var>;
  { entropy(q) } -> std::same_as<Var>;
  { sample(q, random) } -> std::same_as<typename D::Value>;
};

/// One whose draws are a differentiable function of noise that does not depend on its parameters: z =
/// from_noise(ε).
template <class D>
concept Reparametrised = Distribution<D> && requires(const D& q, Var noise) {
  { q.from_noise(noise) } -> std::same_as<Var>;
};

/// z = g(ε): a draw from q through which gradients reach its parameters (Kingma & Welling 2013, section 2.4).
/// The noise is an argument, so that a stochastic objective is a function like any other.
template <Distribution D>
Var rsample(const D& q, Var noise) {
  static_assert(
      Reparametrised<D>,
      "rsample: no differentiable path leads from noise to a draw of this distribution. For a discrete one "
      "sum over its values (exact), or use the score function: the gradient of log_prob(q, x) at x = "
      "sample(q, random), times the objective.");
  if constexpr (Reparametrised<D>) return q.from_noise(noise);
}

}  // namespace doxa
