#include "doxa/distributions/one_hot_categorical.h"

#include <algorithm>
#include <cmath>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/distributions/internal/arguments.h"

namespace doxa {
namespace {

// Row i has a 1 at places[i] and zeros elsewhere.
Var with_ones_at(const std::vector<Index>& places, const Shape& shape, Tape& tape) {
  return tape.constant(shape, [&](std::span<Real> x) {
    std::ranges::fill(x, Real{0});
    const std::size_t k = x.size() / places.size();
    for (std::size_t row = 0; row < places.size(); ++row)
      x[row * k + static_cast<std::size_t>(places[row])] = 1;
  });
}

}  // namespace

// y = x l, or 0 where x = 0
// dx += g l,  dl += g x
Var log_prob(const OneHotCategorical& q, Var x) {
  check_last_axis("log_prob of OneHotCategorical: x", x, q.support_size());
  check_parameter("log_prob of OneHotCategorical: x", x, "a number that is not negative",
                  [](Real v) { return v >= 0; });
  check_sums_of_rows("log_prob of OneHotCategorical: x", x);
  const Shape shape = shape_with_values({"log_prob", q.tape()}, q.shape(), "x", x.shape());
  const Var terms = record(
      "one_hot_log_prob", shape, {x, q.index.log_probs()},
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
          if (g == 0) continue;
          if (v[i] != 0 || std::isfinite(l[i])) dv[i] += g * l[i];
          dl[i] += g * v[i];
        }
        all.add_sums();
      });
  return sum(terms, -1);
}

Var entropy(const OneHotCategorical& q) { return entropy(q.index); }
Var mean(const OneHotCategorical& q) { return q.index.probs(); }
Var variance(const OneHotCategorical& q) {
  const Var minus_of_others = expm1(q.index.log_probs());
  return -mean(q) * minus_of_others;
}

Var stddev(const OneHotCategorical& q) { return sqrt(variance(q)); }

Var OneHotCategorical::support() const {
  return with_ones_at(index.support(), with_first_axis(support_size(), shape()), tape());
}

Var sample(const OneHotCategorical& q, Philox& random) {
  return with_ones_at(sample(q.index, random), q.shape(), q.tape());
}

Var straight_through_sample(const OneHotCategorical& q, Philox& random) {
  const Var surrogate = mean(q);
  return straight_through(sample(q, random), surrogate);
}

Var kl_divergence(const OneHotCategorical& q, const OneHotCategorical& p) {
  return kl_divergence(q.index, p.index);
}

static_assert(FiniteSupport<OneHotCategorical> && !Reparametrised<OneHotCategorical>);

}  // namespace doxa
