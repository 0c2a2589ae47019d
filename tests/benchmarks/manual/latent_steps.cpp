#include "manual/latent_steps.h"

#include "doxa/autograd/kernels/kernels.h"
#include "manual/fused_loops.h"

namespace doxa::benchmarks::manual {

LatentSteps::LatentSteps(Index steps, Index rows, Index latent)
    : rows_(rows),
      latent_(latent),
      block_(rows * latent),
      q_(Shape{steps, 2 * block_}),
      p_(q_),
      noise_(Shape{steps, block_}),
      scales_(q_) {}

Real LatentSteps::forward(Index k, Philox& noise, Real* s, Index stride) {
  Real *eps = noise_.data() + k * block_, *scale = scales_.data() + 2 * k * block_,
       *precision = scale + block_;
  noise.normal({eps, static_cast<std::size_t>(block_)});
  copy_log_scales(rows_, latent_, q(k), p(k), scale, precision);
  kernels().unary[static_cast<int>(Unary::exp)](2 * block_, scale, scale);
  return sample_and_divergence(rows_, latent_, q(k), p(k), scale, precision, eps, s, stride);
}

void LatentSteps::backward(Index k, Real c, const Real* ds) {
  const Real *eps = noise_.data() + k * block_, *scale = scales_.data() + 2 * k * block_;
  sample_and_divergence_adjoint(rows_, latent_, c, q(k), p(k), scale, scale + block_, eps, ds, q(k), p(k));
}

Real cross_entropy(Index rows, Index columns, Real c, std::span<const Index> index, Real* logits,
                   Real* totals) {
  const Real own = shift_logits(rows, columns, index, logits);
  kernels().unary[static_cast<int>(Unary::exp)](rows * columns, logits, logits);
  softmax_residual(rows, columns, c, index, logits, totals);
  kernels().unary[static_cast<int>(Unary::log)](rows, totals, totals);
  return kernels().sum(rows, totals) - own;
}

}  // namespace doxa::benchmarks::manual
