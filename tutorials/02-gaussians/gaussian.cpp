#include "gaussian.h"

#include <cmath>
#include <utility>

using namespace doxa;

Vector operator-(Vector a, const Vector& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

double dot(const Vector& a, const Vector& b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
  return total;
}

Vector product(const Matrix& a, const Vector& x) {
  Vector y;
  for (const Vector& row : a) y.push_back(dot(row, x));
  return y;
}

Matrix transposed(const Matrix& a) {
  Matrix t(a[0].size(), Vector(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[0].size(); ++j) t[j][i] = a[i][j];
  return t;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c;
  for (const Vector& column : transposed(b)) c.push_back(product(a, column));
  return transposed(c);
}

double frobenius(const Matrix& a) {
  double total = 0;
  for (const Vector& row : a) total += dot(row, row);
  return std::sqrt(total);
}

Vector solve(Matrix a, Vector b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
    std::swap(a[k], a[pivot]);
    std::swap(b[k], b[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j < n; ++j) a[i][j] -= factor * a[k][j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = i + 1; j < n; ++j) b[i] -= a[i][j] * b[j];
    b[i] /= a[i][i];
  }
  return b;
}

Matrix inverse(const Matrix& a) {
  Matrix columns;
  for (std::size_t i = 0; i < a.size(); ++i) {
    Vector unit(a.size());
    unit[i] = 1;
    columns.push_back(solve(a, unit));
  }
  return transposed(columns);
}

double determinant(const Matrix& a) {
  if (a.empty()) return 1;
  double total = 0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    Matrix minor;
    for (std::size_t i = 1; i < a.size(); ++i) {
      minor.push_back(a[i]);
      minor.back().erase(minor.back().begin() + static_cast<std::ptrdiff_t>(j));
    }
    total += (j % 2 == 0 ? 1 : -1) * a[0][j] * determinant(minor);
  }
  return total;
}

Vector Gaussian::mean() const { return Vector(loc.span().begin(), loc.span().end()); }

Matrix Gaussian::cholesky() const {
  Matrix l(size(), Vector(size()));
  for (std::size_t i = 0; i < size(); ++i)
    for (std::size_t j = 0; j < size(); ++j) l[i][j] = factor(static_cast<Index>(i), static_cast<Index>(j));
  return l;
}

Matrix Gaussian::covariance() const { return product(cholesky(), transposed(cholesky())); }
double Gaussian::condition() const { return frobenius(cholesky()) * frobenius(inverse(cholesky())); }

Gaussian random_gaussian(std::size_t size, Philox& random) {
  const auto n = static_cast<Index>(size);
  Gaussian q{normal_noise({n}, random), Tensor({n, n})};
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < i; ++j) q.factor(i, j) = static_cast<Real>(random.normal() / 2);
    q.factor(i, i) = static_cast<Real>(std::exp(0.3 * random.normal()));
  }
  return q;
}

Conditional conditional(const Vector& loc, const Matrix& covariance, std::size_t i) {
  Matrix before(covariance.begin(), covariance.begin() + static_cast<std::ptrdiff_t>(i));
  for (Vector& row : before) row.resize(i);
  const Vector cross(covariance[i].begin(), covariance[i].begin() + static_cast<std::ptrdiff_t>(i));
  const Vector weights = solve(before, cross);
  return {weights, loc[i], covariance[i][i] - dot(weights, cross)};  // (02.6)
}
