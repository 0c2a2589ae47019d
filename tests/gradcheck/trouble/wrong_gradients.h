#pragma once

#include <functional>
#include <string>
#include <vector>

#include "trouble.h"

namespace doxa::trouble {

/// A function of numerical trouble with a gradient that is wrong.
struct WrongGradient {
  std::string name;
  /// Makes the function anew, because some mistakes remember earlier calls.
  std::function<TensorFunction()> make;
};

/// Mistakes that any rule can make, and those that are typical of the function, as far as they make a
/// difference at these inputs: the sign, a factor, one entry off by finest_error of itself; then rules that
/// are wrong only for large or small cotangents, beside a constant operand, or where the op is used more than
/// once.
std::vector<WrongGradient> wrong_gradients(const Trouble& trouble, std::span<const Tensor> inputs,
                                           Philox& random);

}  // namespace doxa::trouble
