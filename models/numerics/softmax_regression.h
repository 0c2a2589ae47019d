#pragma once

#include <span>
#include <vector>

#include "doxa/models/numerics/lbfgs.h"

namespace doxa {

/// Multinomial logistic regression on soft labels. Given N rows x_i in R^P, each with a distribution b_i over
/// S classes, it is the function of V in R^{P x S}
///
///     f(V) = 1/N Σ_i -Σ_s b_i(s) log softmax(log π + Vᵀx_i)_s + ridge/2 ‖V‖²,
///
/// which is strongly convex: f(V) - min f ≤ ‖∇f(V)‖² / (2 ridge). π is the mean label, after ½ has been added
/// to the sum of each class; V = 0 predicts π. For an offset, let one column of x be ones. In double, off the
/// tape. Source: Böhning, "Multinomial logistic regression algorithm",
/// Annals of the Institute of Statistical Mathematics 44 (1992), for the gradient and the bound on the
/// curvature.
struct SoftmaxRegression {
  std::size_t inputs, classes;
  std::vector<double> rows;    ///< [N·P]
  std::vector<double> labels;  ///< [N·S]
  double ridge;
  std::vector<double> log_prior;  ///< log π, [S]

  /// Throws std::invalid_argument for no rows, sizes that do not fit, rows that are not finite, labels that
  /// are not distributions, or a ridge that is not positive.
  SoftmaxRegression(std::size_t inputs, std::size_t classes, std::vector<double> rows,
                    std::vector<double> labels, double ridge);

  std::size_t count() const { return rows.size() / inputs; }
  /// Returns f(V) and writes ∇f(V) to `gradient`. Both are [P·S]; row p has the weights of input p.
  double operator()(std::span<const double> v, std::span<double> gradient) const;
  /// The V that minimises f. If the rows are white, 1/N Σ x xᵀ = I, the first step is Newton's.
  Minimum minimise(LbfgsOptions options = {}) const;
};

/// Replaces z by softmax(z) and returns log Σ exp z.
double softmax_in_place(std::span<double> z);

}  // namespace doxa
