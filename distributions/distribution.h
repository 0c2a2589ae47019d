#pragma once

#include <array>
#include <concepts>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"

namespace doxa {

/// A distribution names the type of its values, `Value`, and `event_rank`, the number of their last axes that
/// make one event. It is used through free functions, all in nats:
///   log_prob(q, x)     log q(x), a number for each event
///   sample(q, random)  a draw, without gradient
/// and, where there is a closed form, entropy(q) = -E_q[log q], mean(q), variance(q),
/// stddev(q) = √variance(q) and kl_divergence(q, p). Its members are
///   tape()       the tape of its parameters
///   shape()      the shape of a draw (of the indices for Categorical, whose values are not a Var)
///   repeated(n)  n independent copies of it, along a new first axis
///   detached()   the same distribution, but no gradient reaches its parameters
///
/// The values x of log_prob broadcast against shape(): x may be stretched, or the distribution, but not both.
/// Logits [200] and labels [200,1], or the other way round, would make 200 x 200 densities, which is nearly
/// always a mistake. It throws std::invalid_argument with both shapes. If all pairs are wanted, give the
/// values the shape [200,200] with broadcast_to. The noise of rsample follows the same rule. In
/// kl_divergence(q, p) of normals and of Bernoulli, q and p broadcast both ways, because all pairs of two
/// batches are a common question.
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

/// A distribution whose draws are a differentiable function z = from_noise(ε) of noise that does not depend
/// on its parameters. noise(random) draws ε.
template <class D>
concept Reparametrised = Distribution<D> && requires(const D& q, Var noise, Philox& random) {
  { q.from_noise(noise) } -> std::same_as<Var>;
  { q.noise(random) } -> std::same_as<Var>;
};

/// A distribution with finitely many values x_1 … x_K, K = support_size(). support() has the shape of a draw
/// of repeated(K), and the value of copy i is x_i.
template <class D>
concept FiniteSupport = Distribution<D> && requires(const D& q) {
  { q.support_size() } -> std::same_as<Index>;
  { q.support() } -> std::same_as<typename D::Value>;
};

/// [n, …] for […], and […, n] for […]. Throws std::invalid_argument if that makes more than four axes.
inline Shape with_first_axis(Index n, const Shape& shape) {
  std::array<Index, Shape::max_rank + 1> extents{n};
  for (int i = 0; i < shape.rank(); ++i) extents[static_cast<std::size_t>(i) + 1] = shape[i];
  return Shape(extents.data(), shape.rank() + 1);
}
inline Shape with_last_axis(const Shape& shape, Index n) {
  std::array<Index, Shape::max_rank + 1> extents{};
  for (int i = 0; i < shape.rank(); ++i) extents[static_cast<std::size_t>(i)] = shape[i];
  extents[static_cast<std::size_t>(shape.rank())] = n;
  return Shape(extents.data(), shape.rank() + 1);
}
/// […] for […, event]: `draws` without its last event_rank axes.
inline Shape batch_shape(const Shape& draws, int event_rank) {
  Shape batch = draws;
  for (int i = 0; i < event_rank; ++i) batch = batch.without(batch.rank() - 1);
  return batch;
}

/// z = g(ε): a draw from q through which gradients reach its parameters (Kingma & Welling 2013, section 2.4).
/// The noise is an argument, so that a stochastic objective is a function like any other.
template <Distribution D>
Var rsample(const D& q, Var noise) {
  static_assert(
      Reparametrised<D>,
      "rsample: no differentiable path leads from noise to a draw of this distribution. For a discrete one "
      "sum over its values, for a mixture over its components (exact), or use the score function: the "
      "gradient of log_prob(q, x) at x = sample(q, random), times the objective.");
  if constexpr (Reparametrised<D>) return q.from_noise(noise);
}

}  // namespace doxa
