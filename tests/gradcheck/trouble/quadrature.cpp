// Special functions by quadrature and by means: Abramowitz & Stegun 9.1.18, 7.1.1, 17.6 and 6.5; Trefethen &
// Weideman, "The exponentially convergent trapezoidal rule", SIAM Review 56, 2014.

#include <cmath>
#include <limits>
#include <numbers>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

constexpr long double pi = std::numbers::pi_v<long double>;

// 1/π ∫_0^π cos(k t - x sin t) dt = J_k(x), by the trapezoidal rule with n panels.
template <class T>
T bessel(int k, T x, int n) {
  T sum = 0;
  for (int i = 0; i <= n; ++i) {
    const T t = static_cast<T>(pi) * static_cast<T>(i) / static_cast<T>(n);
    sum += std::cos(static_cast<T>(k) * t - x * std::sin(t)) * (i == 0 || i == n ? T(1) / T(2) : T(1));
  }
  return sum / static_cast<T>(n);
}

// 2/√π ∫_0^x e^(-t²) dt by Simpson's rule with 256 panels.
Real erf_by_simpson(Real x) {
  constexpr int n = 256;
  const Real h = x / Real(n);
  Real sum = 0;
  for (int i = 0; i <= n; ++i) {
    const Real t = h * static_cast<Real>(i);
    sum += std::exp(-t * t) * (i == 0 || i == n ? Real(1) : i % 2 == 1 ? Real(4) : Real(2));
  }
  return sum * h / 3 * static_cast<Real>(2 * std::numbers::inv_sqrtpi_v<long double>);
}

// K(m) = π / (2 agm(1, √(1-m))); E = K (1 - Σ 2^(k-1) c_k²), c_0² = m (Abramowitz & Stegun 17.6.4).
template <class T>
struct Elliptic {
  T first, second;
};
template <class T>
Elliptic<T> elliptic(T m, int steps) {
  T a = 1, b = std::sqrt(1 - m), sum = m / 2, weight = T(1) / T(2);
  for (int i = 0; i < steps; ++i) {
    const T c = (a - b) / 2, next = (a + b) / 2;
    b = std::sqrt(a * b);
    a = next;
    weight *= 2;
    sum += weight * c * c;
  }
  const T k = static_cast<T>(pi) / (2 * a);
  return {k, k * (1 - sum)};
}

// γ(a, x)/Γ(a) = x^a e^-x Σ x^n / Γ(a + n + 1), stopped where a term is below `tolerance` of the sum; its
// complement by Lentz's method for the continued fraction (Abramowitz & Stegun 6.5.29, 6.5.31).
constexpr int most_terms = 500;
Real gamma_series(Real a, Real x, Real tolerance) {
  Real term = 1 / a, sum = term;
  for (int n = 1; n < most_terms && std::abs(term) > tolerance * std::abs(sum); ++n) {
    term *= x / (a + static_cast<Real>(n));
    sum += term;
  }
  return sum * std::exp(-x + a * std::log(x) - std::lgamma(a));
}
Real gamma_fraction(Real a, Real x, Real tolerance) {
  Real b = x + 1 - a, c = 1 / std::numeric_limits<Real>::min(), d = 1 / b, h = d;
  for (int n = 1; n < most_terms; ++n) {
    const Real an = static_cast<Real>(-n) * (static_cast<Real>(n) - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const Real change = c * d;
    h *= change;
    if (!(std::abs(change - 1) > tolerance)) break;
  }
  return 1 - h * std::exp(-x + a * std::log(x) - std::lgamma(a));
}

constexpr Real shape_parameter = static_cast<Real>(2.5);
long double gamma_density(long double x) {
  constexpr long double a = 2.5L;
  return std::exp(-x + (a - 1) * std::log(x) - std::lgamma(a));
}
constexpr Real fine = 4 * std::numeric_limits<Real>::epsilon();

// The share of 1000 equidistant points below x: a quadrature of a step.
Real share_below(Real x) {
  int count = 0;
  for (int i = 0; i < 1000; ++i) count += (static_cast<Real>(i) + Real(1) / Real(2)) / 1000 < x;
  return static_cast<Real>(count) / 1000;
}

}  // namespace

void add_quadrature(std::vector<Trouble>& to) {
  const std::string family = "quadrature";
  to.push_back({family, "Bessel J0 by the trapezoidal rule", Kind::resolvable, "a sum of 65 rounded cosines",
                uniform(3, 0.5, 10),
                elementwise([](Real x) { return bessel<Real>(0, x, 64); },
                            [](long double x) { return -bessel<long double>(1, x, 96); })});
  to.push_back({family, "erf by Simpson's rule", Kind::limited, "right to 1e-8: the panels move with x",
                uniform(3, 0.2, 2), elementwise(erf_by_simpson, [](long double x) {
                  return 2 * std::numbers::inv_sqrtpi_v<long double> * std::exp(-x * x);
                })});
  to.push_back({family, "elliptic K by the arithmetic-geometric mean", Kind::resolvable,
                "an iteration that converges quadratically", uniform(3, 0.1, 0.95),
                elementwise([](Real m) { return elliptic<Real>(m, 6).first; },
                            [](long double m) {
                              const auto e = elliptic<long double>(m, 7);
                              return (e.second / (1 - m) - e.first) / (2 * m);
                            })});
  to.push_back({family, "incomplete gamma, to the last digit", Kind::resolvable,
                "series below a + 1, continued fraction above", uniform(3, 0.5, 8),
                elementwise(
                    [](Real x) {
                      return x < shape_parameter + 1 ? gamma_series(shape_parameter, x, fine)
                                                     : gamma_fraction(shape_parameter, x, fine);
                    },
                    gamma_density)});
  to.push_back({family,
                "incomplete gamma, to 3e-9",
                Kind::limited,
                "the number of terms changes with x: jumps of 1e-9",
                uniform(3, 0.5, 8),
                elementwise(
                    [](Real x) {
                      constexpr Real tolerance = static_cast<Real>(3e-9);
                      return x < shape_parameter + 1 ? gamma_series(shape_parameter, x, tolerance)
                                                     : gamma_fraction(shape_parameter, x, tolerance);
                    },
                    gamma_density),
                {},
                true});
  to.push_back({family, "share of points below x", Kind::hopeless, "an average of indicators is a staircase",
                uniform(3, 0.05, 0.95), elementwise(share_below, [](long double) { return 1.0L; })});
}

}  // namespace doxa::trouble
