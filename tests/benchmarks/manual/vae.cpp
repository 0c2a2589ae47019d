#include "manual/fused_loops.h"
#include "manual/steps.h"

namespace doxa::benchmarks::manual {

VaeStep::VaeStep(Vae& model)
    : size_(model.size),
      x_(model.data),
      parameters_(doxa::parameters(model)),
      e1_(parameters_.dense(0)),
      e2_(parameters_.dense(1)),
      e3_(parameters_.dense(2)),
      d1_(parameters_.dense(3)),
      d2_(parameters_.dense(4)),
      d3_(parameters_.dense(5)) {
  const auto [B, D, H, L] = size_;
  for (Tensor* t : {&h1_, &h2_, &h3_, &h4_, &g1_, &g2_}) *t = Tensor(Shape{B, H});
  for (Tensor* t : {&noise_, &scale_, &z_, &dz_}) *t = Tensor(Shape{B, L});
  q_ = dq_ = Tensor(Shape{B, 2 * L});
  mean_ = Tensor(Shape{B, D});
}

Real VaeStep::gradient(Philox& noise) {
  const auto [B, D, H, L] = size_;
  const Real c = 1 / static_cast<Real>(B);
  constexpr Real half_log_2pi = static_cast<Real>(0.91893853320467274178);

  noise.normal(noise_.span());
  e1_.forward_tanh(B, x_.data(), D, h1_.data());
  e2_.forward_tanh(B, h1_.data(), H, h2_.data());
  e3_.forward(B, h2_.data(), H, q_.data());
  copy_log_scales(B, L, q_.data(), scale_.data());
  kernels().unary[static_cast<int>(Unary::exp)](B * L, scale_.data(), scale_.data());
  const Real kl = sample_and_divergence(B, L, q_.data(), scale_.data(), noise_.data(), z_.data());
  d1_.forward_tanh(B, z_.data(), L, h3_.data());
  d2_.forward_tanh(B, h3_.data(), H, h4_.data());
  d3_.forward(B, h4_.data(), H, mean_.data());
  const Real squares = squared_error(B * D, c, x_.data(), mean_.data(), mean_.data());  // mean_: its adjoint

  d3_.add_parameter_gradient(B, h4_.data(), H, mean_.data());
  d3_.add_input_gradient(B, mean_.data(), H, g1_.data(), false);
  tanh_adjoint(B * H, h4_.data(), g1_.data());
  d2_.add_parameter_gradient(B, h3_.data(), H, g1_.data());
  d2_.add_input_gradient(B, g1_.data(), H, g2_.data(), false);
  tanh_adjoint(B * H, h3_.data(), g2_.data());
  d1_.add_parameter_gradient(B, z_.data(), L, g2_.data());
  d1_.add_input_gradient(B, g2_.data(), L, dz_.data(), false);
  sample_and_divergence_adjoint(B, L, c, q_.data(), scale_.data(), noise_.data(), dz_.data(), dq_.data());
  e3_.add_parameter_gradient(B, h2_.data(), H, dq_.data());
  e3_.add_input_gradient(B, dq_.data(), H, g1_.data(), false);
  tanh_adjoint(B * H, h2_.data(), g1_.data());
  e2_.add_parameter_gradient(B, h1_.data(), H, g1_.data());
  e2_.add_input_gradient(B, g1_.data(), H, g2_.data(), false);
  tanh_adjoint(B * H, h1_.data(), g2_.data());
  e1_.add_parameter_gradient(B, x_.data(), D, g2_.data());
  return c * (kl + squares) + static_cast<Real>(D) * half_log_2pi;
}

}  // namespace doxa::benchmarks::manual
