#pragma once

#include "manual/flat_parameters.h"
#include "manual/latent_steps.h"
#include "training_steps/filter.h"
#include "training_steps/rssm.h"
#include "training_steps/vae.h"

namespace doxa::benchmarks::manual {

// The same losses and gradients as those of the models on the whole batch, derived and fused by hand: the
// same matrix products in the same order of steps, one pass for what lies between two of them, memory laid
// out once. gradient(noise) returns the loss, and adds to the gradients in parameters().

class VaeStep {
 public:
  explicit VaeStep(Vae& model);
  Real gradient(Philox& noise);
  FlatParameters& parameters() { return parameters_; }

 private:
  Vae::Sizes size_;
  Tensor x_;
  FlatParameters parameters_;
  Dense e1_, e2_, e3_, d1_, d2_, d3_;
  Tensor noise_, h1_, h2_, q_, scale_, z_, h3_, h4_, mean_, g1_, g2_, dq_, dz_;
};

class FilterStep {
 public:
  explicit FilterStep(Filter& model);
  Real gradient(Philox& noise);
  FlatParameters& parameters() { return parameters_; }

 private:
  Filter::Sizes size_;
  Episodes data_;
  Index width_;  // of a row of inputs: s_{k-1}, a_{k-1}, o_k
  FlatParameters parameters_;
  TanhNetwork q_, p_, e_;
  LatentSteps latent_;
  Tensor inputs_, logits_;  // of all steps; the last inputs hold s_T only
  Tensor g_, ds_, totals_;
};

class RssmStep {
 public:
  explicit RssmStep(Rssm& model);
  Real gradient(Philox& noise);
  FlatParameters& parameters() { return parameters_; }

 private:
  Rssm::Sizes size_;
  Episodes data_;
  FlatParameters parameters_;
  Dense x_, h_;  // the two products of the recurrent unit
  TanhNetwork q_, p_, e_;
  LatentSteps latent_;
  // Of all steps. Rows [s_{k-1}, a_{k-1}], [h_k, o_k] and [h_k, s_k]; the first of [h, s] is h_0, s_0.
  Tensor sa_, ho_, hs_;
  Tensor products_x_, products_h_, gates_, candidate_, logits_;
  Tensor g_, dh_, ds_, dhs_, dx_, dproducts_h_, totals_;
};

}  // namespace doxa::benchmarks::manual
