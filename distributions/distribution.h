#pragma once

#include <concepts>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"

namespace doxa {

/// A distribution names the type of its values, `Value`, and how many of their last axes make one event,
/// `event_rank`. It is used through free functions, all in nats,
///   log_prob(q, x)     log q(x), a number for each event
///   sample(q, random)  a draw, without gradient
/// and, where there is a closed form, entropy(q) = -E_q[log q], mean(q), variance(q), stddev(q) = √variance,
/// kl_divergence(q, p). Its members are
///   tape()       that of its parameters
///   shape()      of a draw (of Categorical, whose values are no Var, of the indices)
///   repeated(n)  n independent copies of it, along a new first axis
///   detached()   the same distribution, through which no gradient reaches its parameters
template <class D>
concept Distribution = requires(const D& q, const typename D::Value& x, Philox& random, Index n) {
  { log_prob(q, x) } -> std::same_as<Var>;
  { sample(q, random) } -> std::same_as<typename D::Value>;
  { D::event_rank } -> std::convertible_to<int>;
  { q.tape() } -> std::same_as<Tape&>;
  { q.shape() } -> std::same_as<Shape>;
  { q.repeated(n) } -> std::same_as<D>;
  { q.detached() } -> std::same_as<D>;
};

/// One whose draws are a differentiable function of noise that does not depend on its parameters: z =
/// from_noise(ε), with ε as noise(random) draws it.
template <class D>
concept Reparametrised = Distribution<D> && requires(const D& q, Var noise, Philox& random) {
  { q.from_noise(noise) } -> std::same_as<Var>;
  { q.noise(random) } -> std::same_as<Var>;
};

/// One with finitely many values x_1 … x_K: support() is all of them as draws of repeated(K), the value of
/// copy i being x_i.
template <class D>
concept FiniteSupport = Distribution<D> && requires(const D& q) {
  { q.support_size() } -> std::same_as<Index>;
  { q.support() } -> std::same_as<typename D::Value>;
};

/// [n, …] for […]. Throws std::invalid_argument where that makes more than four axes.
Shape with_first_axis(Index n, const Shape& shape);

/// z = g(ε): a draw from q through which gradients reach its parameters (Kingma & Welling 2013, section 2.4).
/// The noise is an argument, so that a stochastic objective is a function like any other.
template <Distribution D>
Var rsample(const D& q, Var noise) {
  static_assert(
      Reparametrised<D>,
      "rsample: no differentiable path leads from noise to a draw of this distribution. For a discrete one "
      "sum over its values, for a mixture over its components (exact), or use the score function: the "
      "gradient "
      "of log_prob(q, x) at x = sample(q, random), times the objective.");
  if constexpr (Reparametrised<D>) return q.from_noise(noise);
}

}  // namespace doxa
