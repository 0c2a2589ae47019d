#pragma once

#include <string>
#include <vector>

#include "doxa/models/nn/linear.h"

namespace doxa {

/// Linear layers with tanh between them: y = W_n tanh(… tanh(W_1 x + b_1) …) + b_n. `widths` = in, hidden…,
/// out. Throws std::invalid_argument for fewer than two widths. `last_gain` scales the last layer's initial
/// weights.
struct Mlp {
  std::vector<Linear> layers;

  Mlp(const std::string& name, const std::vector<Index>& widths, Philox& random, Real last_gain = 1);
  Var operator()(Var x);
};

void append_parameters(Parameters& to, Mlp& mlp);

}  // namespace doxa
