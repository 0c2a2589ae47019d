#pragma once

#include "manual/flat_parameters.h"
#include "manual/latent_steps.h"
#include "training_steps/rssm.h"

namespace doxa::benchmarks::manual {

/// The same loss and gradient as Rssm::loss on the whole batch, derived and fused by hand: the same matrix
/// products in the same order of steps, one pass for what lies between two of them, memory laid out once.
class RssmStep {
 public:
  explicit RssmStep(Rssm& model);

  Real gradient(Philox& noise);  ///< returns the loss; gradients are added to those in parameters()
  FlatParameters& parameters() { return parameters_; }

 private:
  Rssm::Sizes size_;
  Episodes data_;
  FlatParameters parameters_;
  Dense x_, h_, q1_, q2_, p1_, p2_, e1_, e2_;  // x, h: the two products of the recurrent unit
  LatentSteps latent_;
  // Of all steps. Rows [s_{k-1}, a_{k-1}], [h_k, o_k] and [h_k, s_k]; the first of [h, s] is h_0, s_0.
  Tensor sa_, ho_, hs_;
  Tensor products_x_, products_h_, gates_, candidate_, hidden_q_, hidden_p_, hidden_e_, logits_;
  Tensor g_, dh_, ds_, dhs_, dx_, dproducts_h_, totals_;
};

}  // namespace doxa::benchmarks::manual
