#include "manual/flat_parameters.h"

#include <algorithm>
#include <cmath>

#include "doxa/models/nn/kernels/nn_kernels.h"
#include "manual/fused_loops.h"

namespace doxa::benchmarks::manual {

void Dense::forward(Index rows, const Real* x, Index x_stride, Real* y) const {
  fill_rows(rows, out, bias, y);
  kernels().matmul(rows, out, in, x, x_stride, 1, weight, out, 1, y, true);
}

void Dense::forward_tanh(Index rows, const Real* x, Index x_stride, Real* y) const {
  forward(rows, x, x_stride, y);
  kernels().unary[static_cast<int>(Unary::tanh)](rows * out, y, y);
}

void Dense::add_input_gradient(Index rows, const Real* g, Index columns, Real* dx, bool accumulate) const {
  kernels().matmul(rows, columns, out, g, out, 1, weight, 1, out, dx, accumulate);
}

void Dense::add_parameter_gradient(Index rows, const Real* x, Index x_stride, const Real* g) const {
  kernels().matmul(in, out, rows, x, 1, x_stride, g, out, 1, weight_gradient, true);
  add_column_sums(rows, out, g, bias_gradient);
}

void TanhNetwork::forward(Index k, const Real* x, Index x_stride, Real* y) {
  Real* h = hidden_.data() + k * rows_ * first_.out;
  first_.forward_tanh(rows_, x, x_stride, h);
  second_.forward(rows_, h, first_.out, y);
}

void TanhNetwork::add_parameter_gradient(Index k, const Real* x, Index x_stride, const Real* dy,
                                         Real* g) const {
  const Real* h = hidden_.data() + k * rows_ * first_.out;
  second_.add_parameter_gradient(rows_, h, first_.out, dy);
  second_.add_input_gradient(rows_, dy, first_.out, g, false);
  tanh_adjoint(rows_ * first_.out, h, g);
  first_.add_parameter_gradient(rows_, x, x_stride, g);
}

FlatParameters::FlatParameters(const Parameters& model) {
  constexpr Index line = 64 / sizeof(Real);
  Index size = 0;
  for (const Parameter* p : model) {
    places_.push_back({size, p->value.shape()});
    size += (p->value.size() + line - 1) / line * line;
  }
  values_ = gradients_ = means_ = variances_ = Tensor(Shape{size});
  for (std::size_t i = 0; i < model.size(); ++i)
    std::ranges::copy(model[i]->value.span(), values_.data() + places_[i].offset);
}

Dense FlatParameters::dense(std::size_t i) {
  const Place &w = places_[2 * i], &b = places_[2 * i + 1];
  return {w.shape[0],
          w.shape[1],
          values_.data() + w.offset,
          values_.data() + b.offset,
          gradients_.data() + w.offset,
          gradients_.data() + b.offset};
}

std::span<const Real> FlatParameters::gradient(std::size_t i) const {
  return gradients_.span().subspan(static_cast<std::size_t>(places_[i].offset),
                                   static_cast<std::size_t>(places_[i].shape.size()));
}

void FlatParameters::adam_step() {
  const double decay1 = 0.9, decay2 = 0.999;
  ++steps_;
  const NnKernels::Adam step{.decay1 = static_cast<Real>(decay1),
                             .decay2 = static_cast<Real>(decay2),
                             .rate = static_cast<Real>(1e-3 / (1 - std::pow(decay1, steps_))),
                             .epsilon = static_cast<Real>(1e-8),
                             .gradient_scale = 1,
                             .variance_scale = static_cast<Real>(1 / (1 - std::pow(decay2, steps_)))};
  nn_kernels(kernels().set)
      .adam(values_.size(), step, gradients_.data(), means_.data(), variances_.data(), values_.data());
}

}  // namespace doxa::benchmarks::manual
