#include "doxa/models/nn/gru.h"

namespace doxa {

GruCell::GruCell(const std::string& name, Index in, Index w, Philox& random)
    : input(name + "/input", in, 3 * w, random), hidden(name + "/hidden", w, 3 * w, random), width(w) {}

// The two affine maps are records of their own; what is element-wise, and its adjoint, is one:
// kernels/fused.inl.
Var GruCell::operator()(Var x, Var h) {
  const Var from_input = input(x), from_state = hidden(h);
  const Index batch = h.shape()[0], w = width;
  Real* gates = h.tape().scratch<Real>(batch * 3 * w);
  return record(
      "gru", h.shape(), {from_input, from_state, h},
      [=](Record& r) { r.kernels().gru(batch, w, r.value(0), r.value(1), r.value(2), gates, r.value()); },
      [=](Record& r) {
        r.kernels().gru_adjoint(batch, w, r.value(1), r.value(2), gates, r.adjoint(), r.adjoint(0),
                                r.adjoint(1), r.adjoint(2));
      });
}

void append_parameters(Parameters& to, GruCell& cell) {
  append_parameters(to, cell.input);
  append_parameters(to, cell.hidden);
}

}  // namespace doxa
