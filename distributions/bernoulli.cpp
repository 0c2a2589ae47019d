#include "doxa/distributions/bernoulli.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/distributions/internal/arguments.h"

namespace doxa {
namespace {

using elementary::sigmoid;
using elementary::softplus;

// For |l| beyond it, 1 + e^-|l| rounds to 1.
constexpr Real saturated = Real(0.7) * std::numeric_limits<Real>::digits;

Var finite_logits(Var logits) {
  check_parameter("Bernoulli: logits", logits, "a finite number", [](Real l) { return std::isfinite(l); });
  return logits;
}

// σ(l) y. Where σ(l) is too small for a normal number it has lost digits, but its square root has not.
Real times_sigmoid(Real l, Real y) {
  if (l > -saturated) return sigmoid(l) * y;
  const Real root = elementary::exp(l / 2);
  return root * (root * y);
}

// H = log(1 + z) + a z / (1 + z) with a = |l| and z = e^-a
// dl -= g l z / (1 + z)²
Real entropy_of(Real l) {
  const Real a = std::abs(l);
  if (a > saturated) return times_sigmoid(-a, 1 + a);
  const Real z = elementary::exp(-a);
  return elementary::log1p(z) + a * z / (1 + z);
}

Real variance_times(Real l, Real y) { return times_sigmoid(-std::abs(l), sigmoid(std::abs(l)) * y); }

// log σ(k) - log σ(l). For k near l, from (1 + e^-k) / (1 + e^-l) = 1 + σ(-l) (e^(l-k) - 1).
Real log_ratio(Real l, Real k) {
  const Real d = k - l;
  if (std::abs(d) <= 1) return -elementary::log1p(times_sigmoid(-l, elementary::expm1(-d)));
  if (l < 0 && k < 0) return d + (softplus(l) - softplus(k));
  return softplus(-l) - softplus(-k);
}

// e^t - 1 - t for t <= 1
Real expm1_less(Real t) {
  if (std::abs(t) < Real(0.34)) return t * t * elementary::exp_series(t, t * t);
  return elementary::expm1(t) - t;
}

// One value's term of the divergence, σ(l) (e^t - 1 - t) with t = log(σ(k) / σ(l)), so that σ(l) e^t = σ(k).
// The sum of the two terms is the divergence, because the differences σ(k) - σ(l) of the two values add up to
// 0. A term is never negative, so no digits cancel however close l and k are.
Real kl_term(Real l, Real k) {
  const Real t = log_ratio(l, k);
  return t > 1 ? sigmoid(k) - times_sigmoid(l, 1 + t) : times_sigmoid(l, expm1_less(t));
}

// σ(k) - σ(l) = σ(l) σ(-k) (e^(k-l) - 1)
Real difference(Real l, Real k) {
  if (std::abs(k - l) <= 1) return times_sigmoid(l, sigmoid(-k) * elementary::expm1(k - l));
  return l > 0 && k > 0 ? sigmoid(-l) - sigmoid(-k) : sigmoid(k) - sigmoid(l);
}

}  // namespace

Bernoulli::Bernoulli(Var l) : logits(finite_logits(l)) {}

Bernoulli Bernoulli::from_probs(Var p) {
  check_parameter("Bernoulli: probs", p, "a number between 0 and 1",
                  [](Real x) { return (x > 0) & (x < 1); });
  return Bernoulli(log(p) - log1p(-p));
}

Bernoulli Bernoulli::repeated(Index n) const {
  return Bernoulli(broadcast_to(logits, with_first_axis(n, logits.shape())));
}

Bernoulli Bernoulli::detached() const { return Bernoulli(stop_gradient(logits)); }

Var Bernoulli::support() const {
  return tape().constant(with_first_axis(2, shape()), [](std::span<Real> x) {
    std::fill_n(x.begin(), x.size() / 2, Real{0});
    std::fill_n(x.rbegin(), x.size() / 2, Real{1});
  });
}

// y = x l - max(l, 0) - log(1 + e^-|l|)
// dl += g (x - σ(l)),  dx += g l
// For l > 0, x - σ(l) is computed as (x - 1) + σ(-l), and for l < 0 as (x - 0) - σ(l): at x = 1 and x = 0 the
// bracket is exactly 0, and the small logistic function keeps its digits. The same holds for x l - max(l, 0).
Var log_prob(const Bernoulli& q, Var x) {
  check_parameter("log_prob of Bernoulli: x", x, "a number from 0 to 1",
                  [](Real v) { return (v >= 0) & (v <= 1); });
  const Shape shape = shape_with_values({"log_prob", q.tape()}, q.shape(), "x", x.shape());
  Real* w = x.tape().scratch<Real>(shape.size());
  const auto decayed = [w](Record& r, const Real* l, Unary f) {
    for (Index i = 0; i < r.size(); ++i) w[i] = -std::abs(l[i]);
    r.kernels().unary[static_cast<int>(f)](r.size(), w, w);
  };
  return record(
      "bernoulli_log_prob", shape, {q.logits, x},
      [=](Record& r) {
        const auto& [l, v] = Broadcast<2>(r).value;
        decayed(r, l, Unary::softplus);
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = (v[i] * l[i] - (l[i] > 0 ? l[i] : 0)) - w[i];
      },
      [=](Record& r) {
        const Broadcast<2> all(r, adjoints);
        const auto& [l, v] = all.value;
        const auto& [dl, dv] = all.adjoint;
        decayed(r, l, Unary::sigmoid);
        for (Index i = 0; i < r.size(); ++i) {
          const Real g = r.adjoint()[i];
          if (g == 0) continue;
          dl[i] += g * ((v[i] - (l[i] > 0 ? Real{1} : 0)) + std::copysign(w[i], l[i]));
          dv[i] += g * l[i];
        }
        all.add_sums();
      });
}

Var entropy(const Bernoulli& q) {
  return record(
      "bernoulli_entropy", q.logits.shape(), {q.logits},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = entropy_of(r.value(0)[i]);
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) {
          const Real l = r.value(0)[i];
          if (r.adjoint()[i] != 0) r.adjoint(0)[i] -= r.adjoint()[i] * variance_times(l, l);
        }
      });
}

