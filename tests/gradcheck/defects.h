#pragma once

#include <limits>
#include <span>

#include "doxa/autograd/real.h"

namespace doxa {

/// The ways in which the mutants' gradients are wrong.
enum class Defect {
  sign,                 ///< of the gradient of one input
  factor_two,           ///< on the gradient of one input
  factor_fine,          ///< 1 + finest_error on the gradient of one input
  dropped_sum,          ///< of what an input's entry adds to several outputs, only the first counts
  transposed,           ///< the gradient of one matrix is written in the order of its transpose
  permuted,             ///< the entries of one gradient in a random order
  entry,                ///< one Jacobian entry off by up to its double
  entry_fine,           ///< one Jacobian entry off by finest_error of itself
  missing_term,         ///< of the product rule: (f w)' = f' w
  offset,               ///< a constant added to one gradient, whatever the cotangent
  jacobian_offset,      ///< a constant added to every Jacobian entry of one input
  assigned,             ///< the adjoint is assigned to, not added to, and its operand is used twice
  stopped,              ///< a stop_gradient in the wrong place
  shifted,              ///< the gradient of one input one place off along an axis
  exchanged,            ///< two inputs of one shape receive each other's gradient
  output_for_input,     ///< the derivative is taken at f(x) instead of x
  last_output_missed,   ///< the cotangent of the last output is not read
  cotangent_ignored,    ///< a cotangent of ones is used
  cotangent_magnitude,  ///< |v| is used for v
  rounded,              ///< each Jacobian entry rounded to 11 significant bits, as TF32 arithmetic does
  not_reset,            ///< a second backward from the same tape adds to the first
};

std::span<const Defect> defects();
const char* name(Defect defect);

/// The relative error that the finest defects have: 1e-6 in double precision. In single precision, the same
/// multiple of u^(2/5), which is what an extrapolated difference can be expected to resolve.
inline constexpr double finest_error = std::numeric_limits<Real>::digits == 53 ? 1e-6 : 3e-3;

}  // namespace doxa
