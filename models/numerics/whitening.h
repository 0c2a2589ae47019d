#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace doxa {

/// x = M (h - mean), the map under which features h in R^W have mean 0 and covariance I, of as many
/// dimensions as the features really have: by Cholesky factorisation of their correlations with pivoting, a
/// feature left out where what the others do not explain of it is less than 1e-5 of its standard deviation
/// (or all of it less than 1e-10 of its size).
struct Whitening {
  std::size_t inputs, outputs;
  std::vector<double> mean;    ///< [W]
  std::vector<double> matrix;  ///< M, [outputs·W]

  /// x, [outputs], of one h, [W].
  void apply(std::span<const double> features, std::span<double> white) const;
};

/// Of N rows of `width` features each, [N·W]. Throws std::invalid_argument for no rows, a size that is not a
/// multiple of the width, or a feature that is not finite.
Whitening whitening(std::span<const double> rows, std::size_t width);

}  // namespace doxa
