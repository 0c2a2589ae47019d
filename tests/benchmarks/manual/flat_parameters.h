#pragma once

#include <vector>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/models/nn/parameter.h"

namespace doxa::benchmarks::manual {

/// One layer y = x W + b of a hand-written step, and where its gradient goes; rows of x are `x_stride` apart.
struct Dense {
  Index in, out;
  const Real *weight, *bias;
  Real *weight_gradient, *bias_gradient;

  void forward(Index rows, const Real* x, Index x_stride, Real* y) const;       ///< y = x W + b
  void forward_tanh(Index rows, const Real* x, Index x_stride, Real* y) const;  ///< y = tanh(x W + b)
  /// dx [rows, columns] (+)= g Wᵀ, for the first columns of x only: the others are data.
  void add_input_gradient(Index rows, const Real* g, Index columns, Real* dx, bool accumulate) const;
  /// W's gradient += xᵀ g, b's += Σ g.
  void add_parameter_gradient(Index rows, const Real* x, Index x_stride, const Real* g) const;
};

/// A network of one hidden layer, y = tanh(x W + b) V + c, with the values of that layer at each step of a
/// recurrence.
class TanhNetwork {
 public:
  TanhNetwork(const Dense& first, const Dense& second, Index steps, Index rows)
      : first_(first), second_(second), rows_(rows), hidden_(Shape{steps, rows, first.out}) {}

  /// y from x, whose rows are `x_stride` apart, at step k.
  void forward(Index k, const Real* x, Index x_stride, Real* y);
  /// From ∂loss/∂y at step k to the gradients of the parameters; `g` becomes the adjoint of x W + b.
  void add_parameter_gradient(Index k, const Real* x, Index x_stride, const Real* dy, Real* g) const;
  /// dx [rows, columns] (+)= g Wᵀ, for the first columns of x.
  void add_input_gradient(const Real* g, Index columns, Real* dx, bool accumulate) const {
    first_.add_input_gradient(rows_, g, columns, dx, accumulate);
  }

 private:
  Dense first_, second_;
  Index rows_;
  Tensor hidden_;
};

/// A copy of a model's parameters in one array, with their gradients and Adam's moments in others of the same
/// layout, so that an update is one pass. Each parameter starts on a cache line.
class FlatParameters {
 public:
  explicit FlatParameters(const Parameters& model);
  FlatParameters(const FlatParameters&) = delete;  // layers point into it
  FlatParameters& operator=(const FlatParameters&) = delete;

  /// The i-th layer; a layer is a weight followed by its bias.
  Dense dense(std::size_t i);
  std::span<const Real> gradient(std::size_t i) const;  ///< of parameter i
  void adam_step();                                     ///< at rate 1e-3; the gradients are zero afterwards

 private:
  struct Place {
    Index offset;
    Shape shape;
  };
  std::vector<Place> places_;
  Tensor values_, gradients_, means_, variances_;
  double steps_ = 0;
};

}  // namespace doxa::benchmarks::manual
