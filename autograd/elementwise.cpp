#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "doxa/autograd/internal/exp_minus_square.h"
#include "doxa/autograd/internal/long_sum.h"
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

// A broadcast element-wise op on N operands: an inner loop over n elements, in which each operand steps by 1
// or by 0, repeated over up to three outer axes.
template <std::size_t N>
struct Loops {
  using Strides = std::array<Index, N + 1>;  // of the operands, and last of y
  Index n = 1;
  Strides step{};
  std::array<Index, 3> count{1, 1, 1};
  std::array<Strides, 3> stride{};
};

template <std::size_t N>
Loops<N> loops(const std::array<Shape, N>& operands, const Shape& y) {
  Loops<N> l;
  if (std::all_of(operands.begin(), operands.end(), [&](const Shape& s) { return s == y; })) {
    l.n = y.size();
    l.step.fill(1);
    return l;
  }
  // Axes from the last to the first. An axis is merged with the one inside it if the strides of all operands
  // allow it.
  struct Axis {
    Index extent;
    typename Loops<N>::Strides stride;
  };
  std::array<Axis, Shape::max_rank> axes{};
  std::size_t used = 0;
  typename Loops<N>::Strides size;
  size.fill(1);
  for (int i = 0; i < y.rank(); ++i) {
    Axis axis{y[y.rank() - 1 - i], {}};
    for (std::size_t k = 0; k <= N; ++k) {
      const Shape& shape = k < N ? operands[k] : y;
      const int at = shape.rank() - 1 - i;
      const Index extent = at < 0 ? 1 : shape[at];
      axis.stride[k] = extent == axis.extent ? size[k] : 0;
      size[k] *= extent;
    }
    if (axis.extent == 1) continue;
    if (used > 0) {
      Axis& inner = axes[used - 1];
      bool joins = true;
      for (std::size_t k = 0; k < N; ++k) joins &= axis.stride[k] == inner.stride[k] * inner.extent;
      if (joins) {
        inner.extent *= axis.extent;
        continue;
      }
    }
    axes[used++] = axis;
  }
  if (used == 0) return l;  // one element
  l.n = axes[0].extent;
  l.step = axes[0].stride;
  for (std::size_t i = 1; i < used; ++i) {
    l.count[i - 1] = axes[i].extent;
    l.stride[i - 1] = axes[i].stride;
  }
  return l;
}

// Calls f(at) for each row, where at[k] is where the row of operand k begins, and at[N] that of y.
template <std::size_t N, class F>
void for_each_row(const Loops<N>& l, F f) {
  typename Loops<N>::Strides at;
  for (Index k = 0; k < l.count[2]; ++k)
    for (Index j = 0; j < l.count[1]; ++j)
      for (Index i = 0; i < l.count[0]; ++i) {
        for (std::size_t m = 0; m <= N; ++m)
          at[m] = i * l.stride[0][m] + j * l.stride[1][m] + k * l.stride[2][m];
        f(at);
      }
}

// For a rule that adds to the adjoint of operand k row by row.
LongSums sums_of_rows(const Record& r, std::size_t k) {
  const auto operand = static_cast<int>(k);
  const Index n = r.size(operand);
  return LongSums(r, operand, n > 0 ? r.size() / n : 0);
}

// Calls f(begin, end) for pieces of a row, each of which may be added up one after another.
template <class F>
void for_each_piece(Index n, F f) {
  for (Index begin = 0, end; begin < n; begin = end) f(begin, end = std::min(n, begin + sum_block));
}

// Operands of equal shape: a single row.
template <Binary op>
Var alike(const char* name, const Shape& shape, Var a, Var b) {
  constexpr auto i = static_cast<std::size_t>(op);
  return record(
      name, shape, {a, b},
      [](Record& r) { r.kernels().binary[i](r.size(), r.value(0), 1, r.value(1), 1, r.value()); },
      [](Record& r) {
        const Kernels& k = r.kernels();
        const Index n = r.size();
        const Real *xa = r.value(0), *xb = r.value(1), *y = r.value(), *g = r.adjoint();
        const bool for_a = r.needs_gradient(0), for_b = r.needs_gradient(1);
        if (for_a && for_b) {
          const auto [da, add_a] = r.whole_adjoint(0);
          const auto [db, add_b] = r.whole_adjoint(1);
          if (da + n <= db || db + n <= da)
            return k.binary_adjoints[i](n, xa, xb, y, g, da, add_a, db, add_b);
          if (!add_a) std::fill_n(da, n, Real{0});  // the operands are the same, or views of the same
          k.binary_adjoint_a[i](n, xa, 1, xb, 1, y, g, da);
          k.binary_adjoint_b[i](n, xa, 1, xb, 1, y, g, db);
        } else if (for_a) {
          k.binary_adjoint_a[i](n, xa, 1, xb, 1, y, g, r.adjoint(0));
        } else if (for_b) {
          k.binary_adjoint_b[i](n, xa, 1, xb, 1, y, g, r.adjoint(1));
        }
      });
}

