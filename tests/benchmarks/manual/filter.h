#pragma once

#include "manual/flat_parameters.h"
#include "manual/latent_steps.h"
#include "training_steps/filter.h"

namespace doxa::benchmarks::manual {

/// The same loss and gradient as Filter::loss on the whole batch, derived and fused by hand: the same matrix
/// products in the same order of steps, one pass for what lies between two of them, memory laid out once.
class FilterStep {
 public:
  explicit FilterStep(Filter& model);

  Real gradient(Philox& noise);  ///< returns the loss; gradients are added to those in parameters()
  FlatParameters& parameters() { return parameters_; }

 private:
  Filter::Sizes size_;
  Episodes data_;
  Index width_;  // of a row of inputs: s_{k-1}, a_{k-1}, o_k
  FlatParameters parameters_;
  Dense q1_, q2_, p1_, p2_, e1_, e2_;
  LatentSteps latent_;
  Tensor inputs_, hidden_q_, hidden_p_, hidden_e_, logits_;  // of all steps; the last inputs hold s_T only
  Tensor g_, ds_, totals_;
};

}  // namespace doxa::benchmarks::manual
