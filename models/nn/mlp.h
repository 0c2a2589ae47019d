#pragma once

#include <initializer_list>
#include <span>
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
  Var operator()(
      std::span<const Var> parts);  ///< of x given as its parts side by side, [batch, k_1], [batch, k_2] …
  Var operator()(Var x) { return (*this)(std::span<const Var>(&x, 1)); }
  Var operator()(std::initializer_list<Var> parts) {
    return (*this)(std::span<const Var>(parts.begin(), parts.size()));
  }
};

void append_parameters(Parameters& to, Mlp& mlp);

}  // namespace doxa
