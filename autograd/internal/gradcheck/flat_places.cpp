// A derivative of 0 is believed where slopes near by are so steep that one like them would have been seen. A rule
// that gives 0 everywhere agrees with every flat place; so the tape must see those slopes, too.

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>

#include "doxa/autograd/internal/gradcheck/weighted_sum.h"

namespace doxa {
namespace {

// Where on the line F is steepest: the middle of the interval over which it changes most. 0 if it changes nowhere.
double steepest_place(const LineFunction& f, double here, double step) {
  constexpr int most = 8;
  struct Sample {
    double t, y;
  };
  std::array<Sample, 2 * most + 1> samples;
  for (int k = -most; k <= most; ++k) {
    Sample& s = samples[static_cast<std::size_t>(k + most)];
    s = {0, here};
    if (k != 0) s.t = f(step * k / most, {&s.y, 1});
  }
  double place = 0, change = 0;
  for (std::size_t k = 1; k < samples.size(); ++k) {
    const double difference = std::abs(samples[k].y - samples[k - 1].y);
    if (!(difference > change) || !std::isfinite(difference)) continue;
    change = difference;
    place = (samples[k].t + samples[k - 1].t) / 2;
  }
  return place;
}

}  // namespace

void DerivativeCheck::doubt_zero(GradientEntry& e, const NumericalDerivative& numeric, const Tensor& v,
                                 std::size_t j) {
  const bool resolved = ratio_limit * e.error <= resolution_limit * std::abs(e.numeric);
  if (e.verdict != Verdict::pass || resolved || numeric.constant_far) return;
  const LineFunction f = f_.contracted(f_.along(j), v);
  const double place = steepest_place(f, contracted(v)[0], numeric.slope_step);
  if (place == 0) return;
  const double x = f_.input(j);
  f_.element(j) = static_cast<Real>(x + place);
  try {
    CheckedFunction there(f_.function(), f_.leaves());
    DerivativeCheck check(there, options_, random_, there.plain(), there.largest_intermediate());
    WeightedSum sum{v, there.gradient(v), check.contracted(v)};
    const GradientEntry steep = check.element(sum, j).first;
    constexpr double enough = 1e-4;  // an approximation may be a little worse elsewhere
    if (steep.verdict == Verdict::fail && steep.difference() > enough) {
      e.verdict = Verdict::inconclusive;
      e.cause = wrong_slopes;
    }
  } catch (const std::exception&) {
    // The function is not defined there, which says nothing of here.
  }
  f_.restore();
}

}  // namespace doxa
