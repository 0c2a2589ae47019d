#include <algorithm>
#include <stdexcept>

#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// The activations are functions whose derivative their own value tells: backward never needs the affine map
// again.
Unary kernel(Activation f) { return f == Activation::tanh ? Unary::tanh : Unary::sigmoid; }

const char* name(Activation f) {
  switch (f) {
    case Activation::tanh:
      return "affine_tanh";
    case Activation::sigmoid:
      return "affine_sigmoid";
    default:
      return "affine";
  }
}

// What becomes of the sizes of X = [X_1 X_2 …], [m,k], and W [k,n].
struct Sizes {
  Index m, k, n;
};

Sizes sizes(std::span<const Var> parts, Var weight, Var bias) {
  const Shape sw = weight.shape(), sb = bias.shape();
  const Shape first = parts.empty() ? Shape{} : parts[0].shape();
  bool fit = sw.rank() == 2 && sb == Shape{sw[1]} && first.rank() == 2;
  Index k = 0;
  for (const Var x : parts) {
    const Shape s = x.shape();
    fit &= s.rank() == 2 && s[0] == first[0];
    k += s.rank() == 2 ? s[1] : 0;
  }
  if (fit && k == sw[0]) return {first[0], k, sw[1]};
  std::string of_parts;
  for (const Var x : parts) of_parts += (of_parts.empty() ? "" : ", ") + x.shape().str();
  throw std::invalid_argument("affine: expected [m,k] x [k,n] + [n], got " + of_parts + " x " + sw.str() +
                              " + " + sb.str());
}

// X, its parts side by side in `memory`; a single part is X itself.
const Real* side_by_side(const Record& r, int parts, const Sizes& s, Real* memory) {
  if (parts == 1) return r.value(0);
  Real* to = memory;
  for (int i = 0; i < parts; ++i) {
    const Index width = r.shape(i)[1];
    r.kernels().copy_rows(s.m, width, r.value(i), width, to, s.k);
    to += width;
  }
  return memory;
}

}  // namespace

// Y = f(Z), Z = X W + b          dZ = G f'(Z);  dX_i += dZ W_iᵀ,  dW += Xᵀ dZ,  db_j += Σ_i dZ_ij
// with the rows W_i of W that X_i meets.
Var affine(std::span<const Var> parts, Var weight, Var bias, Activation f) {
  const Sizes s = sizes(parts, weight, bias);
  const int count = static_cast<int>(parts.size());
  Tape& tape = weight.tape();
  const std::span<Var> operands(tape.scratch<Var>(count + 2), parts.size() + 2);
  std::ranges::copy(parts, operands.begin());
  operands[parts.size()] = weight;
  operands[parts.size() + 1] = bias;
  return tape.record(
      name(f), {s.m, s.n}, operands,
      [=](Record& r) {
        const Kernels& kernels = r.kernels();
        const Real *x = side_by_side(r, count, s, r.workspace(s.m * s.k)), *b = r.value(count + 1);
        kernels.matmul(s.m, s.n, s.k, x, s.k, 1, r.value(count), s.n, 1, r.value(), false);
        switch (f) {
          case Activation::identity:
            return kernels.add_rows(s.m, s.n, b, 0, r.value(), s.n);
          case Activation::tanh:
            return kernels.bias_tanh(s.m, s.n, b, r.value());
          case Activation::sigmoid:
            return kernels.bias_sigmoid(s.m, s.n, b, r.value());
        }
      },
      [=](Record& r) {
        const Kernels& kernels = r.kernels();
        Real *memory = r.workspace(s.m * (s.k + s.n)), *product = memory + s.m * s.k;
        const Real* dz = r.adjoint();
        if (f != Activation::identity) {
          kernels.unary_product[static_cast<int>(kernel(f))](s.m * s.n, r.value(), r.value(), r.adjoint(),
                                                             product);
          dz = product;
        }
        const Real* w = r.value(count);
        for (int i = 0; i < count; ++i) {
          const Index width = r.shape(i)[1];
          if (r.needs_gradient(i)) {
            const bool add = r.accumulates(i);
            kernels.matmul(s.m, width, s.n, dz, s.n, 1, w, 1, s.n, r.adjoint(i), add);
          }
          w += width * s.n;
        }
        if (r.needs_gradient(count)) {
          const bool add = r.accumulates(count);
          const Real* x = side_by_side(r, count, s, memory);
          kernels.matmul(s.k, s.n, s.m, x, 1, s.k, dz, s.n, 1, r.adjoint(count), add);
        }
        if (r.needs_gradient(count + 1)) kernels.add_rows(s.m, s.n, dz, s.n, r.adjoint(count + 1), 0);
      });
}

}  // namespace doxa
