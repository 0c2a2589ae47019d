#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace doxa {

/// What samples of F around t = 0 say about F'(0).
struct SlopeEstimate {
  double value = 0;
  double error = std::numeric_limits<double>::infinity();  ///< the estimated error of the value
  double roughness = 0;   ///< the standard deviation of the samples from the fitted polynomial
  double variation = 0;   ///< the standard deviation of the samples from their mean
  double step = 0;        ///< the largest |t|
  double largest = 0;     ///< the largest |F(t)|
  bool constant = false;  ///< all samples have the same bits

  /// Do the samples lie on a polynomial, as those of a smooth function do? Samples that vary at random, or
  /// jump, stay away from every polynomial of low degree by about as much as they vary.
  bool smooth() const { return !constant && roughness <= 1e-3 * variation; }
};

/// Fits polynomials of every degree to F(t_i) by least squares, and takes the derivative at 0 of that with
/// the smallest estimated error. With N samples, P_d the polynomial of degree d, q_k the orthonormal
/// polynomials on the nodes and w_d² = Σ_{k≤d} q_k'(0)²:
///
///   error of P_d'(0) = s_d w_d + max_{j=1,2} |P_{d+j}'(0) - P_d'(0)|,
///   s_d² = Σ_i [F(t_i) - P_d(t_i)]² / (N - d - 1)
///
/// The first term is what errors of the samples do to the slope, measured by what is left of them (at least
/// `rounding`, the error that each sample has anyhow); the second is what the degree lacks. There are twice
/// as many samples as coefficients, so an irregular function is seen to be irregular at whatever step.
class PolynomialFit {
 public:
  PolynomialFit(std::vector<double> nodes, std::size_t highest_degree);
  SlopeEstimate slope(std::span<const double> values, double rounding) const;
  std::vector<double> residuals(std::span<const double> values) const;  ///< of the highest degree

 private:
  std::vector<double> nodes_;  // divided by step_
  double step_;
  std::vector<std::vector<double>> basis_;  // q_k at the nodes
  std::vector<double> slopes_;              // q_k'(0) for nodes between -1 and 1
};

}  // namespace doxa
