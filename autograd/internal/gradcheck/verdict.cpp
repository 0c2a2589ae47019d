#include "doxa/autograd/internal/gradcheck/verdict.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {

const double resolution_limit = 2 * std::pow(unit_roundoff, 0.4);
const double denormal_limit = resolution_limit * static_cast<double>(std::numeric_limits<Real>::min());
const double undecided_limit = std::pow(unit_roundoff, sizeof(Real) == 8 ? 2.0 / 3 : 0.2);

namespace {

// How far the sum of many derivatives may be off to pass, whatever its estimated error: one of them may be
// wrong.
const double sum_limit = std::pow(unit_roundoff, sizeof(Real) == 8 ? 2.0 / 3 : 0.5);

std::string digits(double x) { return to_text(x, std::chars_format::general, 2); }

// What rounding inside F can do to y, generously. A function that is rougher than this is not only rounded.
double explained_by_rounding(const Around& around, double largest) {
  return 1e3 * unit_roundoff * std::max(around.intermediate, largest);
}

// What rounding the numbers on the tape does to y.
double rounding_inside(const Around& around) { return 8 * around.rounding(); }

Verdict inconclusive(GradientEntry& e, std::string cause) {
  e.cause = std::move(cause);
  return Verdict::inconclusive;
}

// What y may hide over a distance at which it does not change: a bounded function far below its numbers.
bool hidden_by_size(const GradientEntry& e, const NumericalDerivative& d, const Around& around) {
  return std::abs(e.analytic) * d.step <= 1e-3 * std::abs(around.y);
}

Verdict of_constant(GradientEntry& e, const NumericalDerivative& d, const Around& around) {
  if (e.analytic == 0) return Verdict::pass;
  // An op may round numbers as large as its operands, and what it does with them is not on the tape.
  const double hidden = 8 * unit_roundoff * around.intermediate;
  if (std::abs(e.analytic) * d.step > hidden && !hidden_by_size(e, d, around)) return Verdict::fail;
  return inconclusive(e, "y does not change at all: its numbers are too coarse for a change this small");
}

// The derivative to the left and to the right.
Verdict of_kink(GradientEntry& e, const NumericalDerivative& d, const Around& around) {
  if (d.side_roughness > explained_by_rounding(around, d.side_largest))
    return inconclusive(e, "y has a kink near here, not seen sharply enough to say where");
  e.left = d.left;
  e.right = d.right;
  e.numeric = (d.left + d.right) / 2;
  e.error = d.side_error;
  return e.ratio() <= ratio_limit ? Verdict::kink : Verdict::fail;
}

// Both say that the derivative is zero: the numerical one, and the tape's but for its own rounding. This is
// believed if all of a derivative as large as those near by would have been seen, or if y changes nowhere by
// more than rounding.
bool zero(const GradientEntry& e, const NumericalDerivative& d, double unstable) {
  const double bound = ratio_limit * e.error;
  return std::abs(e.numeric) <= bound && std::abs(e.analytic) <= ratio_limit * unstable &&
         (bound <= resolution_limit * d.slope || d.constant_far);
}

std::string cause(const GradientEntry& e, const NumericalDerivative& d, const Around& around,
                  double unstable) {
  if (around.sum && e.numeric != 0 &&
      std::abs(e.analytic - e.numeric) <= resolution_limit * std::abs(e.numeric))
    return "differs by " + digits(e.difference()) +
           " of itself: one derivative in the sum may be wrong by more";
  if (d.steps) return "y moves in steps: its numbers, or a table inside, are coarse";
  if (std::abs(e.analytic - e.numeric) * d.step <= rounding_inside(around))
    return "numbers up to " + digits(around.intermediate) + " are rounded on the way to y";
  if (ratio_limit * unstable > resolution_limit * std::abs(e.numeric) && unstable > e.error)
    return "rounding the inputs changes the gradient of the tape more than that";
  if (d.roughness > explained_by_rounding(around, d.largest))
    return "y is rough by " + digits(d.roughness) +
           ", more than rounding explains: a stopping tolerance, a jump, or coarse numbers inside";
  if (!d.estimates.empty() && !d.estimates.front().smooth() && !d.estimates.front().constant)
    return "y is smooth only very near to here: a kink, a jump or a fast oscillation is close";
  return "rounding of y hides a derivative this small";
}

}  // namespace

//! [verdict]
void judge(GradientEntry& e, const NumericalDerivative& d, const Around& around) {
  e.numeric = e.left = e.right = d.value;
  e.error = std::max(d.error, unit_roundoff * std::abs(d.value));  // the analytic value is rounded, too
  const double off = std::abs(e.analytic - e.numeric), bound = ratio_limit * e.error;
  const double allowed = around.resolution > 0
                             ? around.resolution * std::max(around.largest, std::abs(e.numeric))
                             : resolution_limit * std::abs(e.numeric);
  const auto verdict = [&] {
    if (!std::isfinite(e.analytic)) return Verdict::fail;
    if (d.found() && off + bound <= allowed && (!around.sum || around.resolution > 0)) return Verdict::pass;
    if (d.found() && around.sum && bound <= allowed && off <= bound + sum_limit * std::abs(e.numeric))
      return Verdict::pass;
    if (d.constant) return of_constant(e, d, around);
    // Slopes from the left and the right that differ little are one slope, if the tape says so too.
    const bool one_slope = bound <= resolution_limit * std::abs(e.numeric) && off <= allowed + bound;
    if (d.kink && !one_slope) return of_kink(e, d, around);
    if (d.undefined) return inconclusive(e, "y is not finite near here");
    if (!d.found())
      return inconclusive(e, d.steps
                                 ? cause(e, d, around, 0)
                                 : "y is rough at every distance: noise, jumps, chaos, or a kink very near");
    const double unstable = around.instability();
    if (zero(e, d, unstable)) return Verdict::pass;
    // Something finer than every step would have to be steep indeed to hide a derivative far larger than the
    // slopes.
    const bool coarse = d.roughness > explained_by_rounding(around, d.largest);
    const bool hidden = coarse && std::abs(e.analytic) > 100 * std::max(std::abs(e.numeric), d.slope);
    // To be called wrong takes more than not to be confirmed. Terms of a sum along a direction may be right
    // each and their errors show where they cancel.
    const double lenient = std::max(allowed, resolution_limit * around.cancelling);
    if (const double limit = lenient + denormal_limit + 3 * bound + ratio_limit * unstable;
        off > limit && !(d.steps && coarse) && !hidden && !(d.flat && hidden_by_size(e, d, around)) &&
        off > limit + rounding_inside(around) / d.step)
      return Verdict::fail;
    return inconclusive(e, cause(e, d, around, unstable));
  };
  e.verdict = verdict();
}
//! [verdict]

}  // namespace doxa
