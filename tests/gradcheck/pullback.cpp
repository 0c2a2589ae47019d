#include "pullback.h"

#include <algorithm>

namespace doxa {

Pullback::Pullback(const TensorFunction& f, std::span<const Tensor> inputs) {
  for (const Tensor& x : inputs) x_.push_back(tape_.variable(x));
  y_ = f(tape_, x_);
  value_ = y_.tensor();
}

std::vector<Tensor> Pullback::operator()(const Tensor& v) {
  tape_.backward(y_, v);
  std::vector<Tensor> gradients;
  for (const Var x : x_) gradients.push_back(x.gradient());
  return gradients;
}

Tensor Forward::operator()(std::span<const Tensor> inputs) {
  tape_.clear();
  const Evaluation evaluation(tape_);
  x_.clear();
  for (const Tensor& x : inputs) x_.push_back(tape_.constant(x));
  return f_(tape_, x_).tensor();
}

Jacobian analytic_jacobian(const TensorFunction& f, std::span<const Tensor> inputs) {
  Pullback pullback(f, inputs);
  Jacobian j;
  j.output = pullback.value().shape();
  Index columns = 0;
  for (const Tensor& x : inputs) {
    j.inputs.push_back(x.shape());
    j.first.push_back(columns);
    columns += x.size();
  }
  j.entries = Tensor(Shape{j.output.size(), columns});
  Tensor unit(j.output);
  for (Index m = 0; m < unit.size(); ++m) {
    unit[m] = 1;
    const std::vector<Tensor> row = pullback(unit);
    unit[m] = 0;
    for (std::size_t k = 0; k < row.size(); ++k)
      for (Index i = 0; i < row[k].size(); ++i) j.entries(m, j.first[k] + i) = row[k][i];
  }
  return j;
}

}  // namespace doxa
