#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/internal/reduction.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// A product from which factors can be taken out again, whatever they are, and which leaves the range of Real
// only where it is read: m 2^e, and the number of factors that are zero, infinite and NaN.
class Product {
 public:
  void multiply(Real x) {
    count(x, 1);
    const Factor f(x);
    rescale(m_ * f.m, e_ + f.e);
  }
  void divide(Real x) {
    count(x, -1);
    const Factor f(x);
    rescale(m_ / f.m, e_ - f.e);
  }
  /// g times the product
  Real times(Real g) const {
    if (zeros_ > 0 && infinities_ > 0) return std::numeric_limits<Real>::quiet_NaN();
    if (nans_ > 0) return std::numeric_limits<Real>::quiet_NaN();
    if (zeros_ > 0) return g * std::copysign(Real{0}, m_);
    if (infinities_ > 0) return g * std::copysign(std::numeric_limits<Real>::infinity(), m_);
    int exponent = 0, exponent_of_g = 0;
    if (std::isfinite(g)) g = std::frexp(g, &exponent_of_g);  // g m would lose the digits of a subnormal g
    const Real m = std::frexp(g * m_, &exponent);
    const Index e = e_ + exponent + exponent_of_g, most = 4 * std::numeric_limits<Real>::max_exponent;
    return std::ldexp(m, static_cast<int>(std::clamp(e, -most, most)));
  }

 private:
  void count(Real x, Index n) {
    zeros_ += x == 0 ? n : 0;
    infinities_ += std::isinf(x) ? n : 0;
    nans_ += std::isnan(x) ? n : 0;
  }
  // What m and e take of x: of zero, infinity and NaN the sign.
  struct Factor {
    int e = 0;
    Real m;
    explicit Factor(Real x)
        : m(x == 0 || !std::isfinite(x) ? std::copysign(Real{1}, x) : std::frexp(x, &e)) {}
  };
  void rescale(Real m, Index e) {
    int exponent = 0;
    m_ = std::frexp(m, &exponent);
    e_ = e + exponent;
  }

  Real m_ = 1;
  Index e_ = 0, zeros_ = 0, infinities_ = 0, nans_ = 0;
};

// y = Π_j x_j                                                                dx_j += g Π_{k≠j} x_k
Var prod(const Reduction& of) {
  const auto product_of_lane = [l = of.lanes](const Real* x) {
    Product all;
    for (Index j = 0; j < l.n * l.inner; j += l.inner) all.multiply(x[j]);
    return all;
  };
  return record(
      "prod", of.shape, {of.x},
      [=, l = of.lanes](Record& r) {
        for (Index i = 0; i < l.count(); ++i)
          r.value()[i] = product_of_lane(r.value(0) + i / l.inner * l.n * l.inner + i % l.inner).times(1);
      },
      [=, l = of.lanes](Record& r) {
        for (Index i = 0; i < l.count(); ++i) {
          const Real g = r.adjoint()[i];
          if (g == 0) continue;
          const Index at = i / l.inner * l.n * l.inner + i % l.inner;
          const Real* x = r.value(0) + at;
          const Product all = product_of_lane(x);
          for (Index j = 0; j < l.n * l.inner; j += l.inner) {
            Product others = all;
            others.divide(x[j]);
            r.adjoint(0)[at + j] += others.times(g);
          }
        }
      });
}

}  // namespace

Var prod(Var x) { return prod(over_all(x)); }
Var prod(Var x, const AxisList& axes, bool keepdims) { return prod(over(x, axes, keepdims, "prod")); }

}  // namespace doxa
