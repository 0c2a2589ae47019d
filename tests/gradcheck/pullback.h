#pragma once

#include <functional>
#include <span>
#include <vector>

#include "doxa/autograd/tape.h"

namespace doxa {

/// A function of tensors, as check_gradients takes it: f(tape, inputs) -> y.
using InputFunction = std::function<Var(Tape&, std::span<const Var>)>;

/// y = f(x) evaluated once, and then v ↦ vᵀ ∂y/∂x_k as often as asked, all from the same tape.
class Pullback {
 public:
  Pullback(const InputFunction& f, std::span<const Tensor> inputs);
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
  explicit Forward(const InputFunction& f) : f_(f) {}
  Tensor operator()(std::span<const Tensor> inputs);

 private:
  InputFunction f_;
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
Jacobian analytic_jacobian(const InputFunction& f, std::span<const Tensor> inputs);

}  // namespace doxa
