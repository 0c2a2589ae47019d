#pragma once

#include "doxa/models/vae/probabilistic_pca.h"
#include "doxa/models/vae/vae.h"

namespace doxa {

/// The variational auto-encoder whose encoder and decoder are linear (Lucas, Tucker, Grosse & Norouzi,
/// "Don't blame the ELBO! A linear VAE perspective on posterior collapse", NeurIPS 2019, arXiv 1911.02469):
///
///   prior        p(z)     = N(0, I)
///   likelihood   p(x | z) = N(W z + μ, σ² I)             probabilistic PCA
///   posterior    q(z | x) = N(A (x - μ), diag s²)        the variational posterior; s is the same for all x
struct LinearVae {
  struct Sizes {
    Index data = 2, latent = 1;
  };
  Sizes sizes;
  Parameter weight;               ///< W [data, latent]
  Parameter mean;                 ///< μ [data]
  Parameter log_noise_scale;      ///< log σ, a scalar
  Parameter encoder;              ///< A [latent, data]
  Parameter log_posterior_scale;  ///< log s [latent]

  /// W and A with independent N(0, 1/data) entries, μ = 0, σ = s = 1. Throws std::invalid_argument unless
  /// both sizes are positive.
  LinearVae(const Sizes& sizes, Philox& random);
  /// The given generative model with the best encoder for it (05.13), A = M⁻¹Wᵀ and s_j² = σ² / M_jj.
  explicit LinearVae(const ProbabilisticPca& model);
};

void append_parameters(Parameters& to, LinearVae& vae);

DiagonalNormal prior(Tape& tape, const LinearVae& vae);  ///< p(z), event [latent]
DiagonalNormal likelihood(LinearVae& vae, Var z);        ///< p(x | z) for z [batch, latent]
DiagonalNormal posterior(LinearVae& vae, Var x);         ///< q(z | x) for x [batch, data]

/// The bound at one draw z = A(x - μ) + s ε (05.11) for each row of x [batch, data], with standard normal
/// noise [batch, latent]. Both terms are [batch], in nats.
BoundTerms<Var> elbo(LinearVae& vae, Var x, Var noise);
/// The bound itself: E_q of a quadratic, in closed form (05.9), (05.10).
BoundTerms<Var> elbo(LinearVae& vae, Var x);

/// The present W, μ and σ², in double precision.
ProbabilisticPca generative_model(const LinearVae& vae);

/// KL(q(z | x) ‖ p(z | x)) averaged over data with these moments (05.12): how far the bound is below
/// log p(x). Exact, in double precision.
double kl_to_true_posterior(const LinearVae& vae, const SampleMoments& moments);

/// That gap with the best encoder for this generative model: 1/2 (Σ_j log M_jj - log det M), M = Wᵀ W + σ² I
/// (05.13). It is not negative, by Hadamard's inequality, and zero only if the columns of W are orthogonal.
double least_gap(const ProbabilisticPca& model);

}  // namespace doxa
