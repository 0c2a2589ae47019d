#pragma once

#include <functional>
#include <memory>

#include "pullback.h"

namespace doxa {

/// How a rule is wrong. As it stands, it is right: the pullback of `value`.
struct WrongRule {
  TensorFunction value;                                       ///< what the op computes
  TensorFunction differentiated;                              ///< what its rule believes that it computes
  std::function<void(Jacobian&)> corrupt = [](Jacobian&) {};  ///< of what the rule multiplies v with
  enum class Cotangent { itself, ones, magnitude };
  Cotangent cotangent = Cotangent::itself;
  bool at_output = false;   ///< differentiates at x_0 = f(x)
  bool assigns = false;     ///< to the operands' adjoints, instead of adding
  bool resets = true;       ///< false: a second backward from the same tape adds the first one's gradient
  std::size_t operand = 0;  ///< to whose gradient `offset` is added
  Real offset = 0;

  explicit WrongRule(TensorFunction f) : value(f), differentiated(std::move(f)) {}
};

/// One record with the value of rule.value and the gradient that the rule gives. The function keeps the rule
/// alive, so it must outlive the tapes it was called on.
TensorFunction with_rule(WrongRule rule);

}  // namespace doxa
