#pragma once

#include "doxa/autograd/random.h"
#include "doxa/models/numerics/matrix.h"

namespace doxa {

/// Independent standard normal entries.
inline Matrix random_matrix(Index rows, Index columns, Philox& random) {
  Matrix a(rows, columns);
  for (double& x : a.elements) x = random.normal();
  return a;
}

/// Rows of correlated normal numbers: a random matrix times a random square one.
inline Matrix random_product(Index rows, Index columns, Philox& random) {
  const Matrix a = random_matrix(rows, columns, random), b = random_matrix(columns, columns, random);
  return a * b;
}

inline Matrix random_symmetric(Index n, Philox& random) {
  const Matrix a = random_matrix(n, n, random);
  return a + transpose(a);
}

/// G Gᵀ for a random G of this many columns.
inline Matrix random_semidefinite(Index n, Index rank, Philox& random) {
  const Matrix g = random_matrix(n, rank, random);
  return g * transpose(g);
}

/// G Gᵀ + I for a random G.
inline Matrix random_positive_definite(Index n, Philox& random) {
  return random_semidefinite(n, n, random) + identity(n);
}

}  // namespace doxa
