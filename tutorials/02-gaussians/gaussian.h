#pragma once

#include "doxa/autograd/random.h"
#include "doxa/models/numerics/matrix.h"

// A normal distribution as numbers: what the claims compute in double precision, by other routes than the
// library's.

double frobenius(const doxa::Matrix& a);                           // sqrt Σ a_ij²
doxa::Matrix solve(const doxa::Matrix& a, const doxa::Matrix& b);  // A⁻¹ B by elimination with pivots
doxa::Matrix inverse(const doxa::Matrix& a);                       // by elimination too
double determinant(const doxa::Matrix& a);  // by expansion along the first row, n! products

struct Gaussian {
  doxa::Tensor loc, factor;

  doxa::Index size() const { return loc.size(); }
  doxa::Matrix mean() const;        // a column
  doxa::Matrix cholesky() const;    // the factor
  doxa::Matrix covariance() const;  // L Lᵀ
  double condition() const;         // |L| |L⁻¹|, in Frobenius norms
};

// L_ii = e^(0.3 g), L_ij = g / 2 below, loc = g, each g a standard normal number of its own.
Gaussian random_gaussian(doxa::Index n, doxa::Philox& random);

// x_i given the coordinates before it: N(loc + weights · (x_< - μ_<), variance), (02.6).
struct Conditional {
  doxa::Matrix weights;  // [i, 1]
  double loc, variance;
};

Conditional conditional(const doxa::Matrix& loc, const doxa::Matrix& covariance, doxa::Index i);
