#pragma once

#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"
#include "doxa/models/nn/mlp.h"
#include "training_steps/random_episodes.h"

namespace doxa::benchmarks {

/// A Markov filtering posterior over B episodes of T steps:
///   loss = 1/B Σ_b Σ_k KL(q(s_k | s_{k-1}, a_{k-1}, o_k) ‖ p(s_k | s_{k-1}, a_{k-1})) - log p(o_k | s_k)
/// with s_0 = 0, s_k drawn from q, and tanh networks (L+A+O)-H-2L, (L+A)-H-2L and L-H-O.
struct Filter {
  struct Sizes {
    Index B, T, A, O, H, L;
  } size;
  Philox random{1};
  Mlp posterior{"posterior", {size.L + size.A + size.O, size.H, 2 * size.L}, random};
  Mlp transition{"transition", {size.L + size.A, size.H, 2 * size.L}, random};
  Mlp emission{"emission", {size.L, size.H, size.O}, random};
  Episodes data = random_episodes(size.B, size.T, size.A, size.O, random);

  Index batch() const { return size.B; }

  /// What rows first … first+rows-1 of the batch add to the loss.
  Var loss(Tape& tape, Index first, Index rows, Philox& noise) {
    Var s = tape.constant({rows, size.L}, Real{0}), total = tape.constant({rows}, Real{0});
    for (Index k = 1; k <= size.T; ++k) {
      const auto o_k = some_rows(data.observations_at(k), first, rows);
      const Var a = one_hot(tape, some_rows(data.actions_at(k), first, rows), size.A);
      const Var o = one_hot(tape, o_k, size.O);
      const DiagonalNormal q = DiagonalNormal::from_halves(posterior({s, a, o})),
                           p = DiagonalNormal::from_halves(transition({s, a}));
      s = rsample(q, normal_noise(tape, {rows, size.L}, noise));
      const Var log_likelihood = log_prob(Categorical(emission(s)), o_k);
      total = total + kl_divergence(q, p) - log_likelihood;
    }
    return sum(total) / static_cast<Real>(size.B);
  }
};

inline void append_parameters(Parameters& to, Filter& m) {
  append_parameters(to, m.posterior);
  append_parameters(to, m.transition);
  append_parameters(to, m.emission);
}

}  // namespace doxa::benchmarks
