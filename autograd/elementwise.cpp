#include <algorithm>
#include <cmath>
#include <numbers>

#include "doxa/autograd/internal/element_loops.h"
#include "doxa/autograd/internal/exp_minus_square.h"
#include "doxa/autograd/internal/number_text.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// The formulas of values and derivatives are in kernels/derivatives.def.
template <Unary op>
Var unary(const char* name, Var x) {
  constexpr auto i = static_cast<std::size_t>(op);
  return record(
      name, x.shape(), {x}, [](Record& r) { r.kernels().unary[i](r.size(), r.value(0), r.value()); },
      [](Record& r) {
        const auto [dx, add] = r.whole_adjoint(0);
        const auto f = add ? r.kernels().unary_adjoint[i] : r.kernels().unary_product[i];
        f(r.size(), r.value(0), r.value(), r.adjoint(), dx);
      });
}

// The adjoints of operands 0 and 1, which have y's shape.
template <Binary op>
void differentiate_alike(const Record& r) {
  constexpr auto i = static_cast<std::size_t>(op);
  const Kernels& k = r.kernels();
  const Index n = r.size();
  const Real *xa = r.value(0), *xb = r.value(1), *y = r.value(), *g = r.adjoint();
  const bool for_a = r.needs_gradient(0), for_b = r.needs_gradient(1);
  if (for_a && for_b) {
    const auto [da, add_a] = r.whole_adjoint(0);
    const auto [db, add_b] = r.whole_adjoint(1);
    if (da + n <= db || db + n <= da) return k.binary_adjoints[i](n, xa, xb, y, g, da, add_a, db, add_b);
    if (!add_a) std::fill_n(da, n, Real{0});  // the operands are the same, or views of the same
    k.binary_adjoint_a[i](n, xa, 1, xb, 1, y, g, da);
    k.binary_adjoint_b[i](n, xa, 1, xb, 1, y, g, db);
  } else if (for_a) {
    k.binary_adjoint_a[i](n, xa, 1, xb, 1, y, g, r.adjoint(0));
  } else if (for_b) {
    k.binary_adjoint_b[i](n, xa, 1, xb, 1, y, g, r.adjoint(1));
  }
}

// Operands of equal shape: a single row.
template <Binary op>
Var alike(const char* name, const Shape& shape, Var a, Var b) {
  constexpr auto i = static_cast<std::size_t>(op);
  return record(
      name, shape, {a, b},
      [](Record& r) { r.kernels().binary[i](r.size(), r.value(0), 1, r.value(1), 1, r.value()); },
      [](Record& r) { differentiate_alike<op>(r); });
}

template <Binary op>
[[gnu::noinline]] Var broadcasting(const char* name, Var a, Var b) {
  constexpr auto i = static_cast<std::size_t>(op);
  return record(
      name, broadcast(a.shape(), b.shape(), {name, a.tape()}), {a, b},
      [](Record& r) {
        const auto l = loops<2>({r.shape(0), r.shape(1)}, r.shape());
        const auto f = r.kernels().binary[i];
        const Real *xa = r.value(0), *xb = r.value(1);
        Real* y = r.value();
        for_each_row(
            l, [&](const auto& at) { f(l.n, xa + at[0], l.step[0], xb + at[1], l.step[1], y + at[2]); });
      },
      [](Record& r) {
        const auto l = loops<2>({r.shape(0), r.shape(1)}, r.shape());
        const Real *xa = r.value(0), *xb = r.value(1), *y = r.value(), *g = r.adjoint();
        Kernels::Adjoint* const f[] = {r.kernels().binary_adjoint_a[i], r.kernels().binary_adjoint_b[i]};
        for (std::size_t k = 0; k < 2; ++k) {
          if (!r.needs_gradient(static_cast<int>(k))) continue;
          Real* d = r.adjoint(static_cast<int>(k));
          LongSums sums = sums_of_rows(r, k);
          for_each_row(l, [&](const auto& at) {
            f[k](l.n, xa + at[0], l.step[0], xb + at[1], l.step[1], y + at[2], g + at[2], d + at[k]);
            sums.added(at[k], l.step[k] ? l.n : 1);
          });
          sums.finish();
        }
      });
}

template <Binary op>
Var binary(const char* name, Var a, Var b) {
  const Shape &sa = a.shape(), &sb = b.shape();
  return sa == sb ? alike<op>(name, sa, a, b) : broadcasting<op>(name, a, b);
}

// One operand is a number, which needs no record of its own.
template <Binary op>
Var binary(const char* name, Var a, Real b) {
  constexpr auto i = static_cast<std::size_t>(op);
  return record(
      name, a.shape(), {a},
      [=](Record& r) { r.kernels().binary[i](r.size(), r.value(0), 1, &b, 0, r.value()); },
      [=](Record& r) {
        r.kernels().binary_adjoint_a[i](r.size(), r.value(0), 1, &b, 0, r.value(), r.adjoint(), r.adjoint(0));
      });
}

