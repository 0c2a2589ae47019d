#include <algorithm>
#include <cmath>

#include "doxa/autograd/internal/gradcheck/checked_function.h"

namespace doxa {

const double resolution_limit = 2 * std::pow(unit_roundoff, 0.4);

namespace {

// This number times Sizes::around is the error that rounding alone can cause in a numerical derivative.
constexpr double rounding_floor = 1e4 * unit_roundoff;

//! [verdict]
Verdict verdict_of(const GradientEntry& e, const Sizes& sizes) {
  const double off = ratio_limit * e.error;
  if (!(std::abs(e.analytic - e.numeric) <= off)) return Verdict::fail;  // NaN too
  if (off <= resolution_limit * sizes.derivative) return Verdict::pass;
  // A derivative that cannot be told from zero counts as zero if only rounding hides it. In single precision,
  // where rounding is as coarse as the resolution, rounding also hides other small derivatives.
  constexpr bool coarse = sizeof(Real) < sizeof(double);
  const bool zero = std::abs(e.numeric) <= off;
  const double floor = rounding_floor * sizes.around;
  if (zero && off <= std::max(floor, 1e4 * sizes.noise)) return Verdict::pass;
  return coarse && off <= 5 * floor ? Verdict::pass : Verdict::inconclusive;
}
//! [verdict]

}  // namespace

void judge(GradientEntry& e, const NumericalDerivative& d, const Sizes& sizes) {
  e.numeric = e.left = e.right = d.value;
  e.error = std::max(d.error, unit_roundoff * std::abs(d.value));  // the analytic value is rounded, too
  if (d.error == 0 && e.analytic != 0) {
    // y did not change at all. A derivative far smaller than those around it may be too small to change it.
    e.error = unit_roundoff * sizes.around;
    const double a = std::abs(e.analytic);
    e.verdict = a <= ratio_limit * e.error         ? Verdict::pass
                : a <= ratio_limit * unit_roundoff ? Verdict::inconclusive
                                                   : Verdict::fail;
  } else {
    e.verdict = verdict_of(e, sizes);
    const bool known = ratio_limit * e.error <= resolution_limit * sizes.derivative;
    if (d.kink && e.verdict != Verdict::pass && !known) {
      e.left = d.left;
      e.right = d.right;
      e.numeric = (d.left + d.right) / 2;
      e.error = d.side_error;
      e.verdict = e.ratio() <= ratio_limit ? Verdict::kink : Verdict::fail;
    }
  }
  if (!std::isfinite(e.analytic)) e.verdict = Verdict::fail;
}

}  // namespace doxa
