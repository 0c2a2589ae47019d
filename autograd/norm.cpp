#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/internal/reduction.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// A power of two that brings numbers of this size near 1, as far as its inverse is a normal number too.
Real power_to_one(Real largest) {
  constexpr int most = std::numeric_limits<Real>::max_exponent - 3;
  int exponent = 0;
  if (std::isfinite(largest)) std::frexp(largest, &exponent);
  return std::ldexp(Real{1}, std::clamp(-exponent, -most, most));
}

// The derivative at a lane with infinite elements: they share it, and the others have none.
void add_infinite_direction(const Lanes& l, const Real* x, Real g, Real* dx) {
  Real count = 0;
  for (Index j = 0; j < l.n * l.inner; j += l.inner) count += std::isinf(x[j]) ? Real{1} : Real{0};
  for (Index j = 0; j < l.n * l.inner; j += l.inner)
    if (std::isinf(x[j])) dx[j] += std::copysign(g / std::sqrt(count), g * x[j]);
}

// y = sqrt(Σ_j x_j²)                                                         dx_j += g x_j / y
// The x_j of each lane are first multiplied by a power of two c that brings the largest near 1. Of the scaled
// numbers, `root` is the norm.
Var norm(const Reduction& of) {
  const Lanes l = of.lanes;
  Real* scaled = of.x.tape().scratch<Real>(l.size());
  Real* c = of.x.tape().scratch<Real>(l.count());
  Real* root = of.x.tape().scratch<Real>(l.count());
  return record(
      "norm", of.shape, {of.x},
      [=](Record& r) {
        const Kernels& k = r.kernels();
        k.lane_max(l, r.value(0), c);
        k.lane_min(l, r.value(0), root);
        for (Index i = 0; i < l.count(); ++i) c[i] = l.n > 0 ? power_to_one(std::max(c[i], -root[i])) : 1;
        k.lane_scale(l, c, r.value(0), scaled);
        k.lane_dot(l, scaled, scaled, root);
        for (Index i = 0; i < l.count(); ++i) r.value()[i] = (root[i] = std::sqrt(root[i])) / c[i];
      },
      [=](Record& r) {
        for (Index o = 0; o < l.outer; ++o)
          for (Index i = 0; i < l.inner; ++i) {
            const Index lane = o * l.inner + i, at = o * l.n * l.inner + i;
            const Real g = r.adjoint()[lane];
            if (g == 0 || root[lane] == 0) continue;
            if (std::isinf(root[lane])) {
              add_infinite_direction(l, r.value(0) + at, g, r.adjoint(0) + at);
              continue;
            }
            const Real slope = g / root[lane];
            for (Index j = at; j < at + l.n * l.inner; j += l.inner) r.adjoint(0)[j] += slope * scaled[j];
          }
      });
}

// y = Σ_j x_j²                                                               dx_j += 2 g x_j
Var squared_norm(const Reduction& of) {
  const Lanes l = of.lanes;
  return record(
      "squared_norm", of.shape, {of.x},
      [=](Record& r) { r.kernels().lane_dot(l, r.value(0), r.value(0), r.value()); },
      [=](Record& r) {
        Real* slopes = r.workspace(l.count());
        r.kernels().affine(l.count(), 2, Real{-0.0}, r.adjoint(), slopes);
        r.kernels().lane_add_scaled(l, slopes, r.value(0), r.adjoint(0));
      });
}

}  // namespace

Var norm(Var x) { return norm(over_all(x)); }
Var norm(Var x, const AxisList& axes, bool keepdims) { return norm(over(x, axes, keepdims, "norm")); }

Var squared_norm(Var x) { return squared_norm(over_all(x)); }
Var squared_norm(Var x, const AxisList& axes, bool keepdims) {
  return squared_norm(over(x, axes, keepdims, "squared_norm"));
}

}  // namespace doxa
