#include <cmath>
#include <limits>

#include "doxa/autograd/internal/log_total.h"
#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/internal/reduction.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// y = scale Σ_j x_j                                                          dx_j += scale g
Var sum(const char* name, const Reduction& of, Real divisor) {
  return record(
      name, of.shape, {of.x},
      [&](Record& r) {
        r.kernels().lane_sum(of.lanes, r.value(0), r.value());
        if (divisor != 1)
          for (Index i = 0; i < r.size(); ++i) r.value()[i] /= divisor;
      },
      [l = of.lanes, divisor](Record& r) {
        r.kernels().lane_add(l, 1 / divisor, r.adjoint(), r.adjoint(0));
      });
}

Var mean(const Reduction& of) { return sum("mean", of, static_cast<Real>(of.lanes.n)); }

// y = Σ_j (x_j - m)² / n with the mean m                                     dx_j += g 2 (x_j - m) / n
// ∂m/∂x drops out because Σ_j (x_j - m) = 0.
Var variance(const Reduction& of) {
  const Lanes l = of.lanes;
  Real* deviation = of.x.tape().scratch<Real>(l.size());
  Real* c = of.x.tape().scratch<Real>(l.count());
  const Real n = static_cast<Real>(l.n);
  return record(
      "variance", of.shape, {of.x},
      [=](Record& r) {
        r.kernels().lane_sum(l, r.value(0), c);
        for (Index i = 0; i < l.count(); ++i) c[i] /= n;
        r.kernels().lane_subtract(l, c, r.value(0), deviation);
        // Again, because the mean was rounded: equal numbers have the variance 0.
        r.kernels().lane_sum(l, deviation, c);
        for (Index i = 0; i < l.count(); ++i) c[i] /= n;
        r.kernels().lane_subtract(l, c, deviation, deviation);
        r.kernels().lane_dot(l, deviation, deviation, r.value());
        for (Index i = 0; i < l.count(); ++i) r.value()[i] /= n;
      },
      [=](Record& r) {
        bool finite = true;
        for (Index i = 0; i < l.count(); ++i) finite &= std::isfinite(c[i] = 2 * r.adjoint()[i] / n);
        if (finite) return r.kernels().lane_add_scaled(l, c, deviation, r.adjoint(0));
        // The standard deviation sqrt(y) has an infinite slope at y = 0, where all d_j are 0: its gradient is
        // 0.
        for (Index at = 0; at < l.size(); ++at)
          if (const Index i = at / (l.n * l.inner) * l.inner + at % l.inner; c[i] != 0 && deviation[at] != 0)
            r.adjoint(0)[at] +=
                std::isfinite(c[i]) ? c[i] * deviation[at] : r.adjoint()[i] / n * (2 * deviation[at]);
      });
}

// y = max_j x_j (or min)                                                     dx_j += g / ties  where x_j = y
// In a lane with a NaN, y is NaN, and the NaNs count as the elements that attain it.
Var extremum(const char* name, void (*Kernels::*fold)(const Lanes&, const Real*, Real*),
             const Reduction& of) {
  if (of.lanes.n == 0 && of.lanes.count() > 0)
    throw argument_error({name, of.x.tape()}, "of no elements, in shape " + of.x.shape().str());
  return record(
      name, of.shape, {of.x}, [&](Record& r) { (r.kernels().*fold)(of.lanes, r.value(0), r.value()); },
      [l = of.lanes](Record& r) {
        for (Index o = 0; o < l.outer; ++o)
          for (Index i = 0; i < l.inner; ++i) {
            const Real* x = r.value(0) + o * l.n * l.inner + i;
            Real* dx = r.adjoint(0) + o * l.n * l.inner + i;
            const Real y = r.value()[o * l.inner + i];
            const auto attains = [&](Index j) { return x[j] == y || std::isnan(x[j]); };
            Index ties = 0;
            for (Index j = 0; j < l.n * l.inner; j += l.inner) ties += attains(j);
            const Real share = r.adjoint()[o * l.inner + i] / static_cast<Real>(ties);
            for (Index j = 0; j < l.n * l.inner; j += l.inner)
              if (attains(j)) dx[j] += share;
          }
      });
}

