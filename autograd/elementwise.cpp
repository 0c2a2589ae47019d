#include <array>

#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// The values and derivatives stand in kernels/derivatives.def.
template <Unary op>
Var unary(const char* name, Var x) {
  constexpr auto i = static_cast<std::size_t>(op);
  return record(
      name, x.shape(), {x}, [](Record& r) { r.kernels().unary[i](r.size(), r.value(0), r.value()); },
      [](Record& r) {
        r.kernels().unary_adjoint[i](r.size(), r.value(0), r.value(), r.adjoint(), r.adjoint(0));
      });
}

// A broadcast element-wise op as inner loops over n elements, in which each operand steps by 1 or by 0,
// repeated over up to three outer axes.
struct Loops {
  Index n = 1, step_a = 1, step_b = 1;
  std::array<Index, 3> count{1, 1, 1}, stride_a{}, stride_b{}, stride_y{};
};

Loops loops(const Shape& a, const Shape& b, const Shape& y) {
  Loops l;
  if (a == b) {
    l.n = y.size();
    return l;
  }
  // Axes from the last to the first; an axis joins the one inside it where both operands allow it.
  struct Axis {
    Index extent, a, b, y;
  };
  std::array<Axis, Shape::max_rank> axes{};
  int used = 0;
  Index size_a = 1, size_b = 1, size_y = 1;
  for (int i = 0; i < y.rank(); ++i) {
    const int ia = a.rank() - 1 - i, ib = b.rank() - 1 - i;
    const Index extent = y[y.rank() - 1 - i], ea = ia < 0 ? 1 : a[ia], eb = ib < 0 ? 1 : b[ib];
    const Axis axis{extent, ea == extent ? size_a : 0, eb == extent ? size_b : 0, size_y};
    size_a *= ea;
    size_b *= eb;
    size_y *= extent;
    if (extent == 1) continue;
    if (used > 0) {
      Axis& inner = axes[static_cast<std::size_t>(used - 1)];
      if (axis.a == inner.a * inner.extent && axis.b == inner.b * inner.extent) {
        inner.extent *= extent;
        continue;
      }
    }
    axes[static_cast<std::size_t>(used++)] = axis;
  }
  if (used == 0) return l;  // one element
  l.n = axes[0].extent;
  l.step_a = axes[0].a;
  l.step_b = axes[0].b;
  for (std::size_t i = 1; i < static_cast<std::size_t>(used); ++i) {
    l.count[i - 1] = axes[i].extent;
    l.stride_a[i - 1] = axes[i].a;
    l.stride_b[i - 1] = axes[i].b;
    l.stride_y[i - 1] = axes[i].y;
  }
  return l;
}

template <class F>
void for_each_row(const Loops& l, F f) {
  for (Index k = 0; k < l.count[2]; ++k)
    for (Index j = 0; j < l.count[1]; ++j)
      for (Index i = 0; i < l.count[0]; ++i)
        f(i * l.stride_a[0] + j * l.stride_a[1] + k * l.stride_a[2],
          i * l.stride_b[0] + j * l.stride_b[1] + k * l.stride_b[2],
          i * l.stride_y[0] + j * l.stride_y[1] + k * l.stride_y[2]);
}

template <Binary op>
Var binary(const char* name, Var a, Var b) {
  constexpr auto i = static_cast<std::size_t>(op);
  return record(
      name, broadcast(a.shape(), b.shape(), name), {a, b},
      [](Record& r) {
        const Loops l = loops(r.shape(0), r.shape(1), r.shape());
        const auto f = r.kernels().binary[i];
        const Real *xa = r.value(0), *xb = r.value(1);
        Real* y = r.value();
        for_each_row(
            l, [&](Index ia, Index ib, Index iy) { f(l.n, xa + ia, l.step_a, xb + ib, l.step_b, y + iy); });
      },
      [](Record& r) {
        const Loops l = loops(r.shape(0), r.shape(1), r.shape());
        const Real *xa = r.value(0), *xb = r.value(1), *y = r.value(), *g = r.adjoint();
        if (r.needs_gradient(0)) {
          const auto f = r.kernels().binary_adjoint_a[i];
          Real* d = r.adjoint(0);
          for_each_row(l, [&](Index ia, Index ib, Index iy) {
            f(l.n, xa + ia, l.step_a, xb + ib, l.step_b, y + iy, g + iy, d + ia);
          });
        }
        if (r.needs_gradient(1)) {
          const auto f = r.kernels().binary_adjoint_b[i];
          Real* d = r.adjoint(1);
          for_each_row(l, [&](Index ia, Index ib, Index iy) {
            f(l.n, xa + ia, l.step_a, xb + ib, l.step_b, y + iy, g + iy, d + ib);
          });
        }
      });
}

// y = scale x + shift
Var affine(const char* name, Var x, Real scale, Real shift) {
  return record(
      name, x.shape(), {x},
      [=](Record& r) { r.kernels().affine(r.size(), scale, shift, r.value(0), r.value()); },
      [=](Record& r) { r.kernels().add_scaled(r.size(), scale, r.adjoint(), r.adjoint(0)); });
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
Var operator/(Var a, Real b) { return a / a.tape().constant(b); }
Var operator/(Real a, Var b) { return b.tape().constant(a) / b; }

Var operator-(Var x) { return unary<Unary::negate>("negate", x); }
Var exp(Var x) { return unary<Unary::exp>("exp", x); }
Var log(Var x) { return unary<Unary::log>("log", x); }
Var tanh(Var x) { return unary<Unary::tanh>("tanh", x); }
Var sigmoid(Var x) { return unary<Unary::sigmoid>("sigmoid", x); }
Var softplus(Var x) { return unary<Unary::softplus>("softplus", x); }
Var square(Var x) { return unary<Unary::square>("square", x); }
Var sqrt(Var x) { return unary<Unary::sqrt>("sqrt", x); }

}  // namespace doxa
