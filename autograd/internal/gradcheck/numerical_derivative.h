#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "doxa/autograd/internal/gradcheck/polynomial_fit.h"
#include "doxa/autograd/real.h"

namespace doxa {

inline constexpr double unit_roundoff = std::numeric_limits<Real>::epsilon() / 2.0;

/// F along a line: writes F(x + t d) to `y`, and returns the t that was really used, because x + t d is
/// rounded. Where F is not defined, y is NaN.
using LineFunction = std::function<double(double t, std::span<double> y)>;

/// One component of dF/dt at t = 0, estimated from samples of F.
struct NumericalDerivative {
  double value = 0;
  double error = std::numeric_limits<double>::infinity();  ///< the estimated error of the value
  double step = 0;                                         ///< that gave the value
  double roughness = 0;       ///< how far samples are from a smooth curve, at the step that gave the value
  double largest = 0;         ///< the largest magnitude of the samples, there
  double slope = 0;           ///< the standard deviation of the samples / step, there or at the first step
  double slope_step = 0;      ///< the step that this is of
  double steepest = 0;        ///< the largest slope at any step
  double variation = 0;       ///< the largest standard deviation of the samples at any step
  bool constant = false;      ///< F has the same bits at all samples of the largest step
  bool flat = false;          ///< the samples that gave the value differ by little more than rounding
  bool constant_far = false;  ///< and but for rounding over longer steps, too
  bool steps = false;      ///< F stays constant over short distances and changes over long ones, everywhere
  bool undefined = false;  ///< F is not finite at some sample of every step
  /// At some scale the quotients from the left and from the right have different limits.
  bool kink = false;
  double left = 0, right = 0;  ///< these limits
  double side_error = std::numeric_limits<double>::infinity();
  double side_roughness = 0, side_largest = 0, side_step = 0;
  std::vector<SlopeEstimate> estimates = {};  ///< at all steps, from the largest to the smallest

  bool found() const { return error < std::numeric_limits<double>::infinity(); }
};

/// Where to take samples: at steps from `first` down to `last`, and up to `largest` where a component needs
/// it.
struct StepRange {
  double first, last, largest;
  double terms = 0;  ///< Σ |v_i y_i| if F = Σ v_i y_i, whose rounding is that of its terms
};

/// The derivatives of the m components of F. At each step h, polynomials are fitted to 25 samples at
/// irregular places between -h and h (polynomial_fit.h), and one to either side, because a kink or a jump of
/// a higher derivative at 0 leaves the sides smooth. If the limits from the two sides differ by more than
/// their errors, there is a kink.
///
/// The right step is not known beforehand. Steps become shorter by factors of 10 until the tape's derivative
/// `analytic` is confirmed to `limit` of itself or clearly not. From the shortest step at which F is smooth,
/// longer ones are taken if they agree with it and are more accurate: a derivative is a limit of short steps,
/// and an average over something finer is not one. Where only rounding limits the accuracy, steps beyond the
/// first one are tried.
std::vector<NumericalDerivative> differentiate(const LineFunction& f, std::span<const double> here,
                                               std::span<const double> analytic, const StepRange& range,
                                               double limit);

}  // namespace doxa
