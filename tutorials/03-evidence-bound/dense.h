#pragma once

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

// Small dense matrices in double, whatever Real is, for answers that have to be exact.

using Vector = std::vector<double>;

struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<double> entries = {};  // row by row

  Matrix() = default;
  Matrix(std::size_t m, std::size_t n) : rows(m), columns(n), entries(m * n) {}
  Matrix(std::size_t m, std::size_t n, std::vector<double> values)
      : rows(m), columns(n), entries(std::move(values)) {}
  double& operator()(std::size_t i, std::size_t j) { return entries[i * columns + j]; }
  double operator()(std::size_t i, std::size_t j) const { return entries[i * columns + j]; }
};

inline Matrix transpose(const Matrix& a) {
  Matrix t(a.columns, a.rows);
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < a.columns; ++j) t(j, i) = a(i, j);
  return t;
}

inline Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix c(a.rows, b.columns);
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t k = 0; k < a.columns; ++k)
      for (std::size_t j = 0; j < b.columns; ++j) c(i, j) += a(i, k) * b(k, j);
  return c;
}

inline Vector operator*(const Matrix& a, const Vector& v) {
  Vector y(a.rows);
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < a.columns; ++j) y[i] += a(i, j) * v[j];
  return y;
}

inline Vector operator-(Vector a, const Vector& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

inline double squared_norm(const Vector& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return sum;
}

inline Matrix identity(std::size_t n) {
  Matrix one(n, n);
  for (std::size_t i = 0; i < n; ++i) one(i, i) = 1;
  return one;
}

// The lower L of A = L Lᵀ; throws std::domain_error if A is not positive definite.
inline Matrix cholesky(const Matrix& a) {
  Matrix l(a.rows, a.rows);
  for (std::size_t j = 0; j < a.rows; ++j)
    for (std::size_t i = j; i < a.rows; ++i) {
      double rest = a(i, j);
      for (std::size_t k = 0; k < j; ++k) rest -= l(i, k) * l(j, k);
      if (i == j && !(rest > 0)) throw std::domain_error("cholesky: not positive definite");
      l(i, j) = i == j ? std::sqrt(rest) : rest / l(j, j);
    }
  return l;
}

// L⁻¹ v for a lower triangular L.
inline Vector solve_lower(const Matrix& l, Vector v) {
  for (std::size_t i = 0; i < l.rows; ++i) {
    for (std::size_t k = 0; k < i; ++k) v[i] -= l(i, k) * v[k];
    v[i] /= l(i, i);
  }
  return v;
}

// A⁻¹ = L⁻ᵀ L⁻¹ from the factor of A.
inline Matrix inverse_from_factor(const Matrix& l) {
  Matrix root(l.rows, l.rows);  // L⁻¹, a column at a time
  for (std::size_t j = 0; j < l.rows; ++j) {
    Vector e(l.rows);
    e[j] = 1;
    e = solve_lower(l, e);
    for (std::size_t i = 0; i < l.rows; ++i) root(i, j) = e[i];
  }
  return transpose(root) * root;
}

// log det A from the factor of A.
inline double log_det_from_factor(const Matrix& l) {
  double sum = 0;
  for (std::size_t i = 0; i < l.rows; ++i) sum += 2 * std::log(l(i, i));
  return sum;
}
