#include "doxa/models/nn/lstm.h"

#include <algorithm>

#include "doxa/autograd/internal/product_adjoint.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/models/nn/kernels/nn_kernels.h"

namespace doxa {

namespace {

// Whether the gates show that both affine maps had finite operands: an infinity makes a gate 0 or ±1, or NaN.
bool gates_inside(const Kernels& k, Index m, Index w, const Real* gates) {
  for (Index row = 0; row < m; ++row, gates += 5 * w)
    if (!k.all_between(2 * w, 0, 1, gates) || !k.all_between(w, -1, 1, gates + 2 * w) ||
        !k.all_between(w, 0, 1, gates + 3 * w))
      return false;
  return true;
}

}  // namespace

LstmCell::LstmCell(const std::string& n, Index in, Index w, Philox& random)
    : name(n), input(n + "/input", in, 4 * w, random), hidden(n + "/hidden", w, 4 * w, random), width(w) {}

// One record for the whole cell: h' and c' one after the other. It keeps the gates and tanh c' for backward.
// The element-wise part and its adjoint are in kernels/nn_kernels.inl.
LstmState LstmCell::operator()(Var x, const LstmState& before) {
  Tape& tape = x.tape();
  const Scope scope(tape, name);
  const Shape sx = x.shape(), sh = before.h.shape(), sc = before.c.shape(), sw = input.weight.value.shape();
  if (sx.rank() != 2 || sx[1] != sw[0] || sh != Shape{sx[0], width} || sc != sh)
    throw argument_error({"lstm", tape}, "expected [m," + std::to_string(sw[0]) + "], [m," +
                                             std::to_string(width) + "] and [m," + std::to_string(width) +
                                             "], got " + sx.str() + ", " + sh.str() + " and " + sc.str());
  const Index m = sx[0], in = sw[0], w = width;
  Real* gates = tape.scratch<Real>(m * 5 * w);
  const Var y = record(
      "lstm", Shape{2, m, w},
      {x, before.h, before.c, input.weight.on(tape), input.bias.on(tape), hidden.weight.on(tape),
       hidden.bias.on(tape)},
      [=](Record& r) {
        const Kernels& k = r.kernels();
        Real* z = r.workspace(m * 4 * w);
        k.matmul(m, 4 * w, in, r.value(0), in, 1, r.value(3), 4 * w, 1, z, false);
        k.matmul(m, 4 * w, w, r.value(1), w, 1, r.value(5), 4 * w, 1, z, true);
        nn_kernels(k.set).lstm(m, w, z, r.value(4), r.value(6), r.value(2), gates, r.value(),
                               r.value() + m * w);
      },
      [=](Record& r) {
        const Kernels& k = r.kernels();
        const bool finite = gates_inside(k, m, w, gates) || all_operands_finite(r);
        const ProductAdjoint of_x(k, finite, m, in, 4 * w), of_h(k, finite, m, w, 4 * w);
        Real* dz = r.workspace(m * 4 * w + std::max(of_x.memory(), of_h.memory()));
        Real* memory = dz + m * 4 * w;
        nn_kernels(k.set).lstm_adjoint(m, w, gates, r.value(2), r.adjoint(), r.adjoint() + m * w, dz,
                                       r.adjoint(2));
        const auto through = [&](int i, const ProductAdjoint& product, int weight) {
          if (r.needs_gradient(i)) {
            const auto [dx, add] = r.whole_adjoint(i);
            product.to_left(dz, r.value(weight), dx, add, memory);
          }
          if (r.needs_gradient(weight)) {
            const auto [dw, add] = r.whole_adjoint(weight);
            product.to_right(dz, r.value(i), dw, add, memory);
          }
          if (r.needs_gradient(weight + 1)) k.add_rows(m, 4 * w, dz, 4 * w, r.adjoint(weight + 1), 0);
        };
        through(0, of_x, 3);
        through(1, of_h, 5);
      });
  return {tape.view("lstm", y, sh, 0), tape.view("lstm", y, sh, m * w)};
}

void append_parameters(Parameters& to, LstmCell& cell) {
  append_parameters(to, cell.input);
  append_parameters(to, cell.hidden);
}

}  // namespace doxa
