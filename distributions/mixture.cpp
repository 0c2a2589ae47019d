#include "doxa/distributions/mixture.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "doxa/distributions/internal/arguments.h"

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
