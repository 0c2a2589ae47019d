#include "doxa/models/nn/gru.h"

#include <stdexcept>

namespace doxa {

GruCell::GruCell(const std::string& n, Index in, Index w, Philox& random)
    : name(n), input(n + "/input", in, 3 * w, random), hidden(n + "/hidden", w, 3 * w, random), width(w) {}

// One record: of the two affine maps only what backward needs is kept, the gates r, u, n and h U_n + b_n.
// What is element-wise, and its adjoint, stands in autograd/kernels/fused.inl.
Var GruCell::operator()(Var x, Var h) {
  Tape& tape = x.tape();
  const Scope scope(tape, name);
  const Shape sx = x.shape(), sh = h.shape(), sw = input.weight.value.shape();
  if (sx.rank() != 2 || sx[1] != sw[0] || sh != Shape{sx[0], width})
    throw std::invalid_argument("gru: expected [m," + std::to_string(sw[0]) + "] and [m," +
                                std::to_string(width) + "], got " + sx.str() + " and " + sh.str());
  const Index m = sx[0], in = sw[0], w = width;
  Real* gates = tape.scratch<Real>(m * 4 * w);
  return record(
      "gru", sh,
      {x, h, input.weight.on(tape), input.bias.on(tape), hidden.weight.on(tape), hidden.bias.on(tape)},
      [=](Record& r) {
        const Kernels& k = r.kernels();
        Real *from_x = r.workspace(2 * m * 3 * w), *from_h = from_x + m * 3 * w;
        k.fill_rows(m, 3 * w, r.value(3), from_x);
        k.matmul(m, 3 * w, in, r.value(0), in, 1, r.value(2), 3 * w, 1, from_x, true);
        k.fill_rows(m, 3 * w, r.value(5), from_h);
        k.matmul(m, 3 * w, w, r.value(1), w, 1, r.value(4), 3 * w, 1, from_h, true);
        k.gru(m, w, from_x, from_h, r.value(1), gates, r.value());
      },
      [=](Record& r) {
        const Kernels& k = r.kernels();
        Real *d_x = r.workspace(2 * m * 3 * w), *d_h = d_x + m * 3 * w;  // of the two affine maps
        k.gru_adjoint(m, w, gates, r.value(1), r.adjoint(), d_x, d_h, r.adjoint(1));
        if (r.needs_gradient(0))
          k.matmul(m, in, 3 * w, d_x, 3 * w, 1, r.value(2), 1, 3 * w, r.adjoint(0), true);
        if (r.needs_gradient(1))
          k.matmul(m, w, 3 * w, d_h, 3 * w, 1, r.value(4), 1, 3 * w, r.adjoint(1), true);
        if (r.needs_gradient(2)) k.matmul(in, 3 * w, m, r.value(0), 1, in, d_x, 3 * w, 1, r.adjoint(2), true);
        if (r.needs_gradient(3)) k.add_rows(m, 3 * w, d_x, r.adjoint(3));
        if (r.needs_gradient(4)) k.matmul(w, 3 * w, m, r.value(1), 1, w, d_h, 3 * w, 1, r.adjoint(4), true);
        if (r.needs_gradient(5)) k.add_rows(m, 3 * w, d_h, r.adjoint(5));
      });
}

void append_parameters(Parameters& to, GruCell& cell) {
  append_parameters(to, cell.input);
  append_parameters(to, cell.hidden);
}

}  // namespace doxa
