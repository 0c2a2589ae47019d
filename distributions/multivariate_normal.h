#pragma once

#include "doxa/distributions/distribution.h"

namespace doxa {

/// The normal distribution N(loc, L Lᵀ) of vectors of n numbers, given by the lower Cholesky factor L of its
/// covariance. One event is the last axis: loc [..., n], L [..., n, n]. Their leading axes broadcast against
/// each other. Because a Var has at most four axes, x may have at most three if L has more than two.
struct MultivariateNormal {
  using Value = Var;
  static constexpr int event_rank = 1;
  Var loc;         ///< the mean
  Var scale_tril;  ///< the lower triangle of the L that was given, as a value of its own

  /// Gradients go only to the lower triangle of the factor. Throws std::invalid_argument for shapes that do
  /// not fit, and naming the index unless all numbers of the factor are finite, positive on the diagonal and
  /// 0 above it.
  MultivariateNormal(Var loc, Var scale_tril);
  /// Throws std::domain_error if the covariance is not positive definite.
  static MultivariateNormal from_covariance(Var loc, Var covariance) {
    return MultivariateNormal(loc, cholesky(covariance));
  }

  Tape& tape() const { return loc.tape(); }
  Shape shape() const;
  MultivariateNormal repeated(Index n) const;
  MultivariateNormal detached() const;
  Var noise(Philox& random) const { return normal_noise(tape(), shape(), random); }
  Var from_noise(Var noise) const;  ///< z = loc + L ε, ε independent standard normals
};

Var log_prob(const MultivariateNormal& q, Var x);  ///< -|L⁻¹(x - loc)|² / 2 - log det L - n log(2π) / 2
Var entropy(const MultivariateNormal& q);          ///< log det L + n log(2πe) / 2
Var mean(const MultivariateNormal& q);             ///< loc, in the shape of a draw
Var variance(const MultivariateNormal& q);    ///< of each coordinate, Σ_j L_ij², in the shape of a draw
Var stddev(const MultivariateNormal& q);      ///< √variance
Var covariance(const MultivariateNormal& q);  ///< L Lᵀ, in the shape of L
Var sample(const MultivariateNormal& q, Philox& random);
/// KL(q‖p) = log(det L_p / det L_q) + (|L_p⁻¹ L_q|² + |L_p⁻¹(μ_q - μ_p)|² - n) / 2, where |·|² is the sum of
/// squares. It is computed as a sum of terms that are not negative, so that it keeps its digits where q and p
/// are close.
Var kl_divergence(const MultivariateNormal& q, const MultivariateNormal& p);

}  // namespace doxa
