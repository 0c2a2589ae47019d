#pragma once

#include <span>

#include "doxa/autograd/random.h"
#include "doxa/autograd/tensor.h"

namespace doxa::benchmarks::manual {

/// s_k = μ_q + σ_q ε and KL(q ‖ p), at each of T steps of a recurrence, kept for the way back.
class LatentSteps {
 public:
  LatentSteps(Index steps, Index rows, Index latent);

  Real* q(Index k) { return q_.data() + 2 * k * block_; }  ///< [rows, 2L]: the networks write here
  Real* p(Index k) { return p_.data() + 2 * k * block_; }
  /// Draws s_k into rows of `stride`; returns Σ KL over the rows.
  Real forward(Index k, Philox& noise, Real* s, Index stride);
  /// From ∂loss/∂s_k [rows, L] to the networks' outputs; q(k) and p(k) become their adjoints. c is the weight
  /// of the divergence in the loss.
  void backward(Index k, Real c, const Real* ds);

 private:
  Index rows_, latent_, block_;
  Tensor q_, p_, noise_, scales_;  // scales: σ_q and then 1/σ_p of each step
};

/// -log softmax(logits)(index), added over the rows; `logits` [rows, columns] become c times its gradient.
/// `totals` is scratch for `rows` numbers.
Real cross_entropy(Index rows, Index columns, Real c, std::span<const Index> index, Real* logits,
                   Real* totals);

}  // namespace doxa::benchmarks::manual
