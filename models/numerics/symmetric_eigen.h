#pragma once

#include "doxa/models/numerics/matrix.h"

namespace doxa {

/// A = V Λ Vᵀ of a symmetric A: the columns of V are orthonormal eigenvectors.
struct SymmetricEigen {
  std::vector<double> values;  ///< λ_1 ≥ λ_2 ≥ … ≥ λ_n
  Matrix vectors;  ///< V; column j belongs to λ_j, and its entry of largest magnitude is positive
};

/// By cyclic Jacobi rotations (C. G. J. Jacobi, 1846; Golub & Van Loan, "Matrix computations", 4th ed.,
/// section 8.5): each makes one off-diagonal pair zero, and what is left beside the diagonal shrinks
/// quadratically in the end. A V - V Λ and VᵀV - I are a small multiple of n u |A|, and of n u, u = 2⁻⁵³.
/// O(n³) a sweep, a handful of sweeps: for matrices of at most some hundred rows.
///
/// Throws std::invalid_argument unless A is square with at least one row, finite, and symmetric up to the
/// rounding of a product that should be: |a_ij - a_ji| ≤ 8 n u max |a|.
SymmetricEigen symmetric_eigen(const Matrix& a);

}  // namespace doxa
