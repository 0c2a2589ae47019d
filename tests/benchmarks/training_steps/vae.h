#pragma once

#include "doxa/distributions/normal.h"
#include "doxa/models/nn/mlp.h"

namespace doxa::benchmarks {

/// A variational autoencoder with the likelihood N(decoder(z), 1), on B rows of noise x [B,D]:
///   loss = 1/B Σ_b KL(q(z | x_b) ‖ N(0, I)) - log p(x_b | z_b),   z_b drawn from q(z | x_b) by one ε
/// with tanh networks D-H-H-2L and L-H-H-D.
struct Vae {
  struct Sizes {
    Index B, D, H, L;
  } size;
  Philox random{1};
  Mlp encoder{"encoder", {size.D, size.H, size.H, 2 * size.L}, random};
  Mlp decoder{"decoder", {size.L, size.H, size.H, size.D}, random};
  Tensor data = normal_noise({size.B, size.D}, random);

  Index batch() const { return size.B; }

  /// What rows first … first+rows-1 of the batch add to the loss.
  Var loss(Tape& tape, Index first, Index rows, Philox& noise) {
    const auto some = data.span().subspan(static_cast<std::size_t>(first * size.D),
                                          static_cast<std::size_t>(rows * size.D));
    const Var x = tape.constant({rows, size.D}, some);
    const Normal q = DiagonalNormal::from_halves(encoder(x)).element;
    const Var zero = tape.constant({size.L}, Real{0}), log_of_one = tape.constant({size.L}, Real{0});
    const Normal prior = Normal::from_log_scale(zero, log_of_one);
    const Var z = rsample(q, normal_noise(tape, {rows, size.L}, noise));
    const Var log_scale = tape.constant(Real{0});
    const Normal p_x = Normal::from_log_scale(decoder(z), log_scale);
    const Var log_likelihood = sum(log_prob(p_x, x));
    return (sum(kl_divergence(q, prior)) - log_likelihood) / static_cast<Real>(size.B);
  }
};

inline void append_parameters(Parameters& to, Vae& m) {
  append_parameters(to, m.encoder);
  append_parameters(to, m.decoder);
}

}  // namespace doxa::benchmarks
