#pragma once

#include <span>
#include <vector>

namespace doxa {

/// x = M (h - mean): the map that gives features h in R^W mean 0 and covariance I. By Cholesky factorisation
/// of their correlations with pivoting. x has only as many dimensions as the features really have: a feature
/// is left out if the others explain all but 1e-5 of its standard deviation, or if that deviation is less
/// than 1e-10 of the feature's largest magnitude.
struct Whitening {
  std::size_t inputs, outputs;
  std::vector<double> mean;    ///< [W]
  std::vector<double> matrix;  ///< M, [outputs·W]

  /// Writes x, [outputs], for one h, [W].
  void apply(std::span<const double> features, std::span<double> white) const;
};

/// For N rows of `width` features each, [N·W]. Throws std::invalid_argument for no rows, a size that is not a
/// multiple of the width, or a feature that is not finite.
Whitening whitening(std::span<const double> rows, std::size_t width);

}  // namespace doxa
