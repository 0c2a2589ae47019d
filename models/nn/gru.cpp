#include "doxa/models/nn/gru.h"

#include <algorithm>

#include "doxa/autograd/internal/product_adjoint.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/models/nn/kernels/nn_kernels.h"

namespace doxa {

namespace {

// Whether the gates show that both affine maps had finite operands: an infinity makes a gate 0 or ±1, or s_n
// infinite.
bool finite_operands(const Kernels& k, Index m, Index w, const Real* gates) {
  for (Index row = 0; row < m; ++row, gates += 4 * w)
    if (!k.all_between(2 * w, 0, 1, gates) || !k.all_between(w, -1, 1, gates + 2 * w) ||
        !all_finite(k, w, gates + 3 * w))
      return false;
  return true;
}

}  // namespace

GruCell::GruCell(const std::string& n, Index in, Index w, Philox& random)
    : name(n), input(n + "/input", in, 3 * w, random), hidden(n + "/hidden", w, 3 * w, random), width(w) {}

// One record for the whole cell. Of the two affine maps it keeps only what backward needs: the gates r, u, n
// and h U_n + b_n. The element-wise part and its adjoint are in kernels/nn_kernels.inl.
Var GruCell::operator()(Var x, Var h) {
  Tape& tape = x.tape();
  const Scope scope(tape, name);
  const Shape sx = x.shape(), sh = h.shape(), sw = input.weight.value.shape();
  if (sx.rank() != 2 || sx[1] != sw[0] || sh != Shape{sx[0], width})
    throw argument_error({"gru", tape}, "expected [m," + std::to_string(sw[0]) + "] and [m," +
                                            std::to_string(width) + "], got " + sx.str() + " and " +
                                            sh.str());
  const Index m = sx[0], in = sw[0], w = width;
  Real* gates = tape.scratch<Real>(m * 4 * w);
  return record(
      "gru", sh,
      {x, h, input.weight.on(tape), input.bias.on(tape), hidden.weight.on(tape), hidden.bias.on(tape)},
      [=](Record& r) {
        const Kernels& k = r.kernels();
        Real *from_x = r.workspace(2 * m * 3 * w), *from_h = from_x + m * 3 * w;
        k.matmul(m, 3 * w, in, r.value(0), in, 1, r.value(2), 3 * w, 1, from_x, false);
        k.add_rows(m, 3 * w, r.value(3), 0, from_x, 3 * w);
        k.matmul(m, 3 * w, w, r.value(1), w, 1, r.value(4), 3 * w, 1, from_h, false);
        k.add_rows(m, 3 * w, r.value(5), 0, from_h, 3 * w);
        nn_kernels(k.set).gru(m, w, from_x, from_h, r.value(1), gates, r.value());
      },
      [=](Record& r) {
        const Kernels& k = r.kernels();
        const bool finite = finite_operands(k, m, w, gates) || all_operands_finite(r);
        const ProductAdjoint of_x(k, finite, m, in, 3 * w), of_h(k, finite, m, w, 3 * w);
        // The adjoints of the two affine maps.
        Real* d_x = r.workspace(2 * m * 3 * w + std::max(of_x.memory(), of_h.memory()));
        Real *d_h = d_x + m * 3 * w, *memory = d_h + m * 3 * w;
        nn_kernels(k.set).gru_adjoint(m, w, gates, r.value(1), r.adjoint(), d_x, d_h, r.adjoint(1));
        const auto through_weight = [&](int i, const ProductAdjoint& product, const Real* d,
                                        int weight) {  // dx += d Wᵀ
          if (!r.needs_gradient(i)) return;
          const auto [dx, add] = r.whole_adjoint(i);
          product.to_left(d, r.value(weight), dx, add, memory);
        };
        const auto to_parameters = [&](int i, const ProductAdjoint& product, const Real* d,
                                       int weight) {  // dW += xᵀ d, db += Σ d
          if (r.needs_gradient(weight)) {
            const auto [dw, add] = r.whole_adjoint(weight);
            product.to_right(d, r.value(i), dw, add, memory);
          }
          if (r.needs_gradient(weight + 1)) k.add_rows(m, 3 * w, d, 3 * w, r.adjoint(weight + 1), 0);
        };
        through_weight(0, of_x, d_x, 2);
        through_weight(1, of_h, d_h, 4);
        to_parameters(0, of_x, d_x, 2);
        to_parameters(1, of_h, d_h, 4);
      });
}

void append_parameters(Parameters& to, GruCell& cell) {
  append_parameters(to, cell.input);
  append_parameters(to, cell.hidden);
}

}  // namespace doxa
