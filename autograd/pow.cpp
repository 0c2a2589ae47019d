#include <array>
#include <cmath>

#include "doxa/autograd/internal/element_loops.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

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
// A slope that leaves the range of Real may come back into it as a multiple of g: most systems have a wider
// long double.
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

}  // namespace

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

}  // namespace doxa