// A sum of cotangents, or a multiple of one, divided by a total. If it is 0, so is the quotient, even if the
// total is NaN or 0.
Real per_total(Real g, Real total) { return g == 0 ? 0 : g / total; }

// Softmax and its relatives are computed from the weights w_j = e^(x_j - m) and their total s = Σ_j w_j. The
// shift m is the largest x_j, so that nothing overflows. If that is inf, the weights are those of the limit:
// equal for all x_j = inf, and 0 for the others. If it is -inf or NaN, m = 0. The weights are kept for the
// derivative, which then needs no exponential.
struct Exponentials {
  Lanes lanes;
  Real *weights, *shift, *total;

  Exponentials(Tape& tape, const Lanes& l)
      : lanes(l),
        weights(tape.scratch<Real>(l.size())),
        shift(tape.scratch<Real>(l.count())),
        total(tape.scratch<Real>(l.count())) {}

  // Computes shifted_j = x_j - m, then w and s. `shifted` may be the memory of the weights.
  void compute(const Kernels& k, const Real* x, Real* shifted) const {
    constexpr Real infinity = std::numeric_limits<Real>::infinity();
    k.lane_max(lanes, x, shift);
    bool infinite = false;
    for (Index i = 0; i < lanes.count(); ++i) {
      infinite |= shift[i] == infinity;
      shift[i] = shift[i] > -infinity ? shift[i] : 0;
    }
    k.lane_subtract(lanes, shift, x, shifted);
    if (infinite)  // inf - inf is NaN
      for (Index at = 0; at < lanes.size(); ++at)
        if (x[at] == infinity) shifted[at] = 0;
    k.unary[static_cast<int>(Unary::exp)](lanes.size(), shifted, weights);
    k.lane_sum(lanes, weights, total);
  }
};

// y = log Σ_j e^x_j = m + log s                                              dx_j += g w_j / s
// If s = 0, and so y = -inf, all weights are zero, and so is the gradient.
Var logsumexp(const Reduction& of) {
  const Exponentials e(of.x.tape(), of.lanes);
  return record(
      "logsumexp", of.shape, {of.x},
      [=](Record& r) {
        e.compute(r.kernels(), r.value(0), e.weights);
        log_total(r.kernels(), e.lanes, e.weights, e.total, r.value());
        r.kernels().add_scaled(r.size(), 1, e.shift, r.value());
      },
      [=](Record& r) {
        Real* c = e.shift;
        for (Index i = 0; i < r.size(); ++i)
          c[i] = e.total[i] == 0 ? 0 : per_total(r.adjoint()[i], e.total[i]);
        r.kernels().lane_add_scaled(e.lanes, c, e.weights, r.adjoint(0));
      });
}

// y_j = (x_j - m) - log s                                                    dx_j += g_j - w_j / s Σ_k g_k
// If w_j is nearly all of s, the two terms nearly cancel. Element j is then computed
// without the parts that cancel,
//   dx_j += [g_j Σ_{k≠j} w_k - w_j Σ_{k≠j} g_k] / s.
Var log_softmax(Var x, const Lanes& l) {
  const Exponentials e(x.tape(), l);
  return record(
      "log_softmax", x.shape(), {x},
      [=](Record& r) {
        e.compute(r.kernels(), r.value(0), r.value());
        log_total(r.kernels(), l, e.weights, e.total, e.shift);
        r.kernels().lane_subtract(l, e.shift, r.value(), r.value());
      },
      [=](Record& r) {
        Real *c = e.shift, *dx = r.adjoint(0), *at_largest = r.workspace(l.count());
        for (Index i = 0; i < l.count(); ++i) {
          if (!is_saturated(e.total[i])) continue;
          const Index at = i / l.inner * l.n * l.inner + i % l.inner;
          const WithoutLargest w = without_largest(l, e.weights + at);
          LongSum others;
          for (Index j = 0; j < l.n; ++j) others += j == w.largest ? 0 : r.adjoint()[at + j * l.inner];
          const Index largest = at + w.largest * l.inner;
          at_largest[i] = dx[largest] + (r.adjoint()[largest] * w.total - others) / e.total[i];
        }
        r.kernels().lane_sum(l, r.adjoint(), c);
        for (Index i = 0; i < l.count(); ++i) c[i] = per_total(c[i], -e.total[i]);
        r.kernels().add_scaled(r.size(), 1, r.adjoint(), dx);
        r.kernels().lane_add_scaled(l, c, e.weights, dx);
        for (Index i = 0; i < l.count(); ++i) {
          if (!is_saturated(e.total[i])) continue;
          const Index at = i / l.inner * l.n * l.inner + i % l.inner;
          dx[at + without_largest(l, e.weights + at).largest * l.inner] = at_largest[i];
        }
      });
}

