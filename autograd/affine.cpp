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

}  // namespace

// Y = f(Z), Z = X W + b          dZ = G f'(Z);  dX += dZ Wᵀ,  dW += Xᵀ dZ,  db_j += Σ_i dZ_ij
Var affine(Var x, Var weight, Var bias, Activation f) {
  const Shape sx = x.shape(), sw = weight.shape(), sb = bias.shape();
  if (sx.rank() != 2 || sw.rank() != 2 || sx[1] != sw[0] || sb != Shape{sw[1]})
    throw std::invalid_argument("affine: expected [m,k] x [k,n] + [n], got " + sx.str() + " x " + sw.str() +
                                " + " + sb.str());
  const Index m = sx[0], k = sx[1], n = sw[1];
  return record(
      name(f), {m, n}, {x, weight, bias},
      [=](Record& r) {
        const Kernels& kernels = r.kernels();
        kernels.matmul(m, n, k, r.value(0), k, 1, r.value(1), n, 1, r.value(), false);
        switch (f) {
          case Activation::identity:
            return kernels.add_rows(m, n, r.value(2), 0, r.value(), n);
          case Activation::tanh:
            return kernels.bias_tanh(m, n, r.value(2), r.value());
          case Activation::sigmoid:
            return kernels.bias_sigmoid(m, n, r.value(2), r.value());
        }
      },
      [=](Record& r) {
        const Kernels& kernels = r.kernels();
        const Real* dz = r.adjoint();
        if (f != Activation::identity) {
          Real* product = r.workspace(m * n);
          kernels.unary_product[static_cast<int>(kernel(f))](m * n, r.value(), r.value(), r.adjoint(),
                                                             product);
          dz = product;
        }
        if (r.needs_gradient(0)) {
          const bool add = r.accumulates(0);
          kernels.matmul(m, k, n, dz, n, 1, r.value(1), 1, n, r.adjoint(0), add);
        }
        if (r.needs_gradient(1)) {
          const bool add = r.accumulates(1);
          kernels.matmul(k, n, m, r.value(0), 1, k, dz, n, 1, r.adjoint(1), add);
        }
        if (r.needs_gradient(2)) kernels.add_rows(m, n, dz, n, r.adjoint(2), 0);
      });
}

}  // namespace doxa