template <Binary op>
Var binary(const char* name, Real a, Var b) {
  constexpr auto i = static_cast<std::size_t>(op);
  return record(
      name, b.shape(), {b},
      [=](Record& r) { r.kernels().binary[i](r.size(), &a, 0, r.value(0), 1, r.value()); },
      [=](Record& r) {
        r.kernels().binary_adjoint_b[i](r.size(), &a, 0, r.value(0), 1, r.value(), r.adjoint(), r.adjoint(0));
      });
}

// y = scale x + shift                                                        dx += scale g
Var affine(const char* name, Var x, Real scale, Real shift) {
  return record(
      name, x.shape(), {x},
      [=](Record& r) { r.kernels().affine(r.size(), scale, shift, r.value(0), r.value()); },
      [=](Record& r) {
        const auto [dx, add] = r.whole_adjoint(0);
        if (!std::isfinite(scale)) {  // 0 times it is NaN
          for (Index i = 0; i < r.size(); ++i)
            dx[i] = (add ? dx[i] : 0) + (r.adjoint()[i] == 0 ? 0 : scale * r.adjoint()[i]);
          return;
        }
        if (add)
          r.kernels().add_scaled(r.size(), scale, r.adjoint(), dx);
        else
          r.kernels().affine(r.size(), scale, Real{-0.0}, r.adjoint(), dx);
      });
}

}  // namespace

Var operator+(Var a, Var b) { return binary<Binary::add>("add", a, b); }
Var operator-(Var a, Var b) { return binary<Binary::subtract>("subtract", a, b); }
Var operator*(Var a, Var b) { return binary<Binary::multiply>("multiply", a, b); }
Var operator/(Var a, Var b) { return binary<Binary::divide>("divide", a, b); }

Var operator+(Var a, Real b) { return affine("add", a, 1, b); }
Var operator+(Real a, Var b) { return affine("add", b, 1, a); }
Var operator-(Var a, Real b) { return affine("subtract", a, 1, -b); }
Var operator-(Real a, Var b) { return affine("subtract", b, -1, a); }
// Adding -0 changes nothing, where adding +0 would turn -0 into +0.
Var operator*(Var a, Real b) { return affine("multiply", a, b, Real{-0.0}); }
Var operator*(Real a, Var b) { return affine("multiply", b, a, Real{-0.0}); }
Var operator/(Var a, Real b) { return binary<Binary::divide>("divide", a, b); }
Var operator/(Real a, Var b) { return binary<Binary::divide>("divide", a, b); }

Var operator-(Var x) { return unary<Unary::negate>("negate", x); }
Var exp(Var x) { return unary<Unary::exp>("exp", x); }
Var expm1(Var x) { return unary<Unary::expm1>("expm1", x); }
Var log(Var x) { return unary<Unary::log>("log", x); }
Var log1p(Var x) { return unary<Unary::log1p>("log1p", x); }
Var square(Var x) { return unary<Unary::square>("square", x); }
Var sqrt(Var x) { return unary<Unary::sqrt>("sqrt", x); }
Var reciprocal(Var x) { return unary<Unary::reciprocal>("reciprocal", x); }
Var abs(Var x) { return unary<Unary::abs>("abs", x); }
Var sin(Var x) { return unary<Unary::sin>("sin", x); }
Var cos(Var x) { return unary<Unary::cos>("cos", x); }
Var tanh(Var x) { return unary<Unary::tanh>("tanh", x); }
Var sigmoid(Var x) { return unary<Unary::sigmoid>("sigmoid", x); }
Var softplus(Var x) { return unary<Unary::softplus>("softplus", x); }
Var log_sigmoid(Var x) { return unary<Unary::log_sigmoid>("log_sigmoid", x); }
Var log1mexp(Var x) { return unary<Unary::log1mexp>("log1mexp", x); }
Var log_tanh_slope(Var x) { return unary<Unary::log_tanh_slope>("log_tanh_slope", x); }
Var relu(Var x) { return unary<Unary::relu>("relu", x); }
Var elu(Var x) { return unary<Unary::elu>("elu", x); }
Var silu(Var x) { return unary<Unary::silu>("silu", x); }

// y = erf x                                                                  dx += g 2/sqrt(π) e^(-x²)
Var erf(Var x) {
  return mapped(
      "erf", x, [](Real v) { return std::erf(v); },
      [](Real v, Real g) {
        return g * static_cast<Real>(2 * std::numbers::inv_sqrtpi * exp_minus_square(static_cast<double>(v)));
      });
}

