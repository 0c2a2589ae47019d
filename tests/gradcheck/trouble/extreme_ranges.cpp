// Numbers at the ends of the range: denormal values and gradients, products that underflow, squares that
// would overflow. Demmel, "Underflow and the reliability of numerical software", SIAM J. Sci. Stat. Comput.
// 5, 1984.

#include <cmath>
#include <limits>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

constexpr bool wide = sizeof(Real) == 8;
constexpr Real tiny = static_cast<Real>(wide ? 1e-310L : 1e-41L);
constexpr Real small = static_cast<Real>(wide ? 1e-105L : 1e-13L);
constexpr Real large = static_cast<Real>(wide ? 1e150L : 1e15L);
constexpr Real huge = static_cast<Real>(wide ? 1e300L : 1e35L);

// (c x)³ for c = 1e-105: 1e-315, denormal. Its derivative in extended precision.
Real small_cube(Real x) { return (small * x) * (small * x) * (small * x); }
long double small_cube_slope(long double x) {
  const long double c = static_cast<long double>(small);
  return 3 * c * c * c * x * x;
}

// Outputs of 1e-150, 1 and 1e150 in one vector, each of both inputs.
const ClosedForm mixed_scales{3,
                              [](auto x, auto y) {
                                y[0] = 1 / large * std::sin(x[0]) * x[1];
                                y[1] = std::sin(x[0] * x[1]);
                                y[2] = large * std::exp(x[0]) * x[1];
                              },
                              [](auto x, auto j) {
                                const long double a = static_cast<long double>(x[0]),
                                                  b = static_cast<long double>(x[1]);
                                j[0] = 1e-150L * std::cos(a) * b;
                                j[1] = 1e-150L * std::sin(a);
                                j[2] = b * std::cos(a * b);
                                j[3] = a * std::cos(a * b);
                                j[4] = 1e150L * std::exp(a) * b;
                                j[5] = 1e150L * std::exp(a);
                              }};

// Inputs of 1e-8 and 1e8 in one: x_0 1e8 + x_1 1e-8 and their product.
const ClosedForm mixed_inputs{
    2,
    [](auto x, auto y) {
      y[0] = std::sin(x[0] * static_cast<Real>(1e8)) + std::cos(x[1] * static_cast<Real>(1e-8));
      y[1] = x[0] * x[1];
    },
    [](auto x, auto j) {
      const long double a = static_cast<long double>(x[0]), b = static_cast<long double>(x[1]);
      j[0] = 1e8L * std::cos(1e8L * a);
      j[1] = -1e-8L * std::sin(1e-8L * b);
      j[2] = b;
      j[3] = a;
    }};

}  // namespace

void add_extreme_ranges(std::vector<Trouble>& to) {
  const std::string family = "extreme ranges";
  to.push_back({family, "denormal: 1e-310 sin x", Kind::limited, "values and gradients have 13 digits",
                uniform(3, -1, 1),
                elementwise([](Real x) { return tiny * std::sin(x); },
                            [](long double x) { return static_cast<long double>(tiny) * std::cos(x); })});
  to.push_back({family, "a product that becomes denormal", Kind::limited, "(1e-105 x)³ has 9 digits",
                uniform(3, 0.5, 2), elementwise(small_cube, small_cube_slope)});
  to.push_back({family, "huge: 1e300 sin x", Kind::resolvable, "squares overflow", uniform(3, -1, 1),
                elementwise([](Real x) { return huge * std::sin(x); },
                            [](long double x) { return static_cast<long double>(huge) * std::cos(x); })});
  to.push_back({family, "log at 1e300", Kind::limited,
                "the gradient is 1e-300, absolute steps change nothing",
                [](Philox& random) {
                  Tensor x(Shape{3});
                  for (Real& x_i : x.span()) x_i = huge * static_cast<Real>(0.5 + random.uniform());
                  return std::vector{x};
                },
                elementwise([](Real x) { return std::log(x); }, [](long double x) { return 1 / x; })});
  to.push_back({family,
                "square at 1e150",
                Kind::resolvable,
                "absolute steps change nothing",
                uniform(3, 1e150, 2e150),
                elementwise([](Real x) { return x * x; }, [](long double x) { return 2 * x; }),
                {},
                true});
  to.push_back({family,
                "outputs of 1e-150 and 1e150",
                Kind::limited,
                "no sum over outputs shows them all",
                scalars({{0.3, 1}, {0.5, 2}}),
                closed_form(mixed_scales),
                {},
                true});
  to.push_back({family,
                "inputs of 1e-8 and 1e8",
                Kind::limited,
                "no one step fits all inputs",
                scalars({{0.5e-8, 2e-8}, {0.5e8, 2e8}}),
                closed_form(mixed_inputs),
                {},
                true});
}

}  // namespace doxa::trouble
