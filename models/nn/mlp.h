#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

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
  /// f(x W + b), for x given as its parts side by side, [batch, k_1], [batch, k_2] …
  Var operator()(std::span<const Var> parts, Activation f = Activation::identity);
  Var operator()(Var x, Activation f = Activation::identity) {
    return (*this)(std::span<const Var>(&x, 1), f);
  }
};

/// Linear layers with tanh between them: y = W_n tanh(… tanh(W_1 x + b_1) …) + b_n. `widths` = in, hidden…,
/// out. `last_gain` scales the last layer's initial weights. Throws std::invalid_argument for fewer than two
/// widths.
struct Mlp {
  std::vector<Linear> layers;

  Mlp(const std::string& name, const std::vector<Index>& widths, Philox& random, Real last_gain = 1);
  Var operator()(std::span<const Var> parts);  ///< of x given as its parts side by side
  Var operator()(Var x) { return (*this)(std::span<const Var>(&x, 1)); }
  Var operator()(std::initializer_list<Var> parts) {
    return (*this)(std::span<const Var>(parts.begin(), parts.size()));
  }
};

void append_parameters(Parameters& to, Linear& layer);
void append_parameters(Parameters& to, Mlp& mlp);

}  // namespace doxa
