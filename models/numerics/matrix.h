#pragma once

#include <string>
#include <vector>

#include "doxa/autograd/tensor.h"

namespace doxa {

/// A row-major matrix of doubles, whatever Real is, off the tape: the exact answers that trained models are
/// compared with are computed with it. A vector is a matrix of one column.
struct Matrix {
  Index rows = 0, columns = 0;
  std::vector<double> elements;

  Matrix() = default;
  /// All zero. Throws std::invalid_argument for a negative size.
  Matrix(Index rows, Index columns);
  /// Throws std::invalid_argument unless there are rows · columns elements.
  Matrix(Index rows, Index columns, std::vector<double> elements);
  explicit Matrix(const Tensor& tensor);  ///< throws std::invalid_argument unless the tensor's rank is 2

  double& operator[](Index i) { return elements[static_cast<std::size_t>(i)]; }  ///< counted row by row
  double operator[](Index i) const { return elements[static_cast<std::size_t>(i)]; }
  double& operator()(Index i, Index j) { return (*this)[i * columns + j]; }
  double operator()(Index i, Index j) const { return (*this)[i * columns + j]; }
};

Matrix identity(Index n);
Matrix diagonal(const std::vector<double>& values);
Matrix column(const std::vector<double>& values);
Matrix transpose(const Matrix& a);
Matrix symmetric_part(const Matrix& a);  ///< (A + Aᵀ)/2

// These throw std::invalid_argument naming the shapes if they do not fit.

Matrix operator+(const Matrix& a, const Matrix& b);
Matrix operator-(const Matrix& a, const Matrix& b);
Matrix operator*(const Matrix& a, const Matrix& b);
Matrix operator*(double factor, const Matrix& a);
Matrix beside(const Matrix& a, const Matrix& b);                                    ///< [A, B]
Matrix above(const Matrix& a, const Matrix& b);                                     ///< A over B
Matrix block(const Matrix& a, Index row, Index column, Index rows, Index columns);  ///< from (row, column) on
void set_block(Matrix& to, Index row, Index column, const Matrix& a);  ///< A at (row, column) and on
Matrix row(const Matrix& a, Index i);                                  ///< as a column

/// Throws std::invalid_argument, "name is [1,3], expected [1,2]" or "name holds nan, expected finite
/// numbers", unless A has this shape and is finite.
void require_matrix(const std::string& name, const Matrix& a, Index rows, Index columns);

double trace(const Matrix& a);
double sum_of_squares(const Matrix& a);     ///< Σ a_ij² = tr AᵀA
double largest_magnitude(const Matrix& a);  ///< max |a_ij|; 0 if there are no elements

/// Rounded to Real: a matrix keeps its shape, n values become [n].
Tensor tensor(const Matrix& a);
Tensor tensor(const std::vector<double>& values);

/// The lower L of A = L Lᵀ; only A's lower triangle is read. Throws std::invalid_argument unless A is square,
/// and std::domain_error naming the pivot unless A is positive definite.
Matrix cholesky_factor(const Matrix& a);
Matrix solve_lower(const Matrix& l, const Matrix& b);        ///< L⁻¹ B by forward substitution
Matrix solve_with_factor(const Matrix& l, const Matrix& b);  ///< A⁻¹ B from the factor of A = L Lᵀ
double log_det_of_factor(const Matrix& l);                   ///< log det A = 2 Σ log L_ii

}  // namespace doxa
