#pragma once

#include "doxa/models/numerics/matrix.h"

namespace doxa {

// Covariances as square roots. A sum of positive semidefinite terms such as A P Aᵀ + Q is computed from the
// array of their roots side by side, [A P^½, Q^½]. However it is rounded, the result is symmetric and
// positive semidefinite, and it has twice as many correct digits as the sum itself would have (Kailath,
// Sayed & Hassibi, "Linear estimation" (2000), chapter 12).

/// The lower triangular L with L Lᵀ = M Mᵀ and a diagonal that is not negative, [r,c] -> [r,r]. By
/// Householder reflections from the right: M = L Θ with Θ Θᵀ = I. M may have any shape and rank.
Matrix triangular_factor(const Matrix& m);

/// The lower L of A = L Lᵀ, for a positive semidefinite A of any rank. Computed from the eigenvectors of A
/// after scaling to a unit diagonal; eigenvalues of the scaled matrix within 8 n u of zero, u = 2⁻⁵³, count
/// as zero. Throws std::invalid_argument, with a text that begins with `name`, unless A is finite, symmetric
/// up to 8 n u √(a_ii a_jj), and has no scaled eigenvalue below -8 n u.
Matrix square_root(const Matrix& a, const char* name);

/// The regression J [p,q] of the rows of x [p,c] on the rows of y [q,c]: J y yᵀ = x yᵀ. So
/// E[x ε | y ε] = J y ε for a standard normal ε. A row of y that is a combination of the rows above it, up to
/// rounding, gets the coefficient 0, so that the result is also exact if y yᵀ is singular. By Gram-Schmidt
/// orthogonalisation of each row twice (Giraud, Langou & Rozložník, Comput. Math. Appl. 50 (2005)).
Matrix regression(const Matrix& x, const Matrix& y);

}  // namespace doxa
