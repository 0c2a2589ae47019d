// Series, asymptotic expansions and the seam between them: Forsythe, "Pitfalls in computation", American
// Mathematical Monthly 77, 1970; Abramowitz & Stegun 5.1.11, 5.1.22, 6.1.41, 6.3.18; Lanczos, SIAM J. Numer.
// Anal. B 1, 1964.

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

// Σ x^k / k! until the terms no longer count.
Real exp_by_series(Real x) {
  Real term = 1, sum = 1;
  for (int k = 1; k < 300 && std::abs(term) > std::numeric_limits<Real>::min(); ++k) {
    term *= x / static_cast<Real>(k);
    sum += term;
  }
  return sum;
}

// Σ (-1)^k x^(2k+1) / (2k+1)!
Real sin_by_series(Real x) {
  Real term = x, sum = x;
  for (int k = 1; k < 300 && std::abs(term) > std::numeric_limits<Real>::min(); ++k) {
    term *= -x * x / static_cast<Real>(2 * k * (2 * k + 1));
    sum += term;
  }
  return sum;
}

// E1(x) = -γ - log x - Σ (-x)^k / (k k!) below 1; above, the continued fraction e^-x / (x + 1 - 1/(x + 3 -
// 4/…)).
Real exponential_integral(Real x) {
  if (x <= 1) {
    Real term = 1, sum = 0;
    for (int k = 1; k < 40; ++k) {
      term *= -x / static_cast<Real>(k);
      sum += term / static_cast<Real>(k);
    }
    return -static_cast<Real>(std::numbers::egamma_v<long double>) - std::log(x) - sum;
  }
  Real tail = 0;
  for (int k = 200; k >= 1; --k) tail = static_cast<Real>(k * k) / (x + static_cast<Real>(2 * k + 1) - tail);
  return std::exp(-x) / (x + 1 - tail);
}

// sin x / x with three terms of its series near 0. Where it changes over, at 0.13, they differ by 1e-9.
Real sinc(Real x) {
  if (std::abs(x) < static_cast<Real>(0.13)) return 1 - x * x / 6 * (1 - x * x / 20);
  return std::sin(x) / x;
}
// (x cos x - sin x) / x², by its series Σ (-1)^k 2k x^(2k-1) / (2k+1)!: no cancellation near 0.
long double sinc_slope(long double x) {
  long double term = 1, sum = 0;
  for (int k = 1; k < 30; ++k) {
    term *= -x * x / static_cast<long double>(2 * k * (2 * k + 1));
    sum += term * static_cast<long double>(2 * k);
  }
  return sum / x;
}

// log Γ by Lanczos' sum with g = 5 and six terms, which is right to 2e-10.
Real log_gamma(Real x) {
  constexpr std::array<double, 6> c{76.18009172947146,  -86.50532032941677,    24.01409824083091,
                                    -1.231739572450155, 0.1208650973866179e-2, -0.5395239384953e-5};
  double sum = 1.000000000190015;
  Real at = x;
  Real total = static_cast<Real>(sum);
  for (const double c_k : c) {
    at += 1;
    total += static_cast<Real>(c_k) / at;
  }
  const Real t = x + static_cast<Real>(5.5);
  return (x + static_cast<Real>(0.5)) * std::log(t) - t +
         std::log(static_cast<Real>(2.5066282746310005) * total / x);
}

// ψ(x) = ψ(x + n) - Σ 1/(x + k), and log x - 1/(2x) - Σ B_2k / (2k x^2k) far out.
long double digamma(long double x) {
  long double y = 0;
  for (int k = 0; k < 40 && x < 30; ++k, x += 1) y -= 1 / x;
  const long double s = 1 / (x * x);
  return y + std::log(x) - 1 / (2 * x) -
         s * (1.0L / 12 - s * (1.0L / 120 - s * (1.0L / 252 - s * (1.0L / 240 - s * (1.0L / 132)))));
}

// The same by Stirling's series with three terms; below 6 by recurrence. The seams are 2e-9.
Real log_gamma_by_stirling(Real x) {
  Real shift = 1, at = x;
  for (int k = 0; k < 8 && at < 6; ++k, at += 1) shift *= at;
  const Real s = 1 / (at * at);
  const Real series = (Real(1) / Real(12) - s * (Real(1) / Real(360) - s * (Real(1) / Real(1260)))) / at;
  constexpr long double half_log_two_pi = 0.918938533204672741780329736405617640L;
  return (at - Real(1) / Real(2)) * std::log(at) - at + static_cast<Real>(half_log_two_pi) + series -
         std::log(shift);
}

// ∫_0^∞ e^-t / (1 + x t) dt ~ Σ (-1)^k k! x^k, the divergent series summed to its smallest term, k = 1/x: the
// number of terms jumps with x (Euler 1760; Hardy, "Divergent Series", §2.4).
Real divergent_series(Real x) {
  Real term = 1, sum = 1;
  for (int k = 1; k < 200; ++k) {
    const Real next = -term * static_cast<Real>(k) * x;
    if (!(std::abs(next) < std::abs(term))) break;
    sum += next;
    term = next;
  }
  return sum - term / 2;
}
// f(x) = u e^u E1(u) with u = 1/x: f' = -u² df/du = u² - (u + u²) f.
long double stieltjes_slope(long double x) {
  const long double u = 1 / x;
  // u E1(u) e^u = u / (u + 1 - 1/(u + 3 - 4/(u + 5 - …))).
  long double tail = 0;
  for (int k = 400; k >= 1; --k)
    tail = static_cast<long double>(k) * static_cast<long double>(k) /
           (u + static_cast<long double>(2 * k + 1) - tail);
  const long double f = u / (u + 1 - tail);
  return u * u - (u + u * u) * f;
}

}  // namespace

void add_series(std::vector<Trouble>& to) {
  const std::string family = "series";
  to.push_back({family, "e^x by its series, x near -8", Kind::limited, "terms of 400 cancel to 3e-4",
                uniform(3, -9, -7), elementwise(exp_by_series, [](long double x) { return std::exp(x); })});
  to.push_back({family, "e^x by its series, x near -22", Kind::hopeless, "terms of 1e8 cancel to 1e-10",
                uniform(3, -25, -20), elementwise(exp_by_series, [](long double x) { return std::exp(x); })});
  to.push_back({family, "sine by its series, x near 25", Kind::limited, "terms of 1e9 cancel to 1",
                uniform(3, 23, 27), elementwise(sin_by_series, [](long double x) { return std::cos(x); })});
  to.push_back({family, "exponential integral", Kind::resolvable, "two methods meet at 1", uniform(4, 0.3, 3),
                elementwise(exponential_integral, [](long double x) { return -std::exp(-x) / x; })});
  to.push_back({family, "sinc beside a seam of 1e-9", Kind::limited, "a jump of 1e-9 at 0.13",
                uniform(3, 0.135, 0.2), elementwise(sinc, sinc_slope)});
  to.push_back({family, "log Γ by Lanczos' sum", Kind::resolvable, "right to 2e-10 only", uniform(3, 1, 10),
                elementwise(log_gamma, digamma)});
  to.push_back({family, "log Γ by Stirling's series", Kind::limited,
                "seams of 2e-9, and the slope is right to 1e-8", uniform(3, 2, 7),
                elementwise(log_gamma_by_stirling, digamma)});
  to.push_back({family, "a divergent series to its smallest term", Kind::limited,
                "the number of terms jumps with x", uniform(3, 0.028, 0.045),
                elementwise(divergent_series, stieltjes_slope)});
}

}  // namespace doxa::trouble
