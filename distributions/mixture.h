#pragma once

#include <concepts>
#include <span>
#include <type_traits>
#include <vector>

#include "doxa/distributions/categorical.h"

namespace doxa {

/// What a mixture does to shapes and values, whatever its components are. An event has the last `event_rank`
/// axes, and the components have the axis before them.
namespace mixing {

/// The shape [..., event] of a mixture with components [..., M, event]. Throws std::invalid_argument unless
/// the weights are [..., M] and their leading axes broadcast to those of the components.
Shape checked_shape(const Shape& weights, const Shape& components, int event_rank, const Tape& tape);
/// x [..., event] as [..., 1, event].
Var beside_components(Var x, int event_rank);
/// x [..., event] repeated for each component: [..., M, event]. Throws std::invalid_argument if x and the
/// mixture would both have to be stretched (distribution.h).
Var for_components(Var x, const Shape& mixture, const Shape& components, int event_rank);
/// Each index `components` times. Throws std::invalid_argument unless there is one index for each event of
/// `shape`.
std::vector<Index> for_components(std::span<const Index> x, const Shape& shape, Index components);
/// Weights [..., M] as [..., M, 1], with as many ones as an event has axes.
Var beside_events(Var weights, int event_rank);
/// From log-densities log q_k(x) [..., M]: log Σ_k w_k q_k(x), and log (w_k q_k(x)) minus that. A weight that
/// is 0 has the derivative q_k(x) / q(x) - 1 of the first.
Var log_marginal(const Categorical& weights, Var log_densities);
Var log_shares(const Categorical& weights, Var log_densities);
/// From values of all components, the value of component chosen_i for each event i; without gradient.
Var choose(Var all, const Shape& shape, Index components, std::span<const Index> chosen);
std::vector<Index> choose(const std::vector<Index>& all, const Shape& shape, Index components,
                          std::span<const Index> chosen);

}  // namespace mixing

/// The mixture q(x) = Σ_k w_k q_k(x) of M distributions of one type D. All components are one D, in which the
/// last axis before those of an event counts them: means [..., M] for a mixture of Normals, [..., M, d] for
/// vectors, logits [..., M, K] for Categoricals. The weights [..., M] broadcast along the leading axes. A
/// draw jumps from component to component, so there is no rsample; gradients go through log_prob. With
/// weights from Categorical::from_probs the gradient by a weight of 0 is exact, so that a component without
/// weight can be revived.
template <Distribution D>
struct Mixture {
  using Value = typename D::Value;
  /// A value as functions take it: a Var, or a view of a list of indices.
  using Argument = std::conditional_t<std::same_as<Value, Var>, Var, std::span<const Index>>;
  static constexpr int event_rank = D::event_rank;
  Categorical weights;
  D components;

  /// Throws std::invalid_argument naming the shapes if the weights do not fit the components.
  Mixture(const Categorical& w, const D& c) : weights(w), components(c) { shape(); }

  Tape& tape() const { return components.tape(); }
  Shape shape() const {
    return mixing::checked_shape(weights.logits.shape(), components.shape(), event_rank, tape());
  }
  Mixture repeated(Index n) const { return Mixture(weights, components.repeated(n)); }
  Mixture detached() const { return Mixture(weights.detached(), components.detached()); }
  /// The values of a component, which are the same for all.
  Index support_size() const requires FiniteSupport<D> { return components.support_size(); }
  Value support() const requires FiniteSupport<D> {
    const Shape draws = with_first_axis(support_size(), shape());
    const Index events = batch_shape(draws, event_rank).size();
    const std::vector<Index> first(static_cast<std::size_t>(events), 0);
    return mixing::choose(components.support(), draws, weights.support_size(), first);
  }
};

/// log q_k(x) of each component k: [..., M].
template <Distribution D>
Var log_densities(const Mixture<D>& q, typename Mixture<D>::Argument x) {
  if constexpr (std::same_as<typename D::Value, Var>)
    return log_prob(q.components, mixing::for_components(x, q.shape(), q.components.shape(), D::event_rank));
  else
    return log_prob(q.components, mixing::for_components(x, q.shape(), q.weights.support_size()));
}

/// log w_k + log q_k(x), the logarithm of the joint probability of component k and x: [..., M].
template <Distribution D>
Var log_joint(const Mixture<D>& q, typename Mixture<D>::Argument x) {
  const Var log_weights = q.weights.log_probs();
  return log_weights + log_densities(q, x);
}

/// log Σ_k w_k q_k(x), without underflow however far x is from all components. A list x holds one index for
/// each event.
template <Distribution D>
Var log_prob(const Mixture<D>& q, typename Mixture<D>::Argument x) {
  return mixing::log_marginal(q.weights, log_densities(q, x));
}

/// log p(k | x) = log w_k + log q_k(x) - log q(x), the logarithm of component k's responsibility for x:
/// [..., M]. It is NaN where x is impossible.
template <Distribution D>
Var log_responsibilities(const Mixture<D>& q, typename Mixture<D>::Argument x) {
  return mixing::log_shares(q.weights, log_densities(q, x));
}

/// Draws a value from each of the M components, and the component whose value is taken.
template <Distribution D>
typename D::Value sample(const Mixture<D>& q, Philox& random) {
  const Shape weights = batch_shape(q.components.shape(), D::event_rank);
  const std::vector<Index> chosen = sample(Categorical(broadcast_to(q.weights.logits, weights)), random);
  return mixing::choose(sample(q.components, random), q.shape(), q.weights.support_size(), chosen);
}

/// E[x] = Σ_k w_k E_k[x]
template <Distribution D>
requires requires(const D& d) { mean(d); }
Var mean(const Mixture<D>& q) {
  const Var w = mixing::beside_events(q.weights.probs(), D::event_rank);
  return sum(w * mean(q.components), -1 - D::event_rank);
}

/// Var[x] = Σ_k w_k (Var_k[x] + (E_k[x] - E[x])²), the law of total variance.
template <Distribution D>
requires requires(const D& d) { variance(d); }
Var variance(const Mixture<D>& q) {
  const Var w = mixing::beside_events(q.weights.probs(), D::event_rank);
  const Var all = mixing::beside_components(mean(q), D::event_rank), off = mean(q.components) - all;
  const Var between = square(off);
  return sum(w * (variance(q.components) + between), -1 - D::event_rank);
}

template <Distribution D>
requires requires(const D& d) { variance(d); }
Var stddev(const Mixture<D>& q) { return sqrt(variance(q)); }

}  // namespace doxa
