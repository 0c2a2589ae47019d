#pragma once

#include "doxa/distributions/distribution.h"

namespace doxa {

/// The normal distribution N(loc, L Lᵀ) of vectors of n numbers, by the lower Cholesky factor L of its
/// covariance. One event is the last axis: loc [..., n], L [..., n, n], whose leading axes broadcast against
/// each other and against those of x. A Var has four axes at most: L of three or four axes goes with x of at
/// most three, L of two with any.
struct MultivariateNormal {
  using Value = Var;
  static constexpr int event_rank = 1;
  Var loc, scale_tril;  ///< the mean, and the lower triangle of what was given as L: a value of its own

  /// Throws std::invalid_argument for shapes that do not fit, and naming the index unless every number of the
  /// factor is finite, positive on the diagonal and 0 above it. Gradients go to its lower triangle alone.
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
/// KL(q‖p) = log(det L_p / det L_q) + (|L_p⁻¹ L_q|² + |L_p⁻¹(μ_q - μ_p)|² - n) / 2, |·|² being the sum of
/// squares; as a sum of terms that are not negative, so that its digits stay where q and p are close.
Var kl_divergence(const MultivariateNormal& q, const MultivariateNormal& p);

}  // namespace doxa
