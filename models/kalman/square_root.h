#pragma once

#include "doxa/models/numerics/matrix.h"

namespace doxa {

// Covariances by their square roots. What is computed as a sum of positive semidefinite terms, A P Aᵀ + Q, is
// done on arrays of their roots side by side, [A P^½, Q^½]: the result is symmetric and positive semidefinite
// whatever is rounded, and has twice the digits that its square would have (Kailath, Sayed & Hassibi, "Linear
// estimation" (2000), chapter 12).

/// The lower triangular L, with a diagonal that is not negative, of L Lᵀ = M Mᵀ, [r,c] -> [r,r], by
/// Householder reflections from the right: M = L Θ with Θ Θᵀ = I. M may be of any shape and rank.
Matrix triangular_factor(const Matrix& m);

/// The lower L of A = L Lᵀ for a positive semidefinite A of any rank, from the eigenvectors of A scaled to a
/// unit diagonal; eigenvalues of the scaled matrix within 8 n u of zero, u = 2⁻⁵³, are zero. Throws
/// std::invalid_argument beginning with `name` unless A is finite, symmetric up to 8 n u √(a_ii a_jj), and
/// has no eigenvalue below that.
Matrix square_root(const Matrix& a, const char* name);

/// A regression J of x on y: J y yᵀ = x yᵀ for the rows of x [p,c] and y [q,c], [p,q]. So if ε is standard
/// normal, E[x ε | y ε] = J y ε. Rows of y that depend on those above, up to rounding, are given the
/// coefficient 0: the result is exact where y yᵀ is singular, too. By Gram & Schmidt's orthogonalisation,
/// each row twice (Giraud, Langou & Rozložník, Comput. Math. Appl. 50 (2005)).
Matrix regression(const Matrix& x, const Matrix& y);

}  // namespace doxa
