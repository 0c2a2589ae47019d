#pragma once

#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/mlp.h"
#include "training_steps/random_episodes.h"

namespace doxa::benchmarks {

/// The recurrent state-space model of PlaNet (Hafner et al., arXiv 1811.04551, section 3): a deterministic
/// path h_k = GRU([s_{k-1}, a_{k-1}], h_{k-1}) beside the latent s_k, over B episodes of T steps:
///   loss = 1/B Σ_b Σ_k KL(q(s_k | h_k, o_k) ‖ p(s_k | h_k)) - log p(o_k | h_k, s_k)
/// with s_0 = 0, h_0 = 0, s_k drawn from q, and tanh networks (H+O)-H-2L, H-H-2L and (H+L)-H-O.
struct Rssm {
  struct Sizes {
    Index B, T, A, O, H, L;
  } size;
  Philox random{1};
  GruCell gru{"gru", size.L + size.A, size.H, random};
  Mlp posterior{"posterior", {size.H + size.O, size.H, 2 * size.L}, random};
  Mlp prior{"prior", {size.H, size.H, 2 * size.L}, random};
  Mlp emission{"emission", {size.H + size.L, size.H, size.O}, random};
  Episodes data = random_episodes(size.B, size.T, size.A, size.O, random);

  Index batch() const { return size.B; }

  /// What rows first … first+rows-1 of the batch add to the loss.
  Var loss(Tape& tape, Index first, Index rows, Philox& noise) {
    Var s = tape.constant({rows, size.L}, Real{0}), h = tape.constant({rows, size.H}, Real{0});
    Var total = tape.constant({rows}, Real{0});
    for (Index k = 1; k <= size.T; ++k) {
      const auto o_k = some_rows(data.observations_at(k), first, rows);
      const Var a = one_hot(tape, some_rows(data.actions_at(k), first, rows), size.A);
      const Var o = one_hot(tape, o_k, size.O);
      h = gru(concat({s, a}, 1), h);
      const DiagonalNormal p = DiagonalNormal::from_halves(prior(h)),
                           q = DiagonalNormal::from_halves(posterior({h, o}));
      s = rsample(q, normal_noise(tape, {rows, size.L}, noise));
      const Var log_likelihood = log_prob(Categorical(emission({h, s})), o_k);
      total = total + kl_divergence(q, p) - log_likelihood;
    }
    return sum(total) / static_cast<Real>(size.B);
  }
};

inline void append_parameters(Parameters& to, Rssm& m) {
  append_parameters(to, m.gru);
  append_parameters(to, m.posterior);
  append_parameters(to, m.prior);
  append_parameters(to, m.emission);
}

}  // namespace doxa::benchmarks
