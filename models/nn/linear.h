#pragma once

#include <span>
#include <string>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/models/nn/parameter.h"

namespace doxa {

/// y = x W + b for each row x of [batch, in]. W [in, out] starts with independent N(0, gain²/in) entries,
/// which keeps the variance of a row (LeCun et al., "Efficient BackProp", 1998, section 4.6); b [out] starts
/// at zero.
struct Linear {
  std::string name;  ///< of the layer's scope on the tape
  Parameter weight, bias;

  Linear(const std::string& name, Index in, Index out, Philox& random, Real gain = 1);
  Var operator()(std::span<const Var> parts, Activation f = Activation::identity);  ///< f(x W + b)
  Var operator()(Var x, Activation f = Activation::identity) {
    return (*this)(std::span<const Var>(&x, 1), f);
  }
};

void append_parameters(Parameters& to, Linear& layer);

}  // namespace doxa
