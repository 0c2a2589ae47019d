#include "doxa/distributions/multivariate_normal.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr double log_2pi = 1.83787706640934548356;

// log q(x) for μ = 0 in two dimensions by the formula with Σ⁻¹ and det Σ, in Real.
Real by_inverse(Real s11, Real s12, Real s22, Real x1, Real x2) {
  const Real det = s11 * s22 - s12 * s12;
  const Real form = (s22 * x1 * x1 - 2 * s12 * x1 * x2 + s11 * x2 * x2) / det;
  return -(form + std::log(det)) / 2 - static_cast<Real>(log_2pi);
}

}  // namespace

void factors(Chapter& chapter) {
  constexpr int digits = std::numeric_limits<Real>::digits;
  // Of so many digits that a − 3s/2 is exact, and a² is not.
  const Real a = std::ldexp(std::round(std::ldexp(Real(0.7), digits / 2 + 4)), -(digits / 2 + 4));
  std::cout
      << "\nA factor knows more than its covariance. L = (a 0; a s), a ≈ 0.7, at x = Lε, ε = (1, −3/2):\n\n";
  Table table({"s", {"log q(x)", 6}, {"error with L", 2}, {"error with Σ⁻¹ of Σ = L Lᵀ", 2}});
  double worst = 0;
  int beyond = 0, remembered = 0;
  for (int k = 4; k < digits - 2; k += digits / 8) {
    const Real s = std::ldexp(Real{1}, -k), x1 = a, x2 = a - Real(1.5) * s;
    const double exact = -0.5 * (1 + 2.25) - std::log(double{a} * double{s}) - log_2pi;  // (02.3)
    Tape tape;
    const MultivariateNormal q{tape.constant({2}, Real{0}), tape.constant(Tensor({2, 2}, {a, 0, a, s}))};
    const double error = log_prob(q, tape.constant(Tensor({2}, {x1, x2}))).item() - exact;  // (02.4)
    const double naive = by_inverse(a * a, a * a, a * a + s * s, x1, x2) - exact;
    table.row({"2^-" + std::to_string(k), exact, error, naive});
    worst = worse(worst, std::abs(error) / (u * (1 + std::abs(std::log(double{s})))));
    if (2 * k <= digits + 8) continue;  // Σ has forgotten s from here on
    ++beyond;
    remembered += std::abs(naive) <= 1;
  }
  chapter.print("factor", table);
  chapter.claims.at_most(
      "by its factor, a density on nearly a line is right to the last digits (in roundings)", worst, 8, 0,
      "in u (1 + |log s|): substitution is exact here, and the sum of four terms is rounded four times");
  chapter.claims.equal("by the inverse of L Lᵀ, none of " + std::to_string(beyond) +
                           " densities with s² < u/256 comes within 1 nat (how many do)",
                       remembered, 0, 0,
                       "a² + s² = a² in floating point, so what is left of det Σ is 0 or a rounding error");
}
