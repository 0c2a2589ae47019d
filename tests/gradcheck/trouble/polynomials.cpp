// Polynomials in expanded form beside their roots: Wilkinson, "The perfidious polynomial", 1984; Higham,
// "Accuracy and Stability", §5.1; Hamming's and Forsythe's unstable recurrence for ∫ x^n e^(x-1) dx.

#include <array>
#include <cmath>
#include <cstdint>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

// Coefficients of Π (x - r_i), whole numbers below 2^53.
template <std::size_t n>
std::array<std::int64_t, n + 1> expanded(const std::array<std::int64_t, n>& roots) {
  std::array<std::int64_t, n + 1> c{};
  c[0] = 1;
  for (std::size_t degree = 0; degree < n; ++degree) {
    for (std::size_t k = degree + 1; k > 0; --k) c[k] = c[k - 1] - roots[degree] * c[k];
    c[0] *= -roots[degree];
  }
  return c;
}

template <std::size_t n>
Real horner(const std::array<std::int64_t, n>& c, Real x) {
  Real y = 0;
  for (std::size_t k = n; k-- > 0;) y = y * x + static_cast<Real>(c[k]);
  return y;
}

// Σ_i Π_{k≠i} (x - r_k).
template <std::size_t n>
long double slope_of(const std::array<std::int64_t, n>& roots, long double x) {
  long double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    long double product = 1;
    for (std::size_t k = 0; k < n; ++k)
      if (k != i) product *= x - static_cast<long double>(roots[k]);
    sum += product;
  }
  return sum;
}

constexpr std::array<std::int64_t, 15> wilkinson{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr std::array<std::int64_t, 9> ninefold{2, 2, 2, 2, 2, 2, 2, 2, 2};
constexpr std::array<std::int64_t, 5> threefold{1, 1, 1, -2, 3};

Real wilkinson_value(Real x) { return horner(expanded(wilkinson), x); }
Real ninefold_value(Real x) { return horner(expanded(ninefold), x); }
Real threefold_value(Real x) { return horner(expanded(threefold), x); }
long double wilkinson_slope(long double x) { return slope_of(wilkinson, x); }
long double ninefold_slope(long double x) { return 9 * std::pow(x - 2, 8.0L); }
long double threefold_slope(long double x) { return slope_of(threefold, x); }

// I ← 1 - n I for n = 1 … 18: a straight line of slope 18! = 6.4e15.
Real recurrence(Real x) {
  for (int n = 1; n <= 18; ++n) x = 1 - static_cast<Real>(n) * x;
  return x;
}

// Chebyshev's T_40 by its coefficients: up to 1e14, with values below 1. T_n' = n sin(n θ)/sin θ at x = cos
// θ.
Real chebyshev(Real x) {
  static const auto coefficients = [] {
    std::array<std::array<std::int64_t, 41>, 41> t{};
    t[0][0] = t[1][1] = 1;
    for (std::size_t n = 2; n <= 40; ++n)
      for (std::size_t k = 0; k <= n; ++k) t[n][k] = (k > 0 ? 2 * t[n - 1][k - 1] : 0) - t[n - 2][k];
    return t[40];
  }();
  return horner(coefficients, x);
}
long double chebyshev_slope(long double x) {
  const long double angle = std::acos(x);
  return 40 * std::sin(40 * angle) / std::sin(angle);
}

}  // namespace

void add_polynomials(std::vector<Trouble>& to) {
  const std::string family = "polynomials";
  to.push_back({family,
                "Wilkinson's, degree 15",
                Kind::limited,
                "terms of 1e17 cancel to 1e9",
                uniform(3, 1, 15),
                elementwise(wilkinson_value, wilkinson_slope),
                {},
                true});
  to.push_back({family,
                "(x - 2)^9 expanded, |x - 2| about 1/2",
                Kind::limited,
                "terms of 1e4 cancel to 1e-3",
                uniform(3, 2.3, 2.7),
                elementwise(ninefold_value, ninefold_slope),
                {},
                true});
  to.push_back({family,
                "(x - 2)^9 expanded, near 2",
                Kind::hopeless,
                "terms of 1e4 cancel to nothing",
                uniform(3, 1.99, 2.01),
                elementwise(ninefold_value, ninefold_slope),
                {},
                true});
  to.push_back({family,
                "a triple root",
                Kind::limited,
                "near 1 the slope is 1e-6",
                uniform(3, 0.999, 1.001),
                elementwise(threefold_value, threefold_slope),
                {},
                true});
  to.push_back({family,
                "Chebyshev's T_40 expanded",
                Kind::limited,
                "terms of 1e14 cancel to 1",
                uniform(3, 0.3, 0.6),
                elementwise(chebyshev, chebyshev_slope),
                {},
                true});
  to.push_back({family,
                "an unstable recurrence",
                Kind::resolvable,
                "18! times the rounding error of the input",
                uniform(3, 0.1, 0.9),
                elementwise(recurrence, [](long double) { return 6402373705728000.0L; }),
                {},
                true});
}

}  // namespace doxa::trouble
