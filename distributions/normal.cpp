#include "doxa/distributions/normal.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/distributions/internal/arguments.h"
#include "doxa/distributions/kernels/normal_kernels.h"

namespace doxa {
namespace {

bool is_scale(Real s) { return (s > 0) & (s < std::numeric_limits<Real>::infinity()); }

// The formulas and their derivatives are in kernels/normal_kernels.inl.
const NormalKernels& kernels_of(const Record& r) { return normal_kernels(r.kernels().set); }

Var positive_scale(Var scale) {
  check_parameter("Normal: scale", scale, "a positive finite number", is_scale);
  return scale;
}

}  // namespace

Normal::Normal(Var l, Var s) : Normal(l, positive_scale(s), log(s)) {}

Normal Normal::from_log_scale(Var loc, Var log_scale) {
  const Var scale = exp(log_scale);
  // Up to here exponentials are positive and finite, and need not be looked at one by one.
  constexpr Real largest = sizeof(Real) == 8 ? 700 : 87;
  if (!log_scale.tape().kernels().all_between(log_scale.size(), -largest, largest,
                                              log_scale.value().data()) &&
      !std::ranges::all_of(scale.value(), is_scale))
    check_parameter("Normal: log_scale", log_scale, "a number whose exponential is positive and finite",
                    [](Real l) { return is_scale(std::exp(l)); });
  return Normal(loc, scale, log_scale);
}

Shape Normal::shape() const { return broadcast(loc.shape(), scale.shape(), {"Normal", tape()}); }

// The scale needs no copies: it broadcasts along the new axis.
Normal Normal::repeated(Index n) const {
  return Normal(broadcast_to(loc, with_first_axis(n, shape())), scale, log_scale);
}

Normal Normal::detached() const {
  return Normal{stop_gradient(loc), stop_gradient(scale), stop_gradient(log_scale)};
}

Var Normal::from_noise(Var noise) const {
  return record(
      "rsample", shape_with_values({"rsample", tape()}, shape(), "the noise", noise.shape()),
      {loc, scale, noise},
      [](Record& r) {
        const Broadcast<3> x(r);
        r.kernels().multiply_add(r.size(), x.value[0], x.value[1], x.value[2], r.value());
      },
      [](Record& r) {
        const Broadcast<3> x(r, adjoints);
        const auto& d = x.adjoint;
        r.kernels().multiply_add_adjoint(r.size(), x.value[1], x.value[2], r.adjoint(), d[0], d[1], d[2]);
        x.add_sums();
      });
}

Var log_prob(const Normal& q, Var x) {
  return record(
      "normal_log_prob", shape_with_values({"log_prob", q.tape()}, q.shape(), "x", x.shape()),
      {x, q.loc, q.scale, q.log_scale},
      [](Record& r) {
        const auto& [v, loc, scale, log_scale] = Broadcast<4>(r).value;
        kernels_of(r).log_prob(r.size(), v, loc, scale, log_scale, r.value());
      },
      [](Record& r) {
        const Broadcast<4> all(r, adjoints);
        const auto& [v, loc, scale, log_scale] = all.value;
        const auto& [dv, dloc, dscale, dlog_scale] = all.adjoint;
        kernels_of(r).log_prob_adjoint(r.size(), v, loc, scale, r.adjoint(), dv, dloc, dscale, dlog_scale);
        all.add_sums();
      });
}

Var entropy(const Normal& q) {
  const Var per_scale = q.log_scale + (half_log_2pi + Real{0.5});
  // The entropy does not depend on loc, but its shape does.
  const Shape shape = q.shape();
  return per_scale.shape() == shape ? per_scale : per_scale + q.loc.tape().constant(shape, Real{0});
}

Var mean(const Normal& q) { return broadcast_to(q.loc, q.shape()); }
Var stddev(const Normal& q) { return broadcast_to(q.scale, q.shape()); }
Var variance(const Normal& q) { return square(stddev(q)); }

Var sample(const Normal& q, Philox& random) { return stop_gradient(q.from_noise(q.noise(random))); }

Var kl_divergence(const Normal& q, const Normal& p) {
  const auto pair = [](const auto& v) { return NormalKernels::Pair{v[0], v[1], v[2], v[3], v[4], v[5]}; };
  return record(
      "normal_kl", broadcast(q.shape(), p.shape(), {"kl_divergence", q.tape()}),
      {q.loc, q.scale, q.log_scale, p.loc, p.scale, p.log_scale},
      [=](Record& r) {
        const Broadcast<6> x(r);
        kernels_of(r).kl(r.size(), pair(x.value), r.value());
      },
      [=](Record& r) {
        const Broadcast<6> x(r, adjoints);
        const auto& d = x.adjoint;
        kernels_of(r).kl_adjoint(r.size(), pair(x.value), r.adjoint(), {d[0], d[2], d[3], d[5]});
        x.add_sums();
      });
}

Var log_prob(const DiagonalNormal& q, Var x) { return sum(log_prob(q.element, x), -1); }
Var entropy(const DiagonalNormal& q) { return sum(entropy(q.element), -1); }
Var mean(const DiagonalNormal& q) { return mean(q.element); }
Var stddev(const DiagonalNormal& q) { return stddev(q.element); }
Var variance(const DiagonalNormal& q) { return variance(q.element); }
Var sample(const DiagonalNormal& q, Philox& random) { return sample(q.element, random); }
Var kl_divergence(const DiagonalNormal& q, const DiagonalNormal& p) {
  return sum(kl_divergence(q.element, p.element), -1);
}

static_assert(Reparametrised<Normal> && Reparametrised<DiagonalNormal>);

}  // namespace doxa
