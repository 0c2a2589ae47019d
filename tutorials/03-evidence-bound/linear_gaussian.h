#pragma once

#include "doxa/models/numerics/matrix.h"

// The linear-Gaussian model (03.11),
//   z ~ N(0, I),   x | z ~ N(W z + b, S),   S = diag(s₁² … sₙ²),
// and everything about it that is known in closed form. In double; logarithms in nats.

struct LinearGaussian {
  doxa::Matrix loading;      // W, [n, d]
  doxa::Matrix offset;       // b, [n, 1]
  doxa::Matrix noise_scale;  // s, [n, 1]

  doxa::Index latents() const { return loading.columns; }
};

// N(mean, C) by the lower Cholesky factor L of its covariance C = L Lᵀ.
struct Gaussian {
  doxa::Matrix mean;  // [d, 1]
  doxa::Matrix factor;
};

doxa::Matrix covariance(const Gaussian& g);
// The standard normal of d numbers.
Gaussian standard_normal(doxa::Index d);
// Independent coordinates with these means and variances.
Gaussian diagonal_gaussian(doxa::Matrix mean, std::vector<double> variances);

doxa::Matrix posterior_precision(const LinearGaussian& model);  // Λ = I + Wᵀ S⁻¹ W, (03.12)
// N(Λ⁻¹ Wᵀ S⁻¹ (x - b), Λ⁻¹), (03.12)
Gaussian posterior(const LinearGaussian& model, const doxa::Matrix& x);
doxa::Matrix evidence_covariance(const LinearGaussian& model);            // W Wᵀ + S
double log_evidence(const LinearGaussian& model, const doxa::Matrix& x);  // log N(x; b, W Wᵀ + S), (03.13)
// E[log p(x)] for infinitely many data x of `truth`, under `model`.
double expected_log_evidence(const LinearGaussian& model, const LinearGaussian& truth);

// The parts of V, each an expectation of a quadratic form under q.
struct ElboTerms {
  double log_likelihood;  // E_q[log p(x|z)]
  double log_prior;       // E_q[log p(z)]
  double entropy;         // H[q]

  double value() const { return log_likelihood + log_prior + entropy; }  // (03.5)
};
ElboTerms elbo_terms(const LinearGaussian& model, const doxa::Matrix& x, const Gaussian& q);  // (03.14)

// The mean-field answers: of all q with independent coordinates,
Gaussian best_diagonal(const LinearGaussian& model, const doxa::Matrix& x);  // has the largest V (03.15)
double mean_field_gap(
    const LinearGaussian& model);  // what that V lacks: (Σ log Λ_ii - log det Λ) / 2 (03.16)