// y = a b + c                                                     da += g b,  db += g a,  dc += g
Var multiply_add(Var a, Var b, Var c) {
  const Shape &sa = a.shape(), &sb = b.shape(), &sc = c.shape();
  if (sa == sb && sa == sc)
    return record(
        "multiply_add", sa, {a, b, c},
        [](Record& r) { r.kernels().multiply_add(r.size(), r.value(2), r.value(0), r.value(1), r.value()); },
        [](Record& r) {
          if (r.needs_gradient(2)) {
            const auto [dc, add] = r.whole_adjoint(2);
            if (add)
              r.kernels().add_scaled(r.size(), 1, r.adjoint(), dc);
            else
              std::copy_n(r.adjoint(), r.size(), dc);
          }
          differentiate_alike<Binary::multiply>(r);
        });
  const OpName op("multiply_add", a.tape());
  return record(
      "multiply_add", broadcast(broadcast(sa, sb, op), sc, op), {a, b, c},
      [](Record& r) {
        const auto l = loops<3>({r.shape(0), r.shape(1), r.shape(2)}, r.shape());
        const Real *xa = r.value(0), *xb = r.value(1), *xc = r.value(2);
        Real* y = r.value();
        for_each_row(l, [&](const auto& at) {
          for (Index i = 0; i < l.n; ++i)
            y[at[3] + i] = xa[at[0] + i * l.step[0]] * xb[at[1] + i * l.step[1]] + xc[at[2] + i * l.step[2]];
        });
      },
      [](Record& r) {
        const auto l = loops<3>({r.shape(0), r.shape(1), r.shape(2)}, r.shape());
        const Kernels& k = r.kernels();
        constexpr auto multiply = static_cast<std::size_t>(Binary::multiply);
        constexpr auto add = static_cast<std::size_t>(Binary::add);
        Kernels::Adjoint* const f[] = {k.binary_adjoint_a[multiply], k.binary_adjoint_b[multiply],
                                       k.binary_adjoint_a[add]};
        const Real *y = r.value(), *g = r.adjoint();
        for (std::size_t m = 0; m < 3; ++m) {
          if (!r.needs_gradient(static_cast<int>(m))) continue;
          // Of a sum of two operands c is the first; what the other is does not matter.
          const std::size_t first = m < 2 ? 0 : 2, second = m < 2 ? 1 : 2;
          const Real *x1 = r.value(static_cast<int>(first)), *x2 = r.value(static_cast<int>(second));
          Real* d = r.adjoint(static_cast<int>(m));
          LongSums sums = sums_of_rows(r, m);
          for_each_row(l, [&](const auto& at) {
            f[m](l.n, x1 + at[first], l.step[first], x2 + at[second], l.step[second], y + at[3], g + at[3],
                 d + at[m]);
            sums.added(at[m], l.step[m] ? l.n : 1);
          });
          sums.finish();
        }
      });
}

Var minimum(Var a, Var b) { return binary<Binary::minimum>("minimum", a, b); }
Var minimum(Var a, Real b) { return binary<Binary::minimum>("minimum", a, b); }
Var minimum(Real a, Var b) { return binary<Binary::minimum>("minimum", a, b); }
Var maximum(Var a, Var b) { return binary<Binary::maximum>("maximum", a, b); }
Var maximum(Var a, Real b) { return binary<Binary::maximum>("maximum", a, b); }
Var maximum(Real a, Var b) { return binary<Binary::maximum>("maximum", a, b); }

Var clamp(Var x, Real lo, Real hi) {
  if (!(lo <= hi))
    throw argument_error({"clamp", x.tape()}, "[" + to_text(static_cast<double>(lo)) + ", " +
                                                  to_text(static_cast<double>(hi)) + "] is no interval");
  return mapped(
      "clamp", x, [=](Real v) { return v < lo   ? lo
                                       : v > hi ? hi
                                                : v; },
      [=](Real v, Real g) { return v < lo || v > hi ? Real{0} : g; });
}

Var where(Var condition, Var a, Var b) {
  const OpName op("where", a.tape());
  const Shape shape = broadcast(broadcast(condition.shape(), a.shape(), op), b.shape(), op);
  return record(
      "where", shape, {stop_gradient(condition), a, b},
      [](Record& r) {
        const auto l = loops<3>({r.shape(0), r.shape(1), r.shape(2)}, r.shape());
        const Real *c = r.value(0), *xa = r.value(1), *xb = r.value(2);
        Real* y = r.value();
        for_each_row(l, [&](const auto& at) {
          for (Index i = 0; i < l.n; ++i)
            y[at[3] + i] =
                c[at[0] + i * l.step[0]] != 0 ? xa[at[1] + i * l.step[1]] : xb[at[2] + i * l.step[2]];
        });
      },
      [](Record& r) {
        const auto l = loops<3>({r.shape(0), r.shape(1), r.shape(2)}, r.shape());
        const Real *c = r.value(0), *g = r.adjoint();
        for (const int k : {1, 2}) {
          if (!r.needs_gradient(k)) continue;
          Real* d = r.adjoint(k);
          const auto m = static_cast<std::size_t>(k);
          LongSums sums = sums_of_rows(r, m);
          for_each_row(l, [&](const auto& at) {
            for_each_piece(l.n, [&](Index begin, Index end) {
              for (Index i = begin; i < end; ++i)  // the side that was not chosen receives nothing
                if ((c[at[0] + i * l.step[0]] != 0) == (k == 1)) d[at[m] + i * l.step[m]] += g[at[3] + i];
              sums.added_in_steps(at[m] + begin * l.step[m], end - begin, l.step[m]);
            });
          });
          sums.finish();
        }
      });
}
Var where(const Tensor& condition, Var a, Var b) { return where(a.tape().constant(condition), a, b); }

}  // namespace doxa
