// Roots and fixed points, differentiated by the implicit function theorem and computed by iterations that
// stop at a tolerance: Griewank & Walther, "Evaluating Derivatives", ch. 15; Corless et al., "On the Lambert
// W function", 1996; Danby, "Fundamentals of Celestial Mechanics", §6.6 (Kepler's equation).

#include <array>
#include <cmath>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

constexpr int most_iterations = 2000;

// E = M + e sin E by iteration of that line until E moves less than the tolerance.
Real kepler_by_iteration(Real mean_anomaly, Real eccentricity, Real tolerance) {
  Real e = mean_anomaly;
  for (int i = 0; i < most_iterations; ++i) {
    const Real next = mean_anomaly + eccentricity * std::sin(e), change = std::abs(next - e);
    e = next;
    if (!(change > tolerance)) break;
  }
  return e;
}

template <class T>
T kepler_by_newton(T mean_anomaly, T eccentricity, int iterations) {
  T e = mean_anomaly;
  for (int i = 0; i < iterations; ++i)
    e -= (e - eccentricity * std::sin(e) - mean_anomaly) / (1 - eccentricity * std::cos(e));
  return e;
}

void kepler_jacobian(std::span<const Real> x, std::span<long double> j) {
  const long double ecc = static_cast<long double>(x[1]);
  const long double e = kepler_by_newton<long double>(static_cast<long double>(x[0]), ecc, 30);
  j[0] = 1 / (1 - ecc * std::cos(e));
  j[1] = std::sin(e) / (1 - ecc * std::cos(e));
}

const ClosedForm kepler_coarse{
    1, [](auto x, auto y) { y[0] = kepler_by_iteration(x[0], x[1], static_cast<Real>(1e-9)); },
    kepler_jacobian};
const ClosedForm kepler_fine{
    1, [](auto x, auto y) { y[0] = kepler_by_iteration(x[0], x[1], static_cast<Real>(1e-10)); },
    kepler_jacobian};
const ClosedForm kepler_full{1, [](auto x, auto y) { y[0] = kepler_by_newton<Real>(x[0], x[1], 12); },
                             kepler_jacobian};

// w e^w = x by Halley's iteration, stopped at 1e-10.
template <class T>
T lambert_w(T x, T tolerance) {
  T w = std::log1p(x);
  for (int i = 0; i < 50; ++i) {
    const T e = std::exp(w), f = w * e - x;
    const T change = f / (e * (w + 1) - (w + 2) * f / (2 * w + 2));
    w -= change;
    if (!(std::abs(change) > tolerance)) break;
  }
  return w;
}
long double lambert_slope(long double x) {
  const long double w = lambert_w<long double>(x, 1e-18L);
  return 1 / (std::exp(w) * (1 + w));
}

// The root of z³ + z = a: bisection of [-4, 4] until the bracket is shorter than the tolerance.
Real cubic_by_bisection(Real a, Real tolerance) {
  Real low = -4, high = 4;
  for (int i = 0; i < 100 && high - low > tolerance; ++i) {
    const Real middle = (low + high) / 2;
    (middle * middle * middle + middle < a ? low : high) = middle;
  }
  return (low + high) / 2;
}
long double cubic_slope(long double a) {
  long double z = a / 2;
  for (int i = 0; i < 60; ++i) z -= (z * z * z + z - a) / (3 * z * z + 1);
  return 1 / (3 * z * z + 1);
}

// z = cos(a z), iterated until it moves less than 1e-10.
Real cosine_fixed_point(Real a) {
  Real z = static_cast<Real>(0.5);
  for (int i = 0; i < most_iterations; ++i) {
    const Real next = std::cos(a * z), change = std::abs(next - z);
    z = next;
    if (!(change > static_cast<Real>(1e-10))) break;
  }
  return z;
}
long double cosine_slope(long double a) {
  long double z = 0.5L;
  for (int i = 0; i < 60; ++i) z -= (z - std::cos(a * z)) / (1 + a * std::sin(a * z));
  return -z * std::sin(a * z) / (1 + a * std::sin(a * z));
}

// u² + v² = a and u v = b with u > v > 0, by Newton's method from (√a, b/√a) until the step is below 1e-5:
// what is left of the error is 1e-10. Exactly, u ± v = √(a ± 2b).
const ClosedForm circle_and_hyperbola{
    2,
    [](auto x, auto y) {
      Real u = std::sqrt(x[0]), v = x[1] / u;
      for (int i = 0; i < 50; ++i) {
        const Real f = u * u + v * v - x[0], g = u * v - x[1], det = 2 * (u * u - v * v);
        const Real du = (f * u - 2 * v * g) / det, dv = (2 * u * g - v * f) / det;
        u -= du;
        v -= dv;
        if (!(std::abs(du) + std::abs(dv) > static_cast<Real>(1e-5))) break;
      }
      y[0] = u;
      y[1] = v;
    },
    [](auto x, auto j) {
      const long double a = static_cast<long double>(x[0]), b = static_cast<long double>(x[1]);
      const long double plus = std::sqrt(a + 2 * b), minus = std::sqrt(a - 2 * b);
      j[0] = (1 / plus + 1 / minus) / 4;
      j[1] = (1 / plus - 1 / minus) / 2;
      j[2] = (1 / plus - 1 / minus) / 4;
      j[3] = (1 / plus + 1 / minus) / 2;
    }};

