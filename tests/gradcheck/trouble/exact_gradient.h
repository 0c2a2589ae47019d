#pragma once

#include <string>
#include <vector>

namespace doxa::trouble {

/// What the function `name` of trouble_functions() ought to give at x, all inputs one after another.
struct ExactGradient {
  std::string name;
  std::vector<double> x;
  std::vector<long double> value;
  /// ∂y_m/∂x_n at [m,n] in row-major order; of a function of elements only the diagonal.
  std::vector<long double> gradient;
  /// How far the code's value may be off because of its own rounding or stopping tolerance, beyond 1e-12 of
  /// itself.
  double noise;
  double gradient_tolerance = 1e-9;  ///< relative
};

std::vector<ExactGradient> exact_algorithms();
std::vector<ExactGradient> exact_arithmetic();
std::vector<ExactGradient> exact_extremes();

}  // namespace doxa::trouble
