#pragma once

#include "doxa/models/numerics/matrix.h"

namespace doxa {

/// A = V Λ Vᵀ of a symmetric A: the columns of V are orthonormal eigenvectors.
struct SymmetricEigen {
  std::vector<double> values;  ///< λ_1 ≥ λ_2 ≥ … ≥ λ_n
  Matrix vectors;  ///< V; column j belongs to λ_j, and its entry of largest magnitude is positive
};

/// By cyclic Jacobi rotations (C. G. J. Jacobi, 1846; Golub & Van Loan, "Matrix computations", 4th ed.,
/// section 8.5). Each rotation makes one off-diagonal pair zero; in the end what is left off the diagonal
/// shrinks quadratically. The errors A V - V Λ and VᵀV - I are small multiples of n u |A| and of n u,
/// u = 2⁻⁵³. A handful of sweeps, each O(n³): meant for matrices of at most some hundred rows.
///
/// Throws std::invalid_argument unless A is square with at least one row, finite, and symmetric up to
/// rounding: |a_ij - a_ji| ≤ 8 n u max |a|.
SymmetricEigen symmetric_eigen(const Matrix& a);

}  // namespace doxa
