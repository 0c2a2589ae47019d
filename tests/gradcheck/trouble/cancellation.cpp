// Differences of nearly equal numbers: Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., ch.
// 1; Kahan, "Miscalculating area and angles of a needle-like triangle", 2014; Goldberg, ACM Computing Surveys
// 23, 1991; Rump, "Algorithms for verified inclusions", 1988; Muller et al., "Handbook of Floating-Point
// Arithmetic", §1.3.2.

#include <array>
#include <cmath>

#include "closed_form.h"
#include "dual.h"
#include "families.h"

namespace doxa::trouble {
namespace {

// (1 - cos x)/x², whose derivative is Σ (-1)^k (2k - 2) x^(2k-3) / (2k)! from k = 2 on, with the opposite
// sign.
Real versine_quotient(Real x) { return (1 - std::cos(x)) / (x * x); }
long double versine_slope(long double x) {
  long double power = x / 24, sum = 0;
  for (int k = 2; k < 25; ++k) {
    sum -= power * static_cast<long double>(2 * k - 2);
    power *= -x * x / static_cast<long double>((2 * k + 1) * (2 * k + 2));
  }
  return sum;
}

// ((e^x - 1)/x)' = Σ k x^(k-1) / (k+1)!
long double exp_quotient_slope(long double x) {
  long double power = 0.5L, sum = 0;
  for (int k = 1; k < 30; ++k) {
    sum += static_cast<long double>(k) * power;
    power *= x / static_cast<long double>(k + 2);
  }
  return sum;
}

// (log(1 + x)/x)' = Σ (-1)^k k x^(k-1) / (k+1).
long double log_quotient_slope(long double x) {
  long double power = 1, sum = 0;
  for (int k = 1; k < 30; ++k) {
    sum -= power * static_cast<long double>(k) / static_cast<long double>(k + 1);
    power *= -x;
  }
  return sum;
}

// The small root of a z² - b z + c by the school formula; z' from 2 a z z' - b z' + … = 0.
const ClosedForm quadratic{
    1, [](auto x, auto y) { y[0] = (x[1] - std::sqrt(x[1] * x[1] - 4 * x[0] * x[2])) / (2 * x[0]); },
    [](auto x, auto j) {
      const long double a = static_cast<long double>(x[0]), b = static_cast<long double>(x[1]),
                        c = static_cast<long double>(x[2]), root = std::sqrt(b * b - 4 * a * c);
      const long double z = 2 * c / (b + root);
      j[0] = z * z / root;
      j[1] = -z / root;
      j[2] = 1 / root;
    }};

// Rump's polynomial beside (77617, 33096): terms of 1e36.
struct Rump {
  template <class T>
  std::array<T, 1> operator()(const std::array<T, 2>& x) const {
    const T a = x[0], b = x[1], a2 = a * a, b2 = b * b, b4 = b2 * b2, b6 = b4 * b2;
    return {T(1335) / T(4) * b6 + a2 * (T(11) * a2 * b2 - b6 - T(121) * b4 - T(2)) + T(11) / T(2) * b4 * b4 +
            a / (T(2) * b)};
  }
};

// Heron's formula for a needle with sides near 1, 1 and c; ∂A/∂a = a (b² + c² - a²) / (8 A).
const ClosedForm heron{
    1,
    [](auto x, auto y) {
      const Real s = (x[0] + x[1] + x[2]) / 2;
      y[0] = std::sqrt(s * (s - x[0]) * (s - x[1]) * (s - x[2]));
    },
    [](auto x, auto j) {
      const long double a = static_cast<long double>(x[0]), b = static_cast<long double>(x[1]),
                        c = static_cast<long double>(x[2]);
      const long double area = std::sqrt((a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c))) / 4;
      j[0] = a * (c * c - (a - b) * (a + b)) / (8 * area);
      j[1] = b * (c * c + (a - b) * (a + b)) / (8 * area);
      j[2] = c * ((a - c) * (a + c) + b * b) / (8 * area);
    }};

// The angle between (1, x) and (1, 0) from its cosine: √(1 - cos²) has half the digits. Exactly, atan x.
Real angle_from_cosine(Real x) { return std::acos(1 / std::sqrt(1 + x * x)); }

// Muller's recurrence u ← 111 - 1130/u + 3000/(u u_before), ten steps; inputs the first two.
struct Muller {
  template <class T>
  std::array<T, 1> operator()(const std::array<T, 2>& x) const {
    T before = x[0], u = x[1];
    for (int i = 0; i < 10; ++i) {
      const T next = T(111) - T(1130) / u + T(3000) / (u * before);
      before = u;
      u = next;
    }
    return {u};
  }
};

}  // namespace

