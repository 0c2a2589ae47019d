#pragma once

#include "dense.h"

// The linear-Gaussian model (03.11),
//   z ~ N(0, I),   x | z ~ N(W z + b, S),   S = diag(s₁² … sₙ²),
// and everything about it that is known in closed form. In double; logarithms in nats.

struct LinearGaussian {
  Matrix loading;      // W, [n, d]
  Vector offset;       // b, [n]
  Vector noise_scale;  // s, [n]

  std::size_t latents() const { return loading.columns; }
};

// N(mean, C) by the lower Cholesky factor L of its covariance C = L Lᵀ.
struct Gaussian {
  Vector mean;
  Matrix factor;
};

Matrix covariance(const Gaussian& g);
// The standard normal of d numbers.
Gaussian standard_normal(std::size_t d);
// Independent coordinates with these means and variances.
Gaussian diagonal_gaussian(Vector mean, const Vector& variances);

Matrix posterior_precision(const LinearGaussian& model);           // Λ = I + Wᵀ S⁻¹ W, (03.12)
Gaussian posterior(const LinearGaussian& model, const Vector& x);  // N(Λ⁻¹ Wᵀ S⁻¹ (x - b), Λ⁻¹), (03.12)
double log_evidence(const LinearGaussian& model, const Vector& x);  // log N(x; b, W Wᵀ + S), (03.13)

// The parts of V, each an expectation of a quadratic form under q.
struct ElboTerms {
  double log_likelihood;  // E_q[log p(x|z)]
  double log_prior;       // E_q[log p(z)]
  double entropy;         // H[q]

  double value() const { return log_likelihood + log_prior + entropy; }  // (03.5)
};
ElboTerms elbo_terms(const LinearGaussian& model, const Vector& x, const Gaussian& q);  // (03.14)

// The mean-field answers: of all q with independent coordinates,
Gaussian best_diagonal(const LinearGaussian& model, const Vector& x);  // has the largest V (03.15)
double mean_field_gap(
    const LinearGaussian& model);  // what that V lacks: (Σ log Λ_ii - log det Λ) / 2 (03.16)
