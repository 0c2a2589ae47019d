#pragma once

#include <initializer_list>

#include "doxa/distributions/multivariate_normal.h"
#include "tests/support/numbers.h"

namespace doxa {

inline Var matrix(Tape& tape, Index n, std::initializer_list<Real> values) {
  return tape.variable(Tensor(Shape{n, n}, values));
}

// A factor with numbers of either sign below the diagonal and between 1/2 and 3/2 on it.
inline Var random_factor(Tape& tape, const Shape& shape, std::uint64_t seed) {
  Philox random(seed);
  const Index n = shape[shape.rank() - 1];
  Tensor l(shape);
  for (Index at = 0; at < l.size(); ++at) {
    const Index i = at / n % n, j = at % n;
    if (j < i) l[at] = static_cast<Real>(random.normal() / 2);
    if (j == i) l[at] = static_cast<Real>(0.5 + random.uniform());
  }
  return tape.variable(l);
}
inline MultivariateNormal random_normal(Tape& tape, Index n, std::uint64_t seed) {
  return MultivariateNormal(normal_variable(tape, {n}, seed), random_factor(tape, {n, n}, seed + 100));
}

constexpr double rounding = 256 * unit_roundoff;  // some tens of operations on numbers around 1 to 10

}  // namespace doxa