void add_cancellation(std::vector<Trouble>& to) {
  const std::string family = "cancellation";
  to.push_back({family, "(1 - cos x)/x², x about 1e-3", Kind::limited, "10 digits of 1 cancel",
                log_uniform(3, 3e-4, 1e-2), elementwise(versine_quotient, versine_slope)});
  to.push_back({family, "(1 - cos x)/x², x about 1e-7", Kind::limited, "all digits of 1 cancel",
                log_uniform(3, 3e-8, 1e-6), elementwise(versine_quotient, versine_slope)});
  to.push_back(
      {family, "e^x - 1 by subtraction", Kind::limited, "the value has 6 digits at 1e-10",
       log_uniform(3, 1e-11, 1e-9),
       elementwise([](Real x) { return std::exp(x) - 1; }, [](long double x) { return std::exp(x); })});
  to.push_back({family, "(e^x - 1)/x near 0", Kind::limited, "the quotient has 8 digits at 1e-8",
                log_uniform(3, 1e-9, 1e-6),
                elementwise([](Real x) { return (std::exp(x) - 1) / x; }, exp_quotient_slope)});
  to.push_back({family, "log(1 + x)/x near 0", Kind::limited, "1 + x is rounded", log_uniform(3, 1e-9, 1e-6),
                elementwise([](Real x) { return std::log(1 + x) / x; }, log_quotient_slope)});
  to.push_back({family, "small root of a quadratic", Kind::limited, "b - √(b² - 4ac) cancels 10 digits",
                scalars({{0.5, 2}, {5e4, 2e5}, {0.5, 2}}), closed_form(quadratic)});
  to.push_back({family, "√(x² + 1) - x, x about 1e4", Kind::limited, "8 digits of x cancel",
                log_uniform(3, 3e3, 3e4),
                elementwise([](Real x) { return std::sqrt(x * x + 1) - x; },
                            [](long double x) {
                              const long double root = std::sqrt(x * x + 1);
                              return -1 / (root * (root + x));
                            })});
  to.push_back({family,
                "√(x² + 1) - x, x about 1e7",
                Kind::limited,
                "14 digits of x cancel",
                log_uniform(3, 3e6, 3e7),
                elementwise([](Real x) { return std::sqrt(x * x + 1) - x; },
                            [](long double x) {
                              const long double root = std::sqrt(x * x + 1);
                              return -1 / (root * (root + x));
                            }),
                {},
                true});
  to.push_back({family,
                "Rump's polynomial",
                Kind::limited,
                "terms of 1e36 nearly cancel",
                [](Philox& random) {
                  return std::vector{Tensor(Shape{}, static_cast<Real>(77617 + random.normal())),
                                     Tensor(Shape{}, static_cast<Real>(33096 + random.normal()))};
                },
                closed_form({1, computed<Rump, 2>, differentiated<Rump, 2>}),
                {},
                true});
  to.push_back({family,
                "area of a needle by Heron",
                Kind::limited,
                "s - a cancels",
                [](Philox& random) {
                  const double c = 1e-6 * (1 + random.uniform()), skew = 0.8 * (2 * random.uniform() - 1);
                  return std::vector{Tensor(Shape{}, static_cast<Real>(1 + skew * c)), Tensor(Shape{}, 1),
                                     Tensor(Shape{}, static_cast<Real>(c))};
                },
                closed_form(heron),
                {},
                true});
  to.push_back({family,
                "angle by its cosine",
                Kind::limited,
                "the arc cosine near 1 has half of the digits",
                log_uniform(3, 1e-6, 1e-4),
                elementwise(angle_from_cosine, [](long double x) { return 1 / (1 + x * x); }),
                {},
                true});
  to.push_back({family,
                "Muller's recurrence",
                Kind::limited,
                "20 times the error with each step, then none",
                scalars({{3.9, 4.1}, {4.26, 4.4}}),
                closed_form({1, computed<Muller, 2>, differentiated<Muller, 2>}),
                {},
                true});
}

}  // namespace doxa::trouble
