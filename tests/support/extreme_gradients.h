#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "doxa/autograd/tape.h"
#include "tests/support/numbers.h"

namespace doxa {

// Gradients where the numerical ones of the gradient checker cannot tell: far tails, scales of 1e-6 and 1e6,
// nearly equal pairs, logits of hundreds, probabilities next to 0 and 1. The exact ones are closed forms in
// extended precision, of the very numbers that the tape has; a tolerance is a few u times what relative
// errors of u in the parameters amount to.

using Exact = long double;

inline Var scalar(Tape& tape, double x) { return tape.variable(Tensor(Shape{}, static_cast<Real>(x))); }
inline Exact exact(Var x, std::size_t i = 0) { return x.value()[i]; }

// `terms`: the largest of the terms that the exact derivative is a sum of.
inline void expect_adjoint(Var x, std::size_t i, Exact derivative, Exact terms, double units = 16) {
  const double off = static_cast<double>(std::abs(static_cast<Exact>(x.adjoint()[i]) - derivative));
  const double most = units * unit_roundoff * static_cast<double>(std::abs(terms));
  EXPECT_LE(off, most + double{std::numeric_limits<Real>::min()})
      << "element " << i << ": " << x.adjoint()[i] << ", exactly " << static_cast<double>(derivative);
}
inline void expect_adjoint(Var x, Exact derivative) { expect_adjoint(x, 0, derivative, derivative); }

inline Var row(Tape& tape, const std::vector<double>& x) {
  Tensor t(Shape{static_cast<Index>(x.size())});
  for (std::size_t i = 0; i < x.size(); ++i) t[static_cast<Index>(i)] = static_cast<Real>(x[i]);
  return tape.variable(t);
}

}  // namespace doxa
