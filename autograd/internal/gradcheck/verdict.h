#pragma once

#include <functional>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

namespace doxa {

/// What a derivative is compared with besides the numerical one.
struct Around {
  double y = 0;             ///< the value of the function
  double intermediate = 0;  ///< the largest magnitude of a number on the tape
  double largest = 0;       ///< the largest derivative of the same output
  double resolution = 0;    ///< GradientCheckOptions::resolution
  bool sum = false;         ///< of several derivatives, one of which may be wrong
  double cancelling = 0;    ///< the size of those terms of the sum that may cancel
  /// How far the tape's derivative moves if inputs and cotangent are rounded a little differently: a gradient
  /// that is exact for numbers that close is as good as rounding allows.
  std::function<double()> instability = [] { return 0.0; };
  /// By how much rounding a single number on the tape moves y.
  std::function<double()> rounding = [] { return 0.0; };
};

/// Numbers below the smallest normal one have fewer digits, so that derivatives may be off by this much.
extern const double denormal_limit;

/// Why a subgradient outside of the slopes to the left and the right may be one.
inline constexpr const char* several_kinks = "several kinks meet here";
inline constexpr const char* wrong_slopes =
    "y is flat here, and where it is steep near by the derivative of the tape is wrong";

/// Compares entry.analytic with a numerical derivative and fills in the rest of the entry: see
/// check_gradients.
void judge(GradientEntry& entry, const NumericalDerivative& numeric, const Around& around);

}  // namespace doxa
