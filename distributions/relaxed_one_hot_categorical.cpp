#include "doxa/distributions/relaxed_one_hot_categorical.h"

#include <array>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "doxa/distributions/parameter_check.h"

namespace doxa {
namespace {

constexpr const char* name = "RelaxedOneHotCategorical";

// [..., 1] of [...], so that a number for each event stands beside the event's coordinates.
Var as_column(Var x) {
  const Shape& shape = x.shape();
  if (shape.rank() == 0) return x;
  std::array<Index, Shape::max_rank + 1> extents{};
  for (int i = 0; i < shape.rank(); ++i) extents[static_cast<std::size_t>(i)] = shape[i];
  extents[static_cast<std::size_t>(shape.rank())] = 1;
  return reshape(x, Shape(extents.data(), shape.rank() + 1));
}

Index coordinates(const RelaxedOneHotCategorical& q) { return q.index.support_size(); }

void check_shape(const char* what, Var x, Index k) {
  if (x.rank() < 1 || x.shape()[x.rank() - 1] != k)
    throw std::invalid_argument(std::string(what) + " has shape " + x.shape().str() +
                                ", expected a last axis of " + std::to_string(k));
}

void check_inside_simplex(Var x, Index k) {
  check_shape("log_prob of RelaxedOneHotCategorical: x", x, k);
  check_parameter("log_prob of RelaxedOneHotCategorical: x", x,
                  "a positive number; where it underflows use log_prob_of_logits",
                  [](Real v) { return v > 0; });
  // A softmax is off from a sum of 1 by a few u; what was rounded to fewer digits by somebody else by more.
  const Real off_one = std::sqrt(std::numeric_limits<Real>::epsilon());
  const std::span<const Real> all = x.value();
  for (std::size_t at = 0; at < all.size(); at += static_cast<std::size_t>(k)) {
    Real total = 0;
    for (const Real v : all.subspan(at, static_cast<std::size_t>(k))) total += v;
    if (!(std::abs(total - 1) <= off_one)) {
      std::ostringstream text;
      text << "log_prob of " << name << ": x from [" << at << "] on adds up to " << total << ", expected 1";
      throw std::invalid_argument(text.str());
    }
  }
}

}  // namespace

RelaxedOneHotCategorical::RelaxedOneHotCategorical(const Categorical& i, Var t) : index(i), temperature(t) {
  check_parameter("RelaxedOneHotCategorical: temperature", t, "a positive finite number",
                  [](Real v) { return (v > 0) & (v < std::numeric_limits<Real>::infinity()); });
  shape();
}

RelaxedOneHotCategorical::RelaxedOneHotCategorical(const Categorical& i, Real t)
    : RelaxedOneHotCategorical(i, i.tape().constant(t)) {}

Shape RelaxedOneHotCategorical::shape() const {
  const Shape batch = broadcast(index.shape(), temperature.shape(), name);
  const int rank = batch.rank();
  std::array<Index, Shape::max_rank + 1> extents{};
  for (int i = 0; i < rank; ++i) extents[static_cast<std::size_t>(i)] = batch[i];
  extents[static_cast<std::size_t>(rank)] = index.support_size();
  return Shape(extents.data(), rank + 1);
}

// The temperature broadcasts along the new axis by itself.
RelaxedOneHotCategorical RelaxedOneHotCategorical::repeated(Index n) const {
  return {Categorical(broadcast_to(index.logits, with_first_axis(n, shape()))), temperature};
}

RelaxedOneHotCategorical RelaxedOneHotCategorical::detached() const {
  return {index.detached(), stop_gradient(temperature)};
}

Var RelaxedOneHotCategorical::logits_from_noise(Var noise) const {
  return (index.logits + noise) / as_column(temperature);
}

Var RelaxedOneHotCategorical::from_noise(Var noise) const { return softmax(logits_from_noise(noise), -1); }

// A constant added to s or y adds nothing to a logarithm of a softmax.
Var log_prob_of_logits(const RelaxedOneHotCategorical& q, Var y) {
  const Index k = coordinates(q);
  check_shape("log_prob_of_logits of RelaxedOneHotCategorical: y", y, k);
  double log_factorial = 0;
  for (Index i = 2; i < k; ++i) log_factorial += std::log(static_cast<double>(i));
  const Var s = q.index.logits - as_column(q.temperature) * y;
  return sum(log_softmax(s, -1), -1) +
         (static_cast<Real>(k - 1) * log(q.temperature) + static_cast<Real>(log_factorial));
}

Var log_prob(const RelaxedOneHotCategorical& q, Var x) {
  check_inside_simplex(x, coordinates(q));
  const Var y = log(x);
  return log_prob_of_logits(q, y) - sum(y, -1);
}

Var sample(const RelaxedOneHotCategorical& q, Philox& random) {
  return stop_gradient(q.from_noise(q.noise(random)));
}

static_assert(Reparametrised<RelaxedOneHotCategorical> && !FiniteSupport<RelaxedOneHotCategorical>);

}  // namespace doxa
