#pragma once

#include <vector>

#include "doxa/autograd/tensor.h"

namespace doxa {

/// A row-major matrix of doubles, whatever Real is: exact answers that trained models are compared with are
/// computed in it, off the tape. A vector is a matrix of one column.
struct Matrix {
  Index rows = 0, columns = 0;
  std::vector<double> elements;

  Matrix() = default;
  /// All zero. Throws std::invalid_argument for a negative size.
  Matrix(Index rows, Index columns);
  /// Throws std::invalid_argument unless there are rows · columns elements.
  Matrix(Index rows, Index columns, std::vector<double> elements);
  explicit Matrix(const Tensor& tensor);  ///< of a tensor of rank 2; throws std::invalid_argument for others

  double& operator[](Index i) { return elements[static_cast<std::size_t>(i)]; }  ///< row by row
  double operator[](Index i) const { return elements[static_cast<std::size_t>(i)]; }
  double& operator()(Index i, Index j) { return (*this)[i * columns + j]; }
  double operator()(Index i, Index j) const { return (*this)[i * columns + j]; }
};

Matrix identity(Index n);
Matrix diagonal(const std::vector<double>& values);
Matrix column(const std::vector<double>& values);
Matrix transpose(const Matrix& a);
/// Each throws std::invalid_argument naming the shapes if they do not fit.
Matrix operator+(const Matrix& a, const Matrix& b);
Matrix operator-(const Matrix& a, const Matrix& b);
Matrix operator*(const Matrix& a, const Matrix& b);
Matrix operator*(double factor, const Matrix& a);

double trace(const Matrix& a);
double sum_of_squares(const Matrix& a);     ///< Σ a_ij² = tr AᵀA
double largest_magnitude(const Matrix& a);  ///< max |a_ij|, 0 of no elements

/// Rounded to Real: of the matrix's shape, and [n] of n values.
Tensor tensor(const Matrix& a);
Tensor tensor(const std::vector<double>& values);

/// The lower L of A = L Lᵀ, reading A's lower triangle alone. Throws std::invalid_argument unless A is
/// square, std::domain_error naming the pivot unless it is positive definite.
Matrix cholesky_factor(const Matrix& a);
/// L⁻¹ B by forward substitution.
Matrix solve_lower(const Matrix& l, const Matrix& b);
/// A⁻¹ B for a positive definite A = L Lᵀ, from its factor.
Matrix solve_with_factor(const Matrix& l, const Matrix& b);
double log_det_of_factor(const Matrix& l);  ///< log det A = 2 Σ log L_ii

}  // namespace doxa
