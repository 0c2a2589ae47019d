#include "doxa/distributions/relaxed_one_hot_categorical.h"

#include <cmath>
#include <limits>

#include "doxa/distributions/internal/arguments.h"

namespace doxa {
namespace {

// x [...] as [..., 1], so that the one number of an event broadcasts to all coordinates of the event.
Var as_column(Var x) { return x.rank() == 0 ? x : reshape(x, with_last_axis(x.shape(), 1)); }

}  // namespace

RelaxedOneHotCategorical::RelaxedOneHotCategorical(const Categorical& i, Var t) : index(i), temperature(t) {
  check_parameter("RelaxedOneHotCategorical: temperature", t, "a positive finite number",
                  [](Real v) { return (v > 0) & (v < std::numeric_limits<Real>::infinity()); });
  shape();
}

RelaxedOneHotCategorical::RelaxedOneHotCategorical(const Categorical& i, Real t)
    : RelaxedOneHotCategorical(i, i.tape().constant(t)) {}

Shape RelaxedOneHotCategorical::shape() const {
  return with_last_axis(broadcast(index.shape(), temperature.shape(), {"RelaxedOneHotCategorical", tape()}),
                        index.support_size());
}

// The temperature needs no copies: it broadcasts along the new axis.
RelaxedOneHotCategorical RelaxedOneHotCategorical::repeated(Index n) const {
  return {Categorical(broadcast_to(index.logits, with_first_axis(n, shape()))), temperature};
}

RelaxedOneHotCategorical RelaxedOneHotCategorical::detached() const {
  return {index.detached(), stop_gradient(temperature)};
}

Var RelaxedOneHotCategorical::logits_from_noise(Var noise) const {
  shape_with_values({"rsample", tape()}, shape(), "the noise", noise.shape());
  const Var column = as_column(temperature);
  return (index.logits + noise) / column;
}

Var RelaxedOneHotCategorical::from_noise(Var noise) const { return softmax(logits_from_noise(noise), -1); }

// The logits need not be normalised: a constant added to all s_i or all y_i leaves log_softmax as it is.
Var log_prob_of_logits(const RelaxedOneHotCategorical& q, Var y) {
  const Index k = q.index.support_size();
  check_last_axis("log_prob_of_logits of RelaxedOneHotCategorical: y", y, k);
  shape_with_values({"log_prob", q.tape()}, q.shape(), "the value", y.shape());
  double log_factorial = 0;
  for (Index i = 2; i < k; ++i) log_factorial += std::log(static_cast<double>(i));
  const Var s = q.index.logits - as_column(q.temperature) * y;
  const Var log_volume = static_cast<Real>(k - 1) * log(q.temperature) + static_cast<Real>(log_factorial);
  return sum(log_softmax(s, -1), -1) + log_volume;
}

Var log_prob(const RelaxedOneHotCategorical& q, Var x) {
  check_last_axis("log_prob of RelaxedOneHotCategorical: x", x, q.index.support_size());
  check_parameter("log_prob of RelaxedOneHotCategorical: x", x,
                  "a positive number; where it underflows use log_prob_of_logits",
                  [](Real v) { return v > 0; });
  check_sums_of_rows("log_prob of RelaxedOneHotCategorical: x", x);
  const Var y = log(x);
  const Var log_jacobian = sum(y, -1);
  return log_prob_of_logits(q, y) - log_jacobian;
}

Var sample(const RelaxedOneHotCategorical& q, Philox& random) {
  return stop_gradient(q.from_noise(q.noise(random)));
}

static_assert(Reparametrised<RelaxedOneHotCategorical> && !FiniteSupport<RelaxedOneHotCategorical>);

}  // namespace doxa
