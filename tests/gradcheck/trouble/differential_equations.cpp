// Solutions of differential equations as functions of their data: Hairer, Nørsett & Wanner, "Solving Ordinary
// Differential Equations I", II.1 (Runge-Kutta), II.4 (step size control), and II, IV.2 (stability). An
// adaptive solver is a function with jumps: Griewank & Walther, "Evaluating Derivatives", §15.4; Eberhard &
// Bischof, "Automatic differentiation of numerical integration algorithms", Math. Comp. 68, 1999.

#include <algorithm>
#include <array>
#include <cmath>

#include "closed_form.h"
#include "dual.h"
#include "families.h"

namespace doxa::trouble {
namespace {

template <class T>
T two_to_minus(int k) {
  T y(1);
  for (int i = 0; i < k; ++i) y = y / T(2);
  return y;
}

// One step of the classical Runge-Kutta method for y' = f(y).
template <class T>
T runge_kutta(T y, T h, auto f) {
  const T half = h / T(2), k1 = f(y), k2 = f(y + half * k1), k3 = f(y + half * k2), k4 = f(y + h * k3);
  return y + h / T(6) * (k1 + T(2) * (k2 + k3) + k4);
}

// y' = r y (1 - y / K) for 2 units of time in 64 steps; inputs y, r, K.
struct LogisticGrowth {
  template <class T>
  std::array<T, 1> operator()(const std::array<T, 3>& x) const {
    const T h = two_to_minus<T>(5);
    T y = x[0];
    for (int i = 0; i < 64; ++i) y = runge_kutta(y, h, [&](T at) { return x[1] * at * (T(1) - at / x[2]); });
    return std::array<T, 1>{y};
  }
};

// y' = -λ (y - 1/2) with h λ near 2.5, almost unstable, for 128 steps; inputs y, λ. What y began as is
// forgotten.
struct StiffDecay {
  template <class T>
  std::array<T, 1> operator()(const std::array<T, 2>& x) const {
    const T h = two_to_minus<T>(7);
    T y = x[0];
    for (int i = 0; i < 128; ++i)
      y = runge_kutta(y, h, [&](T at) { return T(0) - x[1] * (at - T(1) / T(2)); });
    return std::array<T, 1>{y};
  }
};

// q'' = -q³ by the leapfrog method in 512 steps of 1/64; inputs q and q'.
struct QuarticOscillator {
  template <class T>
  std::array<T, 2> operator()(const std::array<T, 2>& x) const {
    const T h = two_to_minus<T>(6), half = two_to_minus<T>(7);
    T q = x[0], p = x[1];
    for (int i = 0; i < 512; ++i) {
      p = p - half * q * q * q;
      q = q + h * p;
      p = p - half * q * q * q;
    }
    return std::array<T, 2>{q, p};
  }
};

// y' = -c y² to time 2 by Heun's method of order 2 and Richardson's extrapolation of one step by two halves;
// the difference chooses the step, which therefore changes with the data, and the number of steps with it.
// Exactly, y = y_0 / (1 + 2 c y_0).
Real adaptive(Real y, Real c, Real tolerance) {
  const auto heun = [c](Real at, Real h) {
    const Real slope = -c * at * at, next = at + h * slope;
    return at + h / 2 * (slope - c * next * next);
  };
  Real t = 0, h = static_cast<Real>(0.01);
  for (int i = 0; i < 100000 && t < 2; ++i) {
    h = std::min(h, 2 - t);
    const Real whole = heun(y, h), halves = heun(heun(y, h / 2), h / 2);
    const Real error = std::abs(whole - halves) / 3;
    if (error <= tolerance) {
      t += h;
      y = halves + (halves - whole) / 3;
    }
    const Real factor = static_cast<Real>(0.9) * std::cbrt(tolerance / std::max(error, tolerance / 100));
    h *= std::clamp(factor, static_cast<Real>(0.2), static_cast<Real>(3));
    if (!(h > static_cast<Real>(1e-6))) break;
  }
  return y;
}

void adaptive_jacobian(std::span<const Real> x, std::span<long double> j) {
  const long double y = static_cast<long double>(x[0]), c = static_cast<long double>(x[1]), s = 1 + 2 * c * y;
  j[0] = 1 / (s * s);
  j[1] = -2 * y * y / (s * s);
}

const ClosedForm adaptive_coarse{
    1, [](auto x, auto y) { y[0] = adaptive(x[0], x[1], static_cast<Real>(3e-9)); }, adaptive_jacobian};
const ClosedForm adaptive_fine{
    1, [](auto x, auto y) { y[0] = adaptive(x[0], x[1], static_cast<Real>(3e-10)); }, adaptive_jacobian};

}  // namespace

void add_differential_equations(std::vector<Trouble>& to) {
  const std::string family = "differential equations";
  to.push_back({family, "logistic growth, Runge-Kutta", Kind::resolvable, "256 rounded stages",
                scalars({{0.1, 0.5}, {0.5, 2}, {1, 3}}),
                closed_form({1, computed<LogisticGrowth, 3>, differentiated<LogisticGrowth, 3>})});
  to.push_back({family, "stiff decay, Runge-Kutta", Kind::limited,
                "derivatives of 1e-20 beside a value of 1/2", scalars({{0.1, 2}, {300, 330}}),
                closed_form({1, computed<StiffDecay, 2>, differentiated<StiffDecay, 2>})});
  to.push_back({family, "quartic oscillator, leapfrog", Kind::resolvable,
                "512 steps, a phase that drifts apart", box({{0.5, 1.5}, {-1, 1}}),
                closed_form({2, computed<QuarticOscillator, 2>, differentiated<QuarticOscillator, 2>})});
  to.push_back({family,
                "adaptive steps to 3e-9",
                Kind::limited,
                "the steps change with the input: jumps of 1e-10",
                scalars({{0.5, 2}, {0.5, 2}}),
                closed_form(adaptive_coarse),
                {},
                true});
  to.push_back({family,
                "adaptive steps to 3e-10",
                Kind::limited,
                "the steps change with the input: jumps of 1e-12",
                scalars({{0.5, 2}, {0.5, 2}}),
                closed_form(adaptive_fine),
                {},
                true});
}

}  // namespace doxa::trouble
