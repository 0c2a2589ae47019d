#include <cmath>
#include <limits>

#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// An axis splits row-major memory into [outer, n, inner]: element j of lane (o, i) is x[(o n + j) inner + i].
// All elements are one lane, [1, size, 1].
struct Lanes {
  Index outer, n, inner;
};

Lanes lanes(const Shape& shape) { return {1, shape.size(), 1}; }

Lanes lanes(const Shape& shape, int axis) {
  Lanes l{1, shape[axis], 1};
  for (int i = 0; i < axis; ++i) l.outer *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) l.inner *= shape[i];
  return l;
}

Shape reduced(const Shape& shape, int axis, bool keepdims) {
  return keepdims ? shape.with(axis, 1) : shape.without(axis);
}

// Calls f(x of the lane, index of the lane in the reduced array, lane as [n] contiguous numbers).
template <class F>
void for_each_lane(const Lanes& l, F f) {
  for (Index o = 0; o < l.outer; ++o)
    for (Index i = 0; i < l.inner; ++i) f(o * l.n * l.inner + i, o * l.inner + i);
}

const Real* packed(const Lanes& l, const Real* x, Real* buffer) {
  if (l.inner == 1) return x;
  for (Index j = 0; j < l.n; ++j) buffer[j] = x[j * l.inner];
  return buffer;
}

// Σ_j x_j                                                                    dx_j += g
Var sum(Var x, const Lanes& l, const Shape& shape) {
  return record(
      "sum", shape, {x},
      [=](Record& r) {
        const Real* in = r.value(0);
        Real* y = r.value();
        for (Index o = 0; o < l.outer; ++o, in += l.n * l.inner, y += l.inner) {
          if (l.inner == 1) {
            *y = r.kernels().sum(l.n, in);
            continue;
          }
          for (Index i = 0; i < l.inner; ++i) y[i] = 0;
          for (Index j = 0; j < l.n; ++j) r.kernels().add_scaled(l.inner, 1, in + j * l.inner, y);
        }
      },
      [=](Record& r) {
        const Real* g = r.adjoint();
        Real* dx = r.adjoint(0);
        for (Index o = 0; o < l.outer; ++o, dx += l.n * l.inner, g += l.inner) {
          if (l.inner == 1)
            r.kernels().add_constant(l.n, *g, dx);
          else
            for (Index j = 0; j < l.n; ++j) r.kernels().add_scaled(l.inner, 1, g, dx + j * l.inner);
        }
      });
}

// log Σ_j e^x_j, as max + log Σ e^(x_j - max).
Real log_sum_exp(const Kernels& k, Index n, const Real* x) {
  const Real largest = k.maximum(n, x);
  if (!std::isfinite(largest)) return largest;
  return largest + elementary::log(k.sum_exp(n, x, largest));
}

// y = log Σ_j e^x_j                                                          dx_j += g e^(x_j - y)
// The weights e^(x_j - y) of a sum that is zero, y = -inf, are taken as 0.
Var logsumexp(Var x, const Lanes& l, const Shape& shape) {
  Real* buffer = x.tape().scratch<Real>(l.inner == 1 ? 0 : 2 * l.n);
  return record(
      "logsumexp", shape, {x},
      [=](Record& r) {
        for_each_lane(l, [&](Index at, Index i) {
          r.value()[i] = log_sum_exp(r.kernels(), l.n, packed(l, r.value(0) + at, buffer));
        });
      },
      [=](Record& r) {
        for_each_lane(l, [&](Index at, Index i) {
          if (r.value()[i] == -std::numeric_limits<Real>::infinity()) return;
          const Real* in = packed(l, r.value(0) + at, buffer);
          Real* dx = r.adjoint(0) + at;
          if (l.inner == 1) return r.kernels().softmax_add(l.n, in, r.value()[i], r.adjoint()[i], dx);
          Real* d = buffer + l.n;
          for (Index j = 0; j < l.n; ++j) d[j] = dx[j * l.inner];
          r.kernels().softmax_add(l.n, in, r.value()[i], r.adjoint()[i], d);
          for (Index j = 0; j < l.n; ++j) dx[j * l.inner] = d[j];
        });
      });
}

// y_j = x_j - log Σ_k e^x_k                                                  dx_j += g_j - e^y_j Σ_k g_k
Var log_softmax(Var x, const Lanes& l) {
  Real* buffer = x.tape().scratch<Real>(l.inner == 1 ? 0 : 3 * l.n);
  return record(
      "log_softmax", x.shape(), {x},
      [=](Record& r) {
        for_each_lane(l, [&](Index at, Index) {
          const Real *in = r.value(0) + at, lse = log_sum_exp(r.kernels(), l.n, packed(l, in, buffer));
          Real* y = r.value() + at;
          if (l.inner == 1) return r.kernels().affine(l.n, 1, -lse, in, y);
          for (Index j = 0; j < l.n; ++j) y[j * l.inner] = in[j * l.inner] - lse;
        });
      },
      [=](Record& r) {
        for_each_lane(l, [&](Index at, Index) {
          const Real *y = packed(l, r.value() + at, buffer), *g = packed(l, r.adjoint() + at, buffer + l.n);
          Real* dx = r.adjoint(0) + at;
          Real* d = l.inner == 1 ? dx : buffer + 2 * l.n;
          if (l.inner != 1)
            for (Index j = 0; j < l.n; ++j) d[j] = dx[j * l.inner];
          r.kernels().add_scaled(l.n, 1, g, d);
          r.kernels().softmax_add(l.n, y, 0, -r.kernels().sum(l.n, g), d);
          if (l.inner != 1)
            for (Index j = 0; j < l.n; ++j) dx[j * l.inner] = d[j];
        });
      });
}

}  // namespace

Var sum(Var x) { return sum(x, lanes(x.shape()), Shape{}); }
Var sum(Var x, int axis, bool keepdims) {
  axis = x.shape().axis(axis, "sum");
  return sum(x, lanes(x.shape(), axis), reduced(x.shape(), axis, keepdims));
}

Var mean(Var x) { return sum(x) / static_cast<Real>(x.size()); }
Var mean(Var x, int axis, bool keepdims) {
  axis = x.shape().axis(axis, "mean");
  return sum(x, axis, keepdims) / static_cast<Real>(x.shape()[axis]);
}

Var logsumexp(Var x) { return logsumexp(x, lanes(x.shape()), Shape{}); }
Var logsumexp(Var x, int axis, bool keepdims) {
  axis = x.shape().axis(axis, "logsumexp");
  return logsumexp(x, lanes(x.shape(), axis), reduced(x.shape(), axis, keepdims));
}

Var log_softmax(Var x) { return log_softmax(x, lanes(x.shape())); }
Var log_softmax(Var x, int axis) {
  return log_softmax(x, lanes(x.shape(), x.shape().axis(axis, "log_softmax")));
}

}  // namespace doxa
