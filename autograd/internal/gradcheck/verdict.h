#pragma once

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

namespace doxa {

/// The sizes with which the error of a numerical derivative is compared.
struct Sizes {
  double derivative = 0;  ///< this derivative
  double around = 0;      ///< the largest of y / (length of its input) and the derivatives beside this one
  double noise = 0;       ///< (error of y) / (length of its input)
};

/// Compares entry.analytic with a numerical derivative and fills in the rest of the entry: see
/// check_gradients.
void judge(GradientEntry& entry, const NumericalDerivative& numeric, const Sizes& sizes);

}  // namespace doxa
