#pragma once

#include <functional>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "pullback.h"

namespace doxa {

/// A correct function whose gradient the mutation study corrupts.
struct Subject {
  std::string name;
  TensorFunction function;
  std::function<std::vector<Tensor>(Philox&)> draw;  ///< random inputs, not near a kink
  /// Expressions of the same value with a stop_gradient in a wrong place inside.
  std::vector<TensorFunction> stopped = {};
};

/// Representative ops, distributions and layers, with few inputs and outputs and more than one axis where
/// they can have several, at standard normal inputs.
std::vector<Subject> mutation_subjects();

/// Functions whose Jacobian entries span many orders of magnitude, or whose values are far larger than what
/// changes in them: of the smallest entries a difference of values may hold too few digits to judge.
std::vector<Subject> wide_range_subjects();

}  // namespace doxa
