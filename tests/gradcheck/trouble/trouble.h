#pragma once

#include <functional>
#include <string>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/random.h"

namespace doxa {

/// A function from the literature of numerical trouble: its value is what the usual code computes, rounding,
/// stopping tolerances and all; its gradient is the right one, in closed form.
struct Trouble {
  /// What an honest check can say of the right gradient.
  enum class Kind {
    resolvable,  ///< differences resolve it to about 1e-6: it passes
    limited,     ///< rounding or a stopping tolerance may hide it: it passes or is inconclusive
    hopeless,    ///< noise swamps it: inconclusive, whatever the rule says
    kink,        ///< ties: the one-sided derivatives differ, and the rule's lies between them
  };
  /// A mistake that is typical of this function: the same value, another gradient.
  struct Mistake {
    std::string name;
    TensorFunction function;
  };

  std::string family, name;
  Kind kind;
  std::string why;                                   ///< what makes differences fail on it
  std::function<std::vector<Tensor>(Philox&)> draw;  ///< random inputs
  TensorFunction function;
  std::vector<Mistake> mistakes = {};
  bool double_only = false;  ///< it makes no sense in single precision
};

const char* to_string(Trouble::Kind kind);

/// All of them, family by family; in single precision those that make sense there.
std::vector<Trouble> trouble_functions();

}  // namespace doxa
