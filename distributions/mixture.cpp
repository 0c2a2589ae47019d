#include "doxa/distributions/mixture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/distributions/internal/arguments.h"
#include "doxa/distributions/internal/boundary_probs.h"

namespace doxa::mixing {
namespace {

// x with `extra` axes of extent 1 after its first `at` axes.
Var with_ones(Var x, int at, int extra) {
  const Shape& shape = x.shape();
  std::array<Index, 2 * Shape::max_rank> extents;
  extents.fill(1);
  for (int i = 0; i < std::min(shape.rank(), Shape::max_rank); ++i)
    extents[static_cast<std::size_t>(i < at ? i : i + extra)] = shape[i];
  return reshape(x, Shape(extents.data(), shape.rank() + extra));
}

Real total_weight(Index k, const Real* w) {
  Real total = 0;
  for (Index j = 0; j < k; ++j) total += w[j];
  return total;
}

template <class T>
void copy_chosen(const T* all, Index events, Index size, Index components, std::span<const Index> chosen,
                 T* to) {
  for (Index i = 0; i < events; ++i)
    std::copy_n(all + (i * components + chosen[static_cast<std::size_t>(i)]) * size, size, to + i * size);
}

}  // namespace

Shape checked_shape(const Shape& weights, const Shape& components, int event_rank, const Tape& tape) {
  const int axis = components.rank() - 1 - event_rank;
  bool fits = axis >= 0 && weights.rank() <= axis + 1 && weights[weights.rank() - 1] == components[axis];
  for (int i = 2; fits && i <= weights.rank(); ++i)
    fits = weights[weights.rank() - i] == 1 || weights[weights.rank() - i] == components[axis + 1 - i];
  if (!fits)
    throw argument_error({"Mixture", tape}, "weights of shape " + weights.str() +
                                                " for components of shape " + components.str() +
                                                ", expected [..., M] for " +
                                                (event_rank > 0 ? "[..., M, event]" : "[..., M]"));
  return components.without(axis);
}

Var beside_components(Var x, int event_rank) {
  if (x.rank() < event_rank)
    throw argument_error({"Mixture", x.tape()},
                         "a value has shape " + x.shape().str() + ", expected the axis of an event");
  return with_ones(x, x.rank() - event_rank, 1);
}

Var for_components(Var x, const Shape& mixture, const Shape& components, int event_rank) {
  shape_with_values({"log_prob", x.tape()}, mixture, "x", x.shape());
  const Var beside = beside_components(x, event_rank);
  return broadcast_to(beside, broadcast(beside.shape(), components, {"log_prob of Mixture", x.tape()}));
}

std::vector<Index> for_components(std::span<const Index> x, const Shape& shape, Index components) {
  if (static_cast<Index>(x.size()) != shape.size())
    throw std::invalid_argument("log_prob of Mixture: " + std::to_string(x.size()) +
                                " values for events of shape " + shape.str());
  std::vector<Index> all;
  all.reserve(x.size() * static_cast<std::size_t>(components));
  for (const Index i : x) all.insert(all.end(), static_cast<std::size_t>(components), i);
  return all;
}

Var beside_events(Var weights, int event_rank) {
  return event_rank == 0 ? weights : with_ones(weights, weights.rank(), event_rank);
}

// The part of the derivatives by a weight of 0 that does not come from the normalisation of the weights:
//   ∂ log Σ_k w_k q_k/∂w_i = q_i(x) / q(x)
// It is taken as 0 where it is infinite, because q(x) = 0.
Var log_marginal(const Categorical& weights, Var log_densities) {
  const Var y = logsumexp(weights.log_probs() + log_densities, -1);
  if (!weights.zero_probs) return y;
  const Real* l = log_densities.value().data();
  return with_boundary_slopes(
      y, broadcast_to(*weights.zero_probs, log_densities.shape()),
      [l, k = weights.support_size()](Index i, const Real* w, const Real* log_q, const Real* g) -> Real {
        const Index row = i / k;
        if (w[i] != 0 || g[row] == 0 || log_q[row] == -std::numeric_limits<Real>::infinity()) return 0;
        return g[row] * std::exp(l[i] - log_q[row]) / total_weight(k, w + row * k);
      });
}

// The derivative by a weight w_i of 0, w_i being the weight before it is divided by the total S:
//   ∂ log share_j/∂w_i = -q_i(x) / (S q(x)) for j ≠ i
// That of share i itself is infinite and taken as 0. The shares do not depend on S, so these slopes are
// whole, and log_probs(), which would add its own, is not used.
Var log_shares(const Categorical& weights, Var log_densities) {
  const Var joint = log_softmax(weights.logits, -1) + log_densities, y = log_softmax(joint, -1);
  if (!weights.zero_probs) return y;
  const Real *l = log_densities.value().data(), *log_q = logsumexp(joint, -1).value().data();
  return with_boundary_slopes(
      y, broadcast_to(*weights.zero_probs, log_densities.shape()),
      [l, log_q, k = weights.support_size()](Index i, const Real* w, const Real*, const Real* g) -> Real {
        const Index row = i / k;
        Real others = 0;
        for (Index j = row * k; j < (row + 1) * k; ++j) others += j == i ? 0 : g[j];
        if (w[i] != 0 || others == 0) return 0;
        return -others * std::exp(l[i] - log_q[row]) / total_weight(k, w + row * k);
      });
}

Var choose(Var all, const Shape& shape, Index components, std::span<const Index> chosen) {
  const Index events = static_cast<Index>(chosen.size());
  return all.tape().constant(shape, [&](std::span<Real> to) {
    if (events > 0)
      copy_chosen(all.value().data(), events, shape.size() / events, components, chosen, to.data());
  });
}

std::vector<Index> choose(const std::vector<Index>& all, const Shape& shape, Index components,
                          std::span<const Index> chosen) {
  std::vector<Index> to(static_cast<std::size_t>(shape.size()));
  copy_chosen(all.data(), shape.size(), 1, components, chosen, to.data());
  return to;
}

}  // namespace doxa::mixing