// Σ_j g_j y_j of lane i, where a cotangent g_j = 0 adds 0 even if y_j is NaN.
Real dot_where_reached(const Lanes& l, Index i, const Real* g, const Real* y) {
  Real total = 0;
  const Index first = i / l.inner * l.n * l.inner + i % l.inner;
  for (Index at = first; at < first + l.n * l.inner; at += l.inner)
    if (g[at] != 0) total += g[at] * y[at];
  return total;
}

// y_j = w_j / s                                                              dx_j += y_j (g_j - Σ_k g_k y_k)
Var softmax(Var x, const Lanes& l) {
  const Exponentials e(x.tape(), l);
  return record(
      "softmax", x.shape(), {x},
      [=](Record& r) {
        e.compute(r.kernels(), r.value(0), e.weights);
        for (Index i = 0; i < l.count(); ++i) e.total[i] = 1 / e.total[i];
        r.kernels().lane_scale(l, e.total, e.weights, r.value());
      },
      [=](Record& r) {
        r.kernels().lane_dot(l, r.adjoint(), r.value(), e.shift);
        for (Index i = 0; i < l.count(); ++i)
          if (std::isnan(e.shift[i])) e.shift[i] = dot_where_reached(l, i, r.adjoint(), r.value());
        r.kernels().lane_add_deviation(l, e.shift, r.value(), r.adjoint(), r.adjoint(0));
      });
}

// An op that keeps the shape: axes that were moved to the end are moved back.
Var in_place(Var (*op)(Var, const Lanes&), Var x, const AxisList& axes, const char* name) {
  const Reduction of = over(x, axes, true, name);
  const Var y = op(of.x, of.lanes);
  if (!of.moved) return y;
  const AxisList order = moved_last(x.shape(), axes.of(x.shape(), name));
  AxisList back;
  for (int axis = 0; axis < order.count(); ++axis)
    for (int i = 0; i < order.count(); ++i)
      if (order[i] == axis) back.append(i);
  return permute(y, back);
}

}  // namespace

Var sum(Var x) { return sum("sum", over_all(x), 1); }
Var sum(Var x, const AxisList& axes, bool keepdims) { return sum("sum", over(x, axes, keepdims, "sum"), 1); }

Var mean(Var x) { return mean(over_all(x)); }
Var mean(Var x, const AxisList& axes, bool keepdims) { return mean(over(x, axes, keepdims, "mean")); }

Var variance(Var x) { return variance(over_all(x)); }
Var variance(Var x, const AxisList& axes, bool keepdims) {
  return variance(over(x, axes, keepdims, "variance"));
}

Var min(Var x) { return extremum("min", &Kernels::lane_min, over_all(x)); }
Var min(Var x, const AxisList& axes, bool keepdims) {
  return extremum("min", &Kernels::lane_min, over(x, axes, keepdims, "min"));
}
Var max(Var x) { return extremum("max", &Kernels::lane_max, over_all(x)); }
Var max(Var x, const AxisList& axes, bool keepdims) {
  return extremum("max", &Kernels::lane_max, over(x, axes, keepdims, "max"));
}

Var logsumexp(Var x) { return logsumexp(over_all(x)); }
Var logsumexp(Var x, const AxisList& axes, bool keepdims) {
  return logsumexp(over(x, axes, keepdims, "logsumexp"));
}

Var softmax(Var x) { return softmax(x, over_all(x).lanes); }
Var softmax(Var x, const AxisList& axes) { return in_place(&softmax, x, axes, "softmax"); }
Var log_softmax(Var x) { return log_softmax(x, over_all(x).lanes); }
Var log_softmax(Var x, const AxisList& axes) { return in_place(log_softmax, x, axes, "log_softmax"); }

}  // namespace doxa
