#pragma once

#include <concepts>
#include <span>

#include "doxa/autograd/gradcheck.h"

namespace doxa {

using Inputs = std::span<const Var>;

/// What is checked: f(x), f(x, y) or f(inputs), and f(tape, inputs) where it needs the tape.
class FunctionOfInputs {
 public:
  template <class F>
  requires(!std::same_as<F, FunctionOfInputs>) FunctionOfInputs(F f)
      : f_([f](Tape& tape, Inputs x) -> Var {
          if constexpr (std::invocable<const F&, Var>)
            return f(x[0]);
          else if constexpr (std::invocable<const F&, Var, Var>)
            return f(x[0], x[1]);
          else if constexpr (std::invocable<const F&, Inputs>)
            return f(x);
          else
            return f(tape, x);
        }) {}

  operator TensorFunction() const { return f_; }

 private:
  TensorFunction f_;
};

}  // namespace doxa
