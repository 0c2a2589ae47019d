// Tables and staircases: interpolation between knots is differentiable between them only, and the nearest
// entry of a table nowhere usefully. Press et al., "Numerical Recipes", §3.1; Bangaru et al., "Systematically
// differentiating parametric discontinuities", SIGGRAPH 2021.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

// sin at 1001 equidistant knots of [0, 8].
constexpr Index panels = 1000;
constexpr long double table_end = 8;
const std::array<Real, panels + 1>& sine_table() {
  static const auto table = [] {
    std::array<Real, panels + 1> t{};
    for (std::size_t i = 0; i < t.size(); ++i)
      t[i] = static_cast<Real>(std::sin(table_end * static_cast<long double>(i) / panels));
    return t;
  }();
  return table;
}

// The panel that x is in; the first or last outside, and for NaN.
template <class T>
std::size_t panel_of(T x) {
  const T place = x * (static_cast<T>(panels) / static_cast<T>(table_end));
  if (!(place > 0)) return 0;
  return static_cast<std::size_t>(std::min(place, static_cast<T>(panels - 1)));
}

Real interpolated(Real x) {
  const std::size_t i = panel_of(x);
  const Real share = x * (static_cast<Real>(panels) / static_cast<Real>(table_end)) - static_cast<Real>(i);
  return sine_table()[i] + share * (sine_table()[i + 1] - sine_table()[i]);
}
long double interpolated_slope(long double x) {
  const std::size_t i = panel_of(x);
  return (static_cast<long double>(sine_table()[i + 1]) - static_cast<long double>(sine_table()[i])) *
         panels / table_end;
}

Real nearest_entry(Real x) { return sine_table()[panel_of(x)]; }

// u_i v_j at whole i, j, bilinear between: the product itself, up to rounding, in 100 x 100 cells.
Real bilinear(Real u, Real v) {
  const Real i = std::floor(u * 100), j = std::floor(v * 100), s = u * 100 - i, t = v * 100 - j;
  const auto entry = [](Real a, Real b) { return (a / 100) * (b / 100); };
  return (1 - s) * ((1 - t) * entry(i, j) + t * entry(i, j + 1)) +
         s * ((1 - t) * entry(i + 1, j) + t * entry(i + 1, j + 1));
}
const ClosedForm bilinear_table{1, [](auto x, auto y) { y[0] = bilinear(x[0], x[1]); },
                                [](auto x, auto j) {
                                  j[0] = static_cast<long double>(x[1]);
                                  j[1] = static_cast<long double>(x[0]);
                                }};

// A price rounded to cents, of a quantity that grows as e^x.
Real in_cents(Real x) { return std::round(std::exp(x) * 100) / 100; }

}  // namespace

void add_tables(std::vector<Trouble>& to) {
  const std::string family = "tables";
  // In the middle half of a panel.
  const Draw inside_panels = [](Philox& random) {
    Tensor x(Shape{3});
    for (Real& x_i : x.span())
      x_i = static_cast<Real>(
          (static_cast<double>(random.uniform_index(panels)) + 0.25 + random.uniform() / 2) *
          static_cast<double>(table_end) / panels);
    return std::vector{x};
  };
  to.push_back({family,
                "sine by a table of 1000 panels",
                Kind::resolvable,
                "linear between knots 0.008 apart, with a kink at each",
                inside_panels,
                elementwise(interpolated, interpolated_slope),
                {},
                true});
  to.push_back({family, "nearest entry of a table", Kind::hopeless, "a staircase with steps of 0.008",
                inside_panels, elementwise(nearest_entry, [](long double x) { return std::cos(x); })});
  to.push_back({family, "a bilinear table", Kind::resolvable, "the formula changes from cell to cell",
                scalars({{0.1, 0.9}, {0.1, 0.9}}), closed_form(bilinear_table)});
  to.push_back({family, "prices in cents", Kind::hopeless, "a staircase with steps of 0.01", uniform(3, 0, 1),
                elementwise(in_cents, [](long double x) { return std::exp(x); })});
}

}  // namespace doxa::trouble
