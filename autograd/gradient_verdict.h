#pragma once

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/numerical_derivative.h"

namespace doxa {

/// What the error of a numerical derivative counts against.
struct Sizes {
  double derivative = 0;  ///< of this one
  double around = 0;      ///< of y over the length of its input, and of the derivatives beside this one
  double noise = 0;       ///< what y may be off by, over that length
};

/// Compares entry.analytic with a numerical derivative, and writes what the entry says of it: see
/// check_gradients.
void judge(GradientEntry& entry, const NumericalDerivative& numeric, const Sizes& sizes);

}  // namespace doxa
