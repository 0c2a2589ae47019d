#pragma once

#include <span>

#include "doxa/autograd/gradcheck.h"

namespace doxa::trouble {

/// y = f(x) as code computes it, with its Jacobian in closed form. x are the elements of all inputs, one
/// input after another; y has shape [outputs], or [] if there is one.
struct ClosedForm {
  Index outputs;
  void (*value)(std::span<const Real> x, std::span<Real> y);
  /// ∂y_m/∂x_n at [m,n] in row-major order; the memory is zero beforehand.
  void (*jacobian)(std::span<const Real> x, std::span<long double> j);
};

/// One record whose pullback is vᵀJ, summed in extended precision. Nothing is added where v is 0.
TensorFunction closed_form(ClosedForm f);

/// y_i = value(x_i) for each element of one input, with the derivative slope(x_i).
TensorFunction elementwise(Real (*value)(Real), long double (*slope)(long double));

}  // namespace doxa::trouble
