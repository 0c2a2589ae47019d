#pragma once

#include <span>
#include <vector>

#include "doxa/autograd/gradcheck.h"

namespace doxa {

using Inputs = std::span<const Var>;

/// y = f(x) evaluated once, and then v ↦ vᵀ ∂y/∂x_k as often as asked, all from the same tape.
class Pullback {
 public:
  Pullback(const TensorFunction& f, std::span<const Tensor> inputs);
  const Tensor& value() const { return value_; }
  /// One tensor an input; v has the shape of y.
  std::vector<Tensor> operator()(const Tensor& v);

 private:
  Tape tape_;
  std::vector<Var> x_;
  Var y_;
  Tensor value_;
};

/// x ↦ f(x), without gradients.
class Forward {
 public:
  explicit Forward(const TensorFunction& f) : f_(f) {}
  Tensor operator()(std::span<const Tensor> inputs);

 private:
  TensorFunction f_;
  Tape tape_;
  std::vector<Var> x_;
};

/// ∂y_m/∂x_n with all inputs one after another: entries [M,N], and those of input k start at column first[k].
struct Jacobian {
  Shape output;
  std::vector<Shape> inputs;
  std::vector<Index> first;
  Tensor entries;
  Index rows() const { return entries.shape()[0]; }
  Index columns() const { return entries.shape()[1]; }
};

/// What the tape says it is: row m is the pullback of the unit cotangent e_m.
Jacobian analytic_jacobian(const TensorFunction& f, std::span<const Tensor> inputs);

}  // namespace doxa
