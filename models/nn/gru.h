#pragma once

#include <string>

#include "doxa/models/nn/mlp.h"

namespace doxa {

/// The gated recurrent unit of Cho et al. (arXiv 1406.1078, eqs. 5–8), with the reset gate after the product
/// as in version 1 of that paper and in cuDNN; σ is the logistic function, ⊙ the element-wise product:
///   r = σ(x W_r + h U_r),  u = σ(x W_u + h U_u),  n = tanh(x W_n + r ⊙ (h U_n)),  h' = (1 - u) ⊙ n + u ⊙ h
/// each product with its bias. x [batch, in], h [batch, width].
struct GruCell {
  std::string name;      ///< of the cell's scope on the tape
  Linear input, hidden;  ///< x [W_r W_u W_n] and h [U_r U_u U_n]
  Index width;

  GruCell(const std::string& name, Index in, Index width, Philox& random);
  Var operator()(Var x, Var h);  ///< h'; throws std::invalid_argument for other shapes
};

void append_parameters(Parameters& to, GruCell& cell);

}  // namespace doxa
