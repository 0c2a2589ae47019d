// Functions that are rough, fast or flat: Weierstrass 1872 and Hardy, Trans. AMS 17, 1916 (nowhere
// differentiable); Cauchy's e^(-1/x²); Lyness & Moler, SIAM J. Numer. Anal. 4, 1967 (differences of
// oscillating functions).

#include <cmath>
#include <numbers>

#include "closed_form.h"
#include "dual.h"
#include "families.h"

namespace doxa::trouble {
namespace {

constexpr long double half_turn = std::numbers::pi_v<long double>;

// Σ 2^-k cos(3^k π x) for k below `terms`.
template <int terms>
Real weierstrass(Real x) {
  Real sum = 0, weight = 1, frequency = 1;
  for (int k = 0; k < terms; ++k) {
    sum += weight * std::cos(static_cast<Real>(half_turn) * (frequency * x));
    weight /= 2;
    frequency *= 3;
  }
  return sum;
}
// -π Σ (3/2)^k sin(3^k π x), with 3^k x modulo 2 in double-double arithmetic.
template <int terms>
long double weierstrass_slope(long double x) {
  DoubleDouble phase(static_cast<double>(x),
                     static_cast<double>(x - static_cast<long double>(static_cast<double>(x))));
  long double sum = 0, weight = half_turn;
  for (int k = 0; k < terms; ++k) {
    sum -= weight * std::sin(half_turn * static_cast<long double>(phase));
    weight *= 1.5L;
    phase = phase * DoubleDouble(3.0);
    phase = phase - DoubleDouble(2 * std::nearbyint(phase.high / 2));
  }
  return sum;
}

// x sin(1/x).
Real topologist(Real x) { return x * std::sin(1 / x); }
long double topologist_slope(long double x) { return std::sin(1 / x) - std::cos(1 / x) / x; }

Real flat(Real x) { return std::exp(-1 / (x * x)); }
long double flat_slope(long double x) { return 2 / (x * x * x) * std::exp(-1 / (x * x)); }

// |x|^(3/2): the second derivative is infinite at 0.
Real three_halves(Real x) { return std::abs(x) * std::sqrt(std::abs(x)); }

constexpr Real fast = sizeof(Real) == 8 ? static_cast<Real>(1e10) : static_cast<Real>(1e4);

}  // namespace

void add_rough_functions(std::vector<Trouble>& to) {
  const std::string family = "rough functions";
  to.push_back({family, "Weierstrass, 8 terms", Kind::resolvable, "waves of 1e-3", uniform(3, 0.1, 0.9),
                elementwise(weierstrass<8>, weierstrass_slope<8>)});
  to.push_back({family,
                "Weierstrass, 16 terms",
                Kind::limited,
                "waves of 1e-7",
                uniform(3, 0.1, 0.9),
                elementwise(weierstrass<16>, weierstrass_slope<16>),
                {},
                true});
  to.push_back({family,
                "Weierstrass, 30 terms",
                Kind::hopeless,
                "waves of 3e-14",
                uniform(3, 0.1, 0.9),
                elementwise(weierstrass<30>, weierstrass_slope<30>),
                {},
                true});
  to.push_back({family, "sin(1e10 x)", Kind::limited, "a wave holds 1e6 numbers", uniform(3, 0.1, 0.9),
                elementwise([](Real x) { return std::sin(fast * x); },
                            [](long double x) {
                              return static_cast<long double>(fast) *
                                     std::cos(static_cast<long double>(fast) * x);
                            })});
  to.push_back({family,
                "sine at 1e10",
                Kind::limited,
                "neighbouring numbers are 2e-6 apart",
                uniform(3, 1e10, 2e10),
                elementwise([](Real x) { return std::sin(x); }, [](long double x) { return std::cos(x); }),
                {},
                true});
  to.push_back({family, "x sin(1/x), x about 1e-2", Kind::resolvable, "waves of 1e-4",
                log_uniform(3, 3e-3, 3e-2), elementwise(topologist, topologist_slope)});
  to.push_back({family,
                "x sin(1/x), x about 1e-5",
                Kind::limited,
                "waves of 1e-10",
                log_uniform(3, 3e-6, 3e-5),
                elementwise(topologist, topologist_slope),
                {},
                true});
  to.push_back({family, "e^(-1/x²), x about 0.2", Kind::resolvable, "values of 1e-11", uniform(3, 0.15, 0.4),
                elementwise(flat, flat_slope)});
  to.push_back({family,
                "e^(-1/x²), x about 0.05",
                Kind::limited,
                "values of 1e-170",
                uniform(3, 0.04, 0.06),
                elementwise(flat, flat_slope),
                {},
                true});
  to.push_back({family, "|x|^(3/2) near 0", Kind::limited, "no second derivative at 0",
                log_uniform(3, 1e-8, 1e-5), elementwise(three_halves, [](long double x) {
                  return std::copysign(1.5L * std::sqrt(std::abs(x)), x);
                })});
  to.push_back(
      {family, "√x near 0", Kind::limited, "a step of 1e-10 leaves the domain", log_uniform(3, 1e-12, 1e-9),
       elementwise([](Real x) { return std::sqrt(x); }, [](long double x) { return 0.5L / std::sqrt(x); })});
}

}  // namespace doxa::trouble
