#include "doxa/distributions/one_hot_categorical.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/broadcast.h"

namespace doxa {
namespace {

// A softmax is off from a sum of 1 by a few u; what was rounded to fewer digits by somebody else by more.
const Real off_one = std::sqrt(std::numeric_limits<Real>::epsilon());

void check_value(Var x, Index k) {
  if (x.rank() < 1 || x.shape()[x.rank() - 1] != k)
    throw std::invalid_argument("log_prob of OneHotCategorical: x has shape " + x.shape().str() +
                                ", expected a last axis of " + std::to_string(k));
  const std::span<const Real> all = x.value();
  for (std::size_t at = 0; at < all.size(); at += static_cast<std::size_t>(k)) {
    Real total = 0;
    for (const Real v : all.subspan(at, static_cast<std::size_t>(k)))
      total += v >= 0 ? v : std::numeric_limits<Real>::quiet_NaN();
    if (!(std::abs(total - 1) <= off_one))
      throw std::invalid_argument(
          "log_prob of OneHotCategorical: x from [" + std::to_string(at) +
          "] on is not one-hot: expected numbers that are not negative and add up to 1");
  }
}

// Row i has its 1 at places[i].
Var with_ones_at(const std::vector<Index>& places, const Shape& shape, Tape& tape) {
  return tape.constant(shape, [&](std::span<Real> x) {
    std::ranges::fill(x, Real{0});
    const std::size_t k = x.size() / places.size();
    for (std::size_t row = 0; row < places.size(); ++row)
      x[row * k + static_cast<std::size_t>(places[row])] = 1;
  });
}

}  // namespace

// y = x l, and 0 where x = 0                                                 dx += g l,  dl += g x
Var log_prob(const OneHotCategorical& q, Var x) {
  const Var log_probs = q.index.log_probs();
  check_value(x, log_probs.shape()[log_probs.rank() - 1]);
  const Var terms = record(
      "one_hot_log_prob", broadcast(x.shape(), log_probs.shape(), "log_prob"), {x, log_probs},
      [](Record& r) {
        const auto& [v, l] = Broadcast<2>(r).value;
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = v[i] == 0 ? 0 : v[i] * l[i];
      },
      [](Record& r) {
        const Broadcast<2> all(r, adjoints);
        const auto& [v, l] = all.value;
        const auto& [dv, dl] = all.adjoint;
        for (Index i = 0; i < r.size(); ++i) {
          const Real g = r.adjoint()[i];
          if (v[i] != 0 || std::isfinite(l[i])) dv[i] += g * l[i];
          dl[i] += g * v[i];
        }
        all.add_sums();
      });
  return sum(terms, -1);
}

Var entropy(const OneHotCategorical& q) { return entropy(q.index); }
Var mean(const OneHotCategorical& q) { return softmax(q.index.logits, -1); }
Var variance(const OneHotCategorical& q) { return -mean(q) * expm1(q.index.log_probs()); }

Var stddev(const OneHotCategorical& q) { return sqrt(variance(q)); }

Var OneHotCategorical::support() const {
  return with_ones_at(index.support(), with_first_axis(support_size(), shape()), tape());
}

Var sample(const OneHotCategorical& q, Philox& random) {
  return with_ones_at(sample(q.index, random), q.shape(), q.tape());
}

Var straight_through_sample(const OneHotCategorical& q, Philox& random) {
  return straight_through(sample(q, random), mean(q));
}

Var kl_divergence(const OneHotCategorical& q, const OneHotCategorical& p) {
  return kl_divergence(q.index, p.index);
}

static_assert(FiniteSupport<OneHotCategorical> && !Reparametrised<OneHotCategorical>);

}  // namespace doxa
