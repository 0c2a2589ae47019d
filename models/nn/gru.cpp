#include "doxa/models/nn/gru.h"

namespace doxa {

GruCell::GruCell(const std::string& name, Index in, Index w, Philox& random)
    : input(name + "/input", in, 3 * w, random), hidden(name + "/hidden", w, 3 * w, random), width(w) {}

Var GruCell::operator()(Var x, Var h) {
  const Var xs = input(x), hs = hidden(h);
  const auto gate = [&](Var all, Index i) { return slice(all, -1, i * width, (i + 1) * width); };
  const Var r = sigmoid(gate(xs, 0) + gate(hs, 0));
  const Var u = sigmoid(gate(xs, 1) + gate(hs, 1));
  const Var n = tanh(gate(xs, 2) + r * gate(hs, 2));
  return n + u * (h - n);
}

void append_parameters(Parameters& to, GruCell& cell) {
  append_parameters(to, cell.input);
  append_parameters(to, cell.hidden);
}

}  // namespace doxa
