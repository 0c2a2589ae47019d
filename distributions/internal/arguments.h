#pragma once

// What all distributions ask of their parameters and values.

#include <algorithm>

#include "doxa/autograd/var.h"

namespace doxa {

/// The shape to which that of a distribution and that of values or noise, `name`, broadcast. Throws
/// std::invalid_argument if they do not, or if both would be stretched (see distribution.h): "log_prob: the
/// distribution has shape [200,1] and x [200]: …".
Shape shape_with_values(const OpName& op, const Shape& distribution, const char* name, const Shape& values);

/// Throws std::invalid_argument "Normal: scale[1,2] is -1, expected a positive finite number" for element
/// `at` of a parameter `what` = "Normal: scale" of this shape.
[[noreturn]] void refuse_parameter(const OpName& what, const Shape& shape, Index at, Real found,
                                   const char* expected);

/// Throws as above for the first element of a parameter that is not valid.
template <class Valid>
void check_parameter(const char* what, Var parameter, const char* expected, Valid valid) {
  const std::span<const Real> all = parameter.value();
  bool every = true;  // a loop without an early exit becomes vector code
  for (const Real x : all) every &= valid(x);
  if (every) [[likely]]
    return;
  const auto wrong = std::ranges::find_if_not(all, valid);
  refuse_parameter({what, parameter.tape()}, parameter.shape(), wrong - all.begin(), *wrong, expected);
}

/// Throws std::invalid_argument unless the last axis of x has k numbers.
void check_last_axis(const char* what, Var x, Index k);

/// Throws std::invalid_argument naming `what` and the row unless the numbers of each row, along the last
/// axis, add up to 1 within √ε, ε the spacing of numbers at 1.
void check_sums_of_rows(const char* what, Var x);

/// log p_i for probabilities p along the last axis. Its derivative 1/p_i is taken as 0 where p_i = 0. Throws
/// std::invalid_argument naming `what` and the index of a p that is not from 0 to 1, or of a row that does
/// not add up to 1 as above.
Var log_of_probs(const char* what, Var probs);

}  // namespace doxa
