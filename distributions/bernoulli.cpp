#include "doxa/distributions/bernoulli.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/distributions/internal/arguments.h"
#include "doxa/distributions/internal/boundary_probs.h"

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
  if (std::isinf(a)) return 0;
  if (a > saturated) return times_sigmoid(-a, 1 + a);
  const Real z = elementary::exp(-a);
  return elementary::log1p(z) + a * z / (1 + z);
}

Real variance_times(Real l, Real y) {
  return std::isinf(l) ? 0 : times_sigmoid(-std::abs(l), sigmoid(std::abs(l)) * y);
}

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

// The divergence is that of a coin that always shows the same, -log p of what it shows, if l is infinite. If
// only k is, q shows what is impossible under p.
Real divergence(Real l, Real k) {
  if (std::isinf(l)) return l > 0 ? softplus(-k) : softplus(k);
  if (std::isinf(k)) return std::numeric_limits<Real>::infinity();
  return kl_term(l, k) + kl_term(-l, -k);
}

// σ(k) - σ(l) = σ(l) σ(-k) (e^(k-l) - 1)
Real difference(Real l, Real k) {
  if (std::abs(k - l) <= 1) return times_sigmoid(l, sigmoid(-k) * elementary::expm1(k - l));
  return l > 0 && k > 0 ? sigmoid(-l) - sigmoid(-k) : sigmoid(k) - sigmoid(l);
}

bool is_certain(Real p) { return p == 0 || p == 1; }

// y, element by element, with its derivatives where the coin's probability is 0 or 1: slope(i, p_i).
template <class Slope>
Var with_certain_slopes(Var y, const Bernoulli& q, Slope slope) {
  if (!q.certain_probs) return y;
  const Var p = q.shape() == y.shape() ? *q.certain_probs : broadcast_to(*q.certain_probs, y.shape());
  return with_boundary_slopes(y, p, [slope](Index i, const Real* all, const Real*, const Real* g) -> Real {
    return g[i] == 0 || !is_certain(all[i]) ? 0 : g[i] * slope(i, all[i]);
  });
}

}  // namespace

Bernoulli::Bernoulli(Var l) : logits(finite_logits(l)) {}

Bernoulli Bernoulli::from_probs(Var p) {
  check_parameter("Bernoulli: probs", p, "a number from 0 to 1", [](Real x) { return (x >= 0) & (x <= 1); });
  const auto logits_of = [](Var x) {
    const Var log_of_zero = log1p(-x);
    return log(x) - log_of_zero;
  };
  if (!p.needs_gradient() || std::ranges::none_of(p.value(), is_certain))
    return {logits_of(p), std::nullopt, Checked{}};
  const Var certain = p.tape().constant(p.shape(), [&](std::span<Real> all) {
    std::ranges::transform(p.value(), all.begin(), [](Real x) -> Real { return is_certain(x); });
  });
  const Var inside = where(certain, stop_gradient(p), p);  // no gradient where it would be infinite
  return {logits_of(inside), p, Checked{}};
}

Bernoulli Bernoulli::repeated(Index n) const {
  const Shape all = with_first_axis(n, shape());
  std::optional<Var> certain;
  if (certain_probs) certain = broadcast_to(*certain_probs, all);
  return {broadcast_to(logits, all), certain, Checked{}};
}

Bernoulli Bernoulli::detached() const { return {stop_gradient(logits), std::nullopt, Checked{}}; }

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
  const Var y = record(
      "bernoulli_log_prob", shape, {q.logits, x},
      [=](Record& r) {
        const auto& [l, v] = Broadcast<2>(r).value;
        decayed(r, l, Unary::softplus);
        for (Index i = 0; i < r.size(); ++i)
          if (std::isinf(l[i]))
            r.value()[i] = v[i] == (l[i] > 0 ? 1 : 0) ? 0 : -std::numeric_limits<Real>::infinity();
          else
            r.value()[i] = (v[i] * l[i] - (l[i] > 0 ? l[i] : 0)) - w[i];
      },
      [=](Record& r) {
        const Broadcast<2> all(r, adjoints);
        const auto& [l, v] = all.value;
        const auto& [dl, dv] = all.adjoint;
        decayed(r, l, Unary::sigmoid);
        for (Index i = 0; i < r.size(); ++i) {
          const Real g = r.adjoint()[i];
          if (g == 0) continue;
          dl[i] += g * ((v[i] - (l[i] > 0 ? Real{1} : 0)) + (l[i] > 0 ? w[i] : -w[i]));
          if (std::isfinite(l[i]) || v[i] != (l[i] > 0 ? 1 : 0)) dv[i] += g * l[i];
        }
        all.add_sums();
      });
  if (!q.certain_probs) return y;
  // -1/(1 - p) at p = 0, and 1/p at p = 1
  const Real* v = broadcast_to(x, shape).value().data();
  return with_certain_slopes(y, q, [v](Index i, Real p) -> Real { return v[i] == p ? 2 * p - 1 : 0; });
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

Var mean(const Bernoulli& q) {
  return with_certain_slopes(sigmoid(q.logits), q, [](Index, Real) -> Real { return 1; });
}
Var variance(const Bernoulli& q) {
  const Var of_zero = sigmoid(-q.logits);
  return with_certain_slopes(sigmoid(q.logits) * of_zero, q, [](Index, Real p) -> Real { return 1 - 2 * p; });
}
Var stddev(const Bernoulli& q) {
  const Var log_of_zero = log_sigmoid(-q.logits);
  return exp(Real(0.5) * (log_sigmoid(q.logits) + log_of_zero));
}

Var sample(const Bernoulli& q, Philox& random) {
  return q.tape().constant(q.shape(), [&](std::span<Real> x) { random.bernoulli(q.logits.value(), x); });
}

Var straight_through_sample(const Bernoulli& q, Philox& random) {
  const Var surrogate = mean(q);
  return straight_through(sample(q, random), surrogate);
}

// y = Σ_x q(x) log(q(x) / p(x))
// dl += g σ(l) σ(-l) (l - k),  dk += g (σ(k) - σ(l))
Var kl_divergence(const Bernoulli& q, const Bernoulli& p) {
  const Var y = record(
      "bernoulli_kl", broadcast(q.shape(), p.shape(), {"kl_divergence", q.tape()}), {q.logits, p.logits},
      [](Record& r) {
        const auto& [l, k] = Broadcast<2>(r).value;
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = divergence(l[i], k[i]);
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
  if (!p.certain_probs) return y;
  // Where q is as certain: 1/(1 - p) at p = 0, and -1/p at p = 1.
  const Real* l = broadcast_to(q.logits, y.shape()).value().data();
  return with_certain_slopes(y, p, [l](Index i, Real of_p) -> Real {
    const Real of_q = l[i] > 0 ? 1 : 0;
    return std::isinf(l[i]) && of_q == of_p ? 1 - 2 * of_p : 0;
  });
}

static_assert(FiniteSupport<Bernoulli> && !Reparametrised<Bernoulli>);

}  // namespace doxa
