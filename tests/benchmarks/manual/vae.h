#pragma once

#include "manual/flat_parameters.h"
#include "training_steps/vae.h"

namespace doxa::benchmarks::manual {

/// The same loss and gradient as Vae::loss on the whole batch, derived and fused by hand: the same matrix
/// products, one pass for what lies between two of them, memory laid out once.
class VaeStep {
 public:
  explicit VaeStep(Vae& model);

  Real gradient(Philox& noise);  ///< returns the loss; gradients are added to those in parameters()
  FlatParameters& parameters() { return parameters_; }

 private:
  Vae::Sizes size_;
  Tensor x_;
  FlatParameters parameters_;
  Dense e1_, e2_, e3_, d1_, d2_, d3_;
  Tensor noise_, h1_, h2_, q_, scale_, z_, h3_, h4_, mean_, g1_, g2_, dq_, dz_;
};

}  // namespace doxa::benchmarks::manual
