#pragma once

#include "doxa/distributions/normal.h"
#include "doxa/models/bound_terms.h"
#include "doxa/models/nn/mlp.h"

namespace doxa {

/// The variational auto-encoder (Kingma & Welling, "Auto-encoding variational Bayes", arXiv 1312.6114,
/// section 3) of real vectors x [batch, data] with latents z [batch, latent]:
///
///   prior        p(z)     = N(0, I)
///   likelihood   p(x | z) = N(decoder(z), s² I)          one scale s for all coordinates; log s is learned
///   posterior    q(z | x) = N(μ(x), diag σ²(x))          the variational posterior; (μ, log σ) = encoder(x)
struct Vae {
  struct Sizes {
    Index data = 2, latent = 2, hidden = 64;
  };
  Sizes sizes;
  Mlp encoder, decoder;
  Parameter log_scale;  ///< log s, a scalar

  /// Networks with two hidden layers. Throws std::invalid_argument unless all sizes are positive.
  Vae(const Sizes& sizes, Philox& random);
};

void append_parameters(Parameters& to, Vae& vae);

DiagonalNormal prior(Tape& tape, const Vae& vae);  ///< p(z), event [latent]
DiagonalNormal likelihood(Vae& vae, Var z);  ///< p(x | z) for z [batch, latent] or [batch, samples, latent]
DiagonalNormal posterior(Vae& vae, Var x);   ///< q(z | x) for x [batch, data]

/// The bound (06.4) at the one draw (06.5) for each row of x [batch, data], with standard normal noise
/// [batch, latent]. Both terms are [batch], in nats; the KL is in closed form.
BoundTerms<Var> elbo(Vae& vae, Var x, Var noise);

/// KL(q(z_j | x) ‖ p(z_j)) for each row of x [n, data] and each latent coordinate j by (06.6), [n, latent],
/// in nats. Since q and p are products over coordinates, each row adds up to the second term of its bound.
Tensor kl_per_dimension(Vae& vae, const Tensor& x);

/// log w_k = log p(x | z_k) + log p(z_k) - log q(z_k | x) with z_k = μ(x) + σ(x) ε_k drawn from q (06.8):
/// [batch, K] for x [batch, data] and ε [batch, K, latent].
Var log_importance_weights(Vae& vae, Var x, Var noise);

/// log 1/K Σ_k w_k from log w [batch, K]: [batch]. Its expectation is a lower bound on log p(x) that grows
/// with K (Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", arXiv 1509.00519, theorem 1),
/// (06.9).
Var importance_weighted_bound(Var log_weights);

/// The logarithms of K importance weights for each row of x [n, data]: [n, K]. Computed a few rows at a time,
/// so that the tape stays small.
Tensor sample_log_importance_weights(Vae& vae, const Tensor& x, Index samples, Philox& random);

}  // namespace doxa
