#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "doxa/autograd/tape.h"
#include "expression.h"

// Difference quotients of the expression, each with its error and a bound on it.

// How many u of their result std::log and std::tanh may be off by; library_roundings measures what they are.
constexpr double log_allowance = 2, tanh_allowance = 4;

// How many u the rounded f may be off by: each operation by 1 of the size of its result, log and tanh by these.
double roundings(double x1, double x2);

struct Derivatives {
  double first, second, third;
};

struct Difference {
  double error, bound;
};

// f along x₂. With t = tanh x₂ and s = 1 − t² its derivatives are
// f' = x₁ − s, f'' = 2ts, f''' = 2s(1 − 3t²), f⁗ = −8ts(2 − 3t²), f⁗' = −8s(2 − 15t² + 15t⁴), and over all x₂
// |f'''| ≤ 2, |f⁗| ≤ 4.1, |f⁗'| ≤ 16.
struct AlongX2 {
  Point at;

  doxa::Real operator()(doxa::Real x2) const;
  Derivatives exact() const;                                          // at at.x2
  double noise() const { return noise(static_cast<double>(at.x2)); }  // cu
  double noise(double x2) const;                                      // the same at another x₂
  // The steps taken are those that x ± h is rounded to; what that and the quotient add is 6u of f'.
  Difference forward_difference(double h) const;  // (01.10)
  Difference central_difference(double h) const;  // (01.11)
};

struct Extrapolation {
  double value = 0, error = std::numeric_limits<double>::infinity();
};

// Steps h, h/√2, h/2, …; row i holds D(h_i) extrapolated 0, 1, … i times. noise(x) is what g(x) may be off by;
// with 0 the estimate leaves rounding out.
template <class G, class Noise>
Extrapolation ridders(G g, doxa::Real at, double h, Noise noise) {
  constexpr std::size_t rows = 12;
  std::array<std::array<double, rows>, rows> a{}, floor{};
  Extrapolation best;
  for (std::size_t i = 0; i < rows; ++i, h /= std::sqrt(2.0)) {
    const doxa::Real above = static_cast<doxa::Real>(at + h), below = static_cast<doxa::Real>(at - h);
    if (above == below) break;
    const double width = static_cast<double>(above) - below;
    a[i][0] = (static_cast<double>(g(above)) - g(below)) / width;
    floor[i][0] = (noise(above) + noise(below)) / width;
    for (std::size_t j = 1; j <= i; ++j) {
      const double factor = std::ldexp(1.0, static_cast<int>(j));
      a[i][j] = (factor * a[i][j - 1] - a[i - 1][j - 1]) / (factor - 1);  // (01.13)
      floor[i][j] = (factor * floor[i][j - 1] + floor[i - 1][j - 1]) / (factor - 1);
      if (j == i) continue;
      const double error = std::max({std::abs(a[i][j] - a[i][j - 1]), std::abs(a[i][j] - a[i - 1][j - 1]),
                                     std::abs(a[i][j] - a[i - 1][j]), floor[i][j]});  // (01.14)
      if (error < best.error) best = {a[i][j], error};
    }
  }
  return best;
}

// Errors at one step, for the table and the figure.
struct Errors {
  double step;
  Difference forward, central, ridders;  // the bound of Ridders' is its estimate
};
using Sweep = std::vector<Errors>;

// The steps from 1 down to the last decimal digit of Real, so many a decade.
Sweep sweep_steps(const AlongX2& along, int per_decade);