template <Binary op>
Var binary(const char* name, Var a, Var b) {
  constexpr auto i = static_cast<std::size_t>(op);
  const Shape &sa = a.shape(), &sb = b.shape();
  if (sa == sb) return alike<op>(name, sa, a, b);
  return record(
      name, broadcast(sa, sb, {name, a.tape()}), {a, b},
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

// An op given by two formulas: y_i = value(x_i), and dx_i += slope(x_i, g_i) where g_i is not 0.
template <class Value, class Slope>
Var mapped(const char* name, Var x, Value value, Slope slope) {
  return record(
      name, x.shape(), {x},
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = value(r.value(0)[i]);
      },
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          if (const Real g = r.adjoint()[i]; g != 0) r.adjoint(0)[i] += slope(r.value(0)[i], g);
      });
}

// y = a^b                                                      da += g b a^(b-1),  db += g a^b log a
// with the values at a = 0 that ops.h states. A power that is 0 wins over a factor that is infinite, as it
// does in the limit.
template <class T>
T slope_in_base(T a, T b) {
  if (b == 0 || (a == 0 && b > 0 && b < 1)) return 0;
  const T power = std::pow(a, b - 1);
  return power == 0 ? 0 : b * power;
}
template <class T>
T slope_in_exponent(T a, T b) {
  const T power = std::pow(a, b);
  return a >= 0 && (power == 0 || (a == 0 && b == 0)) ? 0 : power * std::log(a);
}
// A slope that leaves the range of Real may come back into it as a multiple of g: most systems have a wider long double.
[[gnu::noinline]] Real wide_to_base(Real a, Real b, Real g) {
  return static_cast<Real>(g * slope_in_base<long double>(a, b));
}
[[gnu::noinline]] Real wide_to_exponent(Real a, Real b, Real g) {
  return static_cast<Real>(g * slope_in_exponent<long double>(a, b));
}
Real to_base(Real a, Real b, Real g) {
  const Real product = g * slope_in_base(a, b);
  return product != 0 && std::isfinite(product) ? product : wide_to_base(a, b, g);
}
Real to_exponent(Real a, Real b, Real g) {
  const Real product = g * slope_in_exponent(a, b);
  return product != 0 && std::isfinite(product) ? product : wide_to_exponent(a, b, g);
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

Var pow(Var base, Real exponent) {
  return mapped(
      "pow", base, [=](Real a) { return std::pow(a, exponent); },
      [=](Real a, Real g) { return to_base(a, exponent, g); });
}
Var pow(Real base, Var exponent) {
  return mapped(
      "pow", exponent, [=](Real b) { return std::pow(base, b); },
      [=](Real b, Real g) { return to_exponent(base, b, g); });
}
Var pow(Var base, Var exponent) {
  return record(
      "pow", broadcast(base.shape(), exponent.shape(), {"pow", base.tape()}), {base, exponent},
      [](Record& r) {
        const auto l = loops<2>({r.shape(0), r.shape(1)}, r.shape());
        const Real *a = r.value(0), *b = r.value(1);
        Real* y = r.value();
        for_each_row(l, [&](const auto& at) {
          for (Index i = 0; i < l.n; ++i)
            y[at[2] + i] = std::pow(a[at[0] + i * l.step[0]], b[at[1] + i * l.step[1]]);
        });
      },
      [](Record& r) {
        const auto l = loops<2>({r.shape(0), r.shape(1)}, r.shape());
        const Real *a = r.value(0), *b = r.value(1), *g = r.adjoint();
        for (const std::size_t k : {std::size_t{0}, std::size_t{1}}) {
          if (!r.needs_gradient(static_cast<int>(k))) continue;
          const auto to_operand = k == 0 ? to_base : to_exponent;
          Real* d = r.adjoint(static_cast<int>(k));
          LongSums sums = sums_of_rows(r, k);
          for_each_row(l, [&](const auto& at) {
            for_each_piece(l.n, [&](Index begin, Index end) {
              for (Index i = begin; i < end; ++i)
                if (const Real g_i = g[at[2] + i]; g_i != 0)
                  d[at[k] + i * l.step[k]] +=
                      to_operand(a[at[0] + i * l.step[0]], b[at[1] + i * l.step[1]], g_i);
              sums.added_in_steps(at[k] + begin * l.step[k], end - begin, l.step[k]);
            });
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
    throw argument_error({"clamp", x.tape()},
                         "[" + std::to_string(lo) + ", " + std::to_string(hi) + "] is no interval");
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