Var mean(const Bernoulli& q) { return sigmoid(q.logits); }
Var variance(const Bernoulli& q) { return sigmoid(q.logits) * sigmoid(-q.logits); }
Var stddev(const Bernoulli& q) { return exp(Real(0.5) * (log_sigmoid(q.logits) + log_sigmoid(-q.logits))); }

Var sample(const Bernoulli& q, Philox& random) {
  return q.tape().constant(q.shape(), [&](std::span<Real> x) { random.bernoulli(q.logits.value(), x); });
}

Var straight_through_sample(const Bernoulli& q, Philox& random) {
  return straight_through(sample(q, random), mean(q));
}

// y = Σ_x q(x) log(q(x) / p(x))
// dl += g σ(l) σ(-l) (l - k),  dk += g (σ(k) - σ(l))
Var kl_divergence(const Bernoulli& q, const Bernoulli& p) {
  return record(
      "bernoulli_kl", broadcast(q.shape(), p.shape(), {"kl_divergence", q.tape()}), {q.logits, p.logits},
      [](Record& r) {
        const auto& [l, k] = Broadcast<2>(r).value;
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = kl_term(l[i], k[i]) + kl_term(-l[i], -k[i]);
      },
      [](Record& r) {
        const Broadcast<2> all(r, adjoints);
        const auto& [l, k] = all.value;
        const auto& [dl, dk] = all.adjoint;
        for (Index i = 0; i < r.size(); ++i) {
          const Real g = r.adjoint()[i];
          if (g == 0) continue;
          dl[i] += g * variance_times(l[i], l[i] - k[i]);
          dk[i] += g * difference(l[i], k[i]);
        }
        all.add_sums();
      });
}

static_assert(FiniteSupport<Bernoulli> && !Reparametrised<Bernoulli>);

}  // namespace doxa
