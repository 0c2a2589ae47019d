#pragma once

#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/autograd/tensor.h"

// A normal distribution as numbers: what the claims compute in double precision, by other routes than the
// library's.

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

Vector operator-(Vector a, const Vector& b);
double dot(const Vector& a, const Vector& b);
Vector product(const Matrix& a, const Vector& x);
Matrix product(const Matrix& a, const Matrix& b);
Matrix transposed(const Matrix& a);
double frobenius(const Matrix& a);    // sqrt Σ a_ij²
Vector solve(Matrix a, Vector b);     // by elimination with pivots
Matrix inverse(const Matrix& a);      // column by column
double determinant(const Matrix& a);  // by expansion along the first row, n! products

struct Gaussian {
  doxa::Tensor loc, factor;

  std::size_t size() const { return static_cast<std::size_t>(loc.size()); }
  Vector mean() const;
  Matrix cholesky() const;    // the factor
  Matrix covariance() const;  // L Lᵀ
  double condition() const;   // |L| |L⁻¹|, in Frobenius norms
};

// L_ii = e^(0.3 g), L_ij = g / 2 below, loc = g, each g a standard normal number of its own.
Gaussian random_gaussian(std::size_t n, doxa::Philox& random);

// x_i given the coordinates before it: N(loc + weights · (x_< - μ_<), variance), (02.6).
struct Conditional {
  Vector weights;
  double loc, variance;
};

Conditional conditional(const Vector& loc, const Matrix& covariance, std::size_t i);
