// The gradient belongs to the inputs that were recorded, not to those of the first call or the latest.

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <stdexcept>

#include "doxa/autograd/internal/gradcheck/derivatives.h"
#include "doxa/autograd/internal/gradcheck/properties.h"

namespace doxa {

// Between a recording and its backward, the function is recorded and checked at other inputs on another tape.
void Properties::other_inputs() {
  {
    const Var y = f_.record();
    std::unique_ptr<CheckedFunction>
        there;  // outlives that backward: rules may hold handles on its tape by mistake
    for (const double distance : {0.1, 0.01}) {
      there.reset();  // moves the inputs to where it was made
      f_.move_to(other_point(distance));
      if (check_elsewhere(there) != Verdict::inconclusive) break;
    }
    f_.restore();
    try {
      report("after the function was recorded at other inputs on another tape, its gradient here is another",
             difference(f_.gradient(y, v_), of_v_));
    } catch (const std::exception&) {
      // A function that refuses to be used twice at once is not silently wrong.
    }
  }
  f_.restore();
}

namespace {

// Of an element that is 0, the size of the largest of its input.
double size_of(const CheckedFunction& f, std::size_t element) {
  if (const double x = f.input(element); x != 0) return std::abs(x);
  const std::size_t leaf = f.leaf_of(element);
  double largest = 0;
  for (std::size_t j = f.first(leaf); j < f.first(leaf + 1); ++j)
    largest = std::max(largest, std::abs(f.input(j)));
  return largest > 0 ? largest : 1;
}

}  // namespace

// Each element is moved by `distance` of itself, times noise.
Properties::Numbers Properties::other_point(double distance) {
  Numbers x(f_.inputs());
  for (std::size_t j = 0; j < x.size(); ++j)
    x[j] = static_cast<double>(static_cast<Real>(f_.input(j) + distance * size_of(f_, j) * random_.normal()));
  return x;
}

// Checks the gradient at the inputs as they are now, in a random direction of relative changes, and leaves a
// recording on the tape of `there`. A gradient that is wrong at the first inputs as well, or cannot be judged
// there, is left to the check of each entry.
Verdict Properties::check_elsewhere(std::unique_ptr<CheckedFunction>& there) {
  try {
    there = std::make_unique<CheckedFunction>(f_.function(), f_.leaves());
    const GradientEntry e = in_a_direction(*there);
    there->record();
    // What follows inputs moves with them; an approximation may be a little worse elsewhere.
    constexpr double enough = 1e-4;
    if (e.verdict != Verdict::fail || !std::isfinite(e.analytic) || e.difference() < enough) return e.verdict;
    f_.restore();
    const GradientEntry here = in_a_direction(f_);
    if (here.verdict == Verdict::kink || (here.verdict != Verdict::fail && here.difference() < 0.1 * enough))
      violation(
          "at other inputs than those of the first call the gradient is wrong: in a random direction it is " +
          text(e.analytic) + ", differences give " + text(e.numeric));
    return e.verdict;
  } catch (const std::exception&) {
    return Verdict::inconclusive;  // the function is not defined there
  }
}

GradientEntry Properties::in_a_direction(CheckedFunction& f) {
  const Numbers value = f.plain();
  GradientReport report;
  if (value.size() != f_.outputs() || !std::ranges::all_of(value, [](double y) { return std::isfinite(y); }))
    throw std::domain_error("not finite");
  f.record();
  GradientCheckOptions options;
  options.resolution = resolution_;
  Numbers direction(f.inputs());
  for (std::size_t j = 0; j < direction.size(); ++j) direction[j] = size_of(f, j) * random_.normal();
  DerivativeCheck(f, options, random_, value, f.largest_intermediate()).direction("", {}, direction, report);
  return report.entries.front();
}

}  // namespace doxa