// The largest eigenvalue of [[a, b], [b, c]] by the power method, stopped where it moves less than 1e-10 of
// itself.
const ClosedForm power_method{
    1,
    [](auto x, auto y) {
      Real u = 1, v = static_cast<Real>(0.3), value = 0;
      for (int i = 0; i < most_iterations; ++i) {
        const Real p = x[0] * u + x[1] * v, q = x[1] * u + x[2] * v, length = std::sqrt(p * p + q * q);
        const Real change = std::abs(length - value);
        u = p / length;
        v = q / length;
        value = length;
        if (!(change > static_cast<Real>(1e-10) * value)) break;
      }
      y[0] = value;
    },
    [](auto x, auto j) {
      const long double a = static_cast<long double>(x[0]), b = static_cast<long double>(x[1]),
                        c = static_cast<long double>(x[2]), root = std::hypot(a - c, 2 * b);
      j[0] = (1 + (a - c) / root) / 2;
      j[1] = 2 * b / root;
      j[2] = (1 - (a - c) / root) / 2;
    }};

// When a ball thrown up from height a at speed b meets the ground, t² g/2 = a + b t: bisection to 1e-8.
const ClosedForm bouncing_ball{1,
                               [](auto x, auto y) {
                                 Real low = 0, high = 8;
                                 for (int i = 0; i < 100 && high - low > static_cast<Real>(1e-8); ++i) {
                                   const Real t = (low + high) / 2;
                                   (x[0] + x[1] * t - 5 * t * t > 0 ? low : high) = t;
                                 }
                                 y[0] = (low + high) / 2;
                               },
                               [](auto x, auto j) {
                                 const long double a = static_cast<long double>(x[0]),
                                                   b = static_cast<long double>(x[1]);
                                 const long double root = std::sqrt(b * b + 20 * a);
                                 j[0] = 1 / root;
                                 j[1] = (1 + b / root) / 10;
                               }};

// w(λ) = argmin Σ (a_i w - b_i)² + λ w² by gradient descent until the gradient is below 1e-9; a = (1, 2), the
// inputs are λ, b_0, b_1. Exactly, w = (b_0 + 2 b_1) / (5 + λ).
const ClosedForm ridge_by_descent{
    1,
    [](auto x, auto y) {
      Real w = 0;
      for (int i = 0; i < most_iterations; ++i) {
        const Real slope = w - x[1] + 2 * (2 * w - x[2]) + x[0] * w;
        if (!(std::abs(slope) > static_cast<Real>(1e-9))) break;
        w -= slope / 20;
      }
      y[0] = w;
    },
    [](auto x, auto j) {
      const long double s = 5 + static_cast<long double>(x[0]);
      j[0] = -(static_cast<long double>(x[1]) + 2 * static_cast<long double>(x[2])) / (s * s);
      j[1] = 1 / s;
      j[2] = 2 / s;
    }};

}  // namespace

void add_root_finders(std::vector<Trouble>& to) {
  const std::string family = "root finders";
  const Draw orbit = scalars({{0.5, 2.5}, {0.2, 0.7}});
  to.push_back({family,
                "Kepler's equation to 1e-9",
                Kind::limited,
                "stops at 1e-9, after different numbers of steps",
                orbit,
                closed_form(kepler_coarse),
                {},
                true});
  to.push_back({family,
                "Kepler's equation to 1e-10",
                Kind::limited,
                "stops at 1e-10",
                orbit,
                closed_form(kepler_fine),
                {},
                true});
  to.push_back({family, "Kepler's equation by Newton", Kind::resolvable, "converged to the last digit", orbit,
                closed_form(kepler_full)});
  to.push_back(
      {family,
       "Lambert W to 1e-10",
       Kind::limited,
       "stops at 1e-10",
       uniform(3, 0.2, 10),
       elementwise([](Real x) { return lambert_w<Real>(x, static_cast<Real>(1e-10)); }, lambert_slope),
       {},
       true});
  to.push_back(
      {family,
       "cubic root by bisection to 1e-6",
       Kind::hopeless,
       "a staircase of steps of 1e-6",
       uniform(3, -5, 5),
       elementwise([](Real a) { return cubic_by_bisection(a, static_cast<Real>(1e-6)); }, cubic_slope),
       {},
       true});
  to.push_back(
      {family,
       "cubic root by bisection to 1e-10",
       Kind::limited,
       "a staircase of steps of 1e-10",
       uniform(3, -5, 5),
       elementwise([](Real a) { return cubic_by_bisection(a, static_cast<Real>(1e-10)); }, cubic_slope),
       {},
       true});
  to.push_back({family,
                "fixed point of cos(a z)",
                Kind::limited,
                "stops at 1e-10",
                uniform(3, 0.4, 1),
                elementwise(cosine_fixed_point, cosine_slope),
                {},
                true});
  to.push_back({family,
                "circle and hyperbola by Newton",
                Kind::limited,
                "stops when the step is below 1e-5",
                scalars({{2.5, 4}, {0.5, 1}}),
                closed_form(circle_and_hyperbola),
                {},
                true});
  to.push_back({family,
                "largest eigenvalue by the power method",
                Kind::limited,
                "stops at 1e-10",
                box({{2, 3}, {0.5, 1}, {0.5, 1.5}}),
                closed_form(power_method),
                {},
                true});
  to.push_back({family,
                "time of impact by bisection",
                Kind::limited,
                "a staircase of steps of 1e-8",
                scalars({{1, 5}, {2, 8}}),
                closed_form(bouncing_ball),
                {},
                true});
  to.push_back({family,
                "ridge regression by gradient descent",
                Kind::limited,
                "stops at a gradient of 1e-9",
                scalars({{0.5, 2}, {-1, 1}, {1, 2}}),
                closed_form(ridge_by_descent),
                {},
                true});
}

}  // namespace doxa::trouble
