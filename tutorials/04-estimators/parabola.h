#pragma once

#include "doxa/distributions/normal.h"

namespace doxa {

/// E_q[Σ_j (z_j - a)²] for q = N(μ, σ² I) in D dimensions, with δ = μ - a: all that is known of the
/// estimators of its derivative 2δ by μ_1, draw by draw. Variances are those of n draws.
struct Parabola {
  double delta = 1, sigma = 0.5;
  double D = 1;

  double gradient() const { return 2 * delta; }
  /// ∂F/∂log σ = 2σ²
  double gradient_by_log_scale() const { return 2 * sigma * sigma; }
  double mean() const { return D * (delta * delta + sigma * sigma); }
  /// Var f = D (4δ²σ² + 2σ⁴)
  double variance_of_f() const { return D * variance_of_one(); }
  /// (04.9) of the reparametrised 2 (z_1 - a)
  double reparametrised(double n) const { return 4 * sigma * sigma / n; }
  /// (04.10) of (f - b) (z_1 - μ_1)/σ², for a constant b
  double score(double b, double n) const {
    const double s2 = sigma * sigma, c = mean() - s2 - b;
    const double one = c * c + 6 * c * s2 + 12 * delta * delta * s2 + 15 * s2 * s2;
    return ((one + (D - 1) * variance_of_one()) / s2 - gradient() * gradient()) / n;
  }
  /// (04.5) the constant of least variance, F + 2σ²
  double best_baseline() const { return mean() + 2 * sigma * sigma; }
  /// What (04.10) comes to about it.
  double least_score(double n) const {
    const double s2 = sigma * sigma;
    return (8 * delta * delta + 6 * s2 + (D - 1) * variance_of_one() / s2) / n;
  }
  /// (04.8) The variance of a running mean, and of an estimate about a baseline that is independent of the
  /// draw, has the mean F and the variance v.
  double running_mean(double decay, double n) const {
    return variance_of_f() / n * (1 - decay) / (1 + decay);
  }
  double score_about_mean(double v, double n) const { return score(mean(), n) + v / (sigma * sigma) / n; }
  /// (04.7)
  double leave_one_out(double n) const {
    const double about_mean = score(mean(), n);
    return about_mean + (variance_of_f() / (sigma * sigma) + gradient() * gradient()) / (n * (n - 1));
  }

 private:
  double variance_of_one() const {
    const double s2 = sigma * sigma;
    return 4 * delta * delta * s2 + 2 * s2 * s2;
  }
};

/// q for rows (μ_1 … μ_D, log σ).
inline DiagonalNormal isotropic(Var rows) {
  const Index D = rows.shape()[1] - 1;
  const Var log_scale = slice(rows, 1, D, D + 1);
  return DiagonalNormal::from_log_scale(slice(rows, 1, 0, D), log_scale);
}

/// Σ_j (z_j - a)² with a = 0, so that δ is μ.
inline Var squared_length(Var z) { return sum(square(z), -1); }

}  // namespace doxa
