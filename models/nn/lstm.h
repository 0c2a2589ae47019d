#pragma once

#include <string>

#include "doxa/models/nn/mlp.h"

namespace doxa {

/// What an LSTM carries from step to step.
struct LstmState {
  Var h;  ///< its output [batch, width]
  Var c;  ///< its memory [batch, width]
};

/// Long short-term memory (Hochreiter & Schmidhuber, Neural Computation 9(8), 1997) with the forget gate of
/// Gers, Schmidhuber & Cummins (Neural Computation 12(10), 2000); σ is the logistic function, ⊙ the
/// element-wise product:
///   i = σ(x W_i + h U_i),  f = σ(x W_f + h U_f),  g = tanh(x W_g + h U_g),  o = σ(x W_o + h U_o),
///   c' = f ⊙ c + i ⊙ g,  h' = o ⊙ tanh c'
/// each product with its bias. x [batch, in], h and c [batch, width].
struct LstmCell {
  std::string name;      ///< of the cell's scope on the tape
  Linear input, hidden;  ///< x [W_i W_f W_g W_o] and h [U_i U_f U_g U_o]
  Index width;

  LstmCell(const std::string& name, Index in, Index width, Philox& random);
  /// h' and c', which share one record; throws std::invalid_argument for other shapes.
  LstmState operator()(Var x, const LstmState& before);
};

void append_parameters(Parameters& to, LstmCell& cell);

}  // namespace doxa
