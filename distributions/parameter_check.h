#pragma once

#include <algorithm>

#include "doxa/autograd/var.h"

namespace doxa {

/// Throws std::invalid_argument "Normal: scale[1,2] is -1, expected a positive finite number" for element
/// `at` of a parameter `what` = "Normal: scale" of this shape.
[[noreturn]] void refuse_parameter(const char* what, const Shape& shape, Index at, Real found,
                                   const char* expected);

/// Throws as above for the first element of a parameter that is not valid.
template <class Valid>
void check_parameter(const char* what, Var parameter, const char* expected, Valid valid) {
  const std::span<const Real> all = parameter.value();
  bool every = true;  // without a branch a loop over good parameters is a vector loop
  for (const Real x : all) every &= valid(x);
  if (every) [[likely]]
    return;
  const auto wrong = std::ranges::find_if_not(all, valid);
  refuse_parameter(what, parameter.shape(), wrong - all.begin(), *wrong, expected);
}

/// log p_i for probabilities p along the last axis: the derivative 1/p_i
/// is taken as 0 where p_i = 0. Throws std::invalid_argument naming `what` and the index of a p that is not
/// between 0 and 1, or of the row whose sum is off 1 by more than √ε, ε the spacing of numbers at 1.
Var log_of_probs(const char* what, Var probs);

}  // namespace doxa
