// Chaotic maps: the derivative is a product along the orbit that doubles with each step, and so does the
// rounding error of the value. May, Nature 261, 1976; Hénon, Comm. Math. Phys. 50, 1976; Lorenz, J. Atmos.
// Sci. 20, 1963; on their gradients Metz et al., "Gradients are not all you need", arXiv 2111.05803.

#include <array>
#include <cmath>

#include "closed_form.h"
#include "dual.h"
#include "families.h"

namespace doxa::trouble {
namespace {

// x ← 4 x (1 - x).
template <int steps>
struct Logistic {
  template <class T>
  std::array<T, 1> operator()(const std::array<T, 1>& x) const {
    T y = x[0];
    for (int i = 0; i < steps; ++i) y = T(4) * y * (T(1) - y);
    return {y};
  }
};

// x ← r x (1 - x) for 25 steps, as a function of x and r.
struct LogisticOfRate {
  template <class T>
  std::array<T, 1> operator()(const std::array<T, 2>& x) const {
    T y = x[0];
    for (int i = 0; i < 25; ++i) y = x[1] * y * (T(1) - y);
    return {y};
  }
};

// (x, y) ← (1 - a x² + y, b x) for 40 steps with a = 1.4, b = 0.3.
struct Henon {
  template <class T>
  std::array<T, 2> operator()(const std::array<T, 2>& x) const {
    constexpr Real a = static_cast<Real>(1.4), b = static_cast<Real>(0.3);
    T u = x[0], v = x[1];
    for (int i = 0; i < 40; ++i) {
      const T next = T(1) - T(a) * u * u + v;
      v = T(b) * u;
      u = next;
    }
    return {u, v};
  }
};

// Lorenz' equations with σ = 10, ρ = 28, β = 8/3, by the Runge-Kutta method with steps of 1/128.
template <int steps>
struct Lorenz {
  template <class T>
  std::array<T, 3> operator()(std::array<T, 3> x) const {
    const T h = T(1) / T(128), half = h / T(2), sixth = h / T(6), beta = T(8) / T(3);
    const auto slope = [&](const std::array<T, 3>& at) {
      return std::array<T, 3>{T(10) * (at[1] - at[0]), at[0] * (T(28) - at[2]) - at[1],
                              at[0] * at[1] - beta * at[2]};
    };
    const auto moved = [&](const std::array<T, 3>& at, const std::array<T, 3>& k, T by) {
      return std::array<T, 3>{at[0] + by * k[0], at[1] + by * k[1], at[2] + by * k[2]};
    };
    for (int i = 0; i < steps; ++i) {
      const auto k1 = slope(x), k2 = slope(moved(x, k1, half)), k3 = slope(moved(x, k2, half)),
                 k4 = slope(moved(x, k3, h));
      for (std::size_t d = 0; d < 3; ++d) x[d] = x[d] + sixth * (k1[d] + T(2) * (k2[d] + k3[d]) + k4[d]);
    }
    return x;
  }
};

// x ← 2 x mod 1, exact in binary arithmetic: 2^steps teeth of slope 2^steps.
template <int steps>
Real doubled(Real x) {
  for (int i = 0; i < steps; ++i) x = 2 * x - std::floor(2 * x);
  return x;
}

template <class F, std::size_t n>
TensorFunction map_of(Index outputs) {
  return closed_form({outputs, computed<F, n>, differentiated<F, n>});
}

}  // namespace

void add_chaos(std::vector<Trouble>& to) {
  const std::string family = "chaos";
  const Draw inside = uniform(1, 0.1, 0.9);
  const Draw beside_attractor = box({{-0.5, 0.5}, {-0.2, 0.2}});
  const Draw near_wing = box({{-8, 8}, {-8, 8}, {20, 30}});
  to.push_back({family, "logistic map, 10 steps", Kind::resolvable, "2^10 times the rounding error", inside,
                map_of<Logistic<10>, 1>(1)});
  to.push_back({family,
                "logistic map, 30 steps",
                Kind::limited,
                "2^30 times the rounding error",
                inside,
                map_of<Logistic<30>, 1>(1),
                {},
                true});
  to.push_back({family,
                "logistic map, 50 steps",
                Kind::hopeless,
                "2^50 times the rounding error",
                inside,
                map_of<Logistic<50>, 1>(1),
                {},
                true});
  to.push_back({family,
                "logistic map, 60 steps",
                Kind::hopeless,
                "2^60 times the rounding error",
                inside,
                map_of<Logistic<60>, 1>(1),
                {},
                true});
  to.push_back({family,
                "logistic map of rate 3.6 to 3.9, 25 steps",
                Kind::limited,
                "some 1e5 times the rounding error",
                scalars({{0.1, 0.9}, {3.6, 3.9}}),
                map_of<LogisticOfRate, 2>(1),
                {},
                true});
  to.push_back({family,
                "Hénon's map, 40 steps",
                Kind::limited,
                "1e7 times the rounding error",
                beside_attractor,
                map_of<Henon, 2>(2),
                {},
                true});
  to.push_back({family,
                "Lorenz' equations to time 4",
                Kind::limited,
                "1e2 times the rounding error, features of 1e-2",
                near_wing,
                map_of<Lorenz<512>, 3>(3),
                {},
                true});
  to.push_back({family,
                "Lorenz' equations to time 15",
                Kind::limited,
                "1e6 times the rounding error",
                near_wing,
                map_of<Lorenz<1920>, 3>(3),
                {},
                true});
  to.push_back({family,
                "doubling modulo 1, 20 steps",
                Kind::limited,
                "a million teeth",
                uniform(3, 0.1, 0.9),
                elementwise(doubled<20>, [](long double) { return 1048576.0L; }),
                {},
                true});
}

}  // namespace doxa::trouble
