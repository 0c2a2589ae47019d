#include "doxa/models/kalman/square_root.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/numerics/symmetric_eigen.h"

namespace doxa {
namespace {

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2;

// The scalar product of row i of a and row j of b, from column `from` on.
double row_product(const Matrix& a, Index i, const Matrix& b, Index j, Index from = 0) {
  double sum = 0;
  for (Index c = from; c < a.columns; ++c) sum += a(i, c) * b(j, c);
  return sum;
}

// Divides by the largest magnitude first, so that the squares of numbers near 10^-200 do not underflow.
double row_norm(const Matrix& a, Index i, Index from = 0) {
  double largest = 0;
  for (Index c = from; c < a.columns; ++c) largest = std::max(largest, std::abs(a(i, c)));
  if (largest == 0) return 0;
  double sum = 0;
  for (Index c = from; c < a.columns; ++c) sum += (a(i, c) / largest) * (a(i, c) / largest);
  return largest * std::sqrt(sum);
}

std::string at(const Matrix& a, Index i, Index j) {
  return "(" + std::to_string(i) + "," + std::to_string(j) + ") is " + to_text(a(i, j));
}

void require_symmetric(const Matrix& a, const std::string& name) {
  if (a.rows != a.columns)
    throw std::invalid_argument(name + " is [" + std::to_string(a.rows) + "," + std::to_string(a.columns) +
                                "], expected a square matrix");
  const double tolerance = 8 * static_cast<double>(a.rows) * unit_roundoff;
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j <= i; ++j) {
      if (!std::isfinite(a(i, j)) || !std::isfinite(a(j, i)))
        throw std::invalid_argument(name + " " + at(a, i, j) + ", expected finite numbers");
      const double size = std::sqrt(std::abs(a(i, i))) * std::sqrt(std::abs(a(j, j)));
      if (std::abs(a(i, j) - a(j, i)) > tolerance * std::max(size, std::abs(a(i, j))))
        throw std::invalid_argument(name + " is not symmetric: " + at(a, i, j) + " and " + at(a, j, i));
      if (a(i, i) < 0 || std::abs(a(i, j)) > size * (1 + tolerance))
        throw std::invalid_argument(name + " is indefinite: " + at(a, i, j) +
                                    (i == j ? "" : ", " + at(a, i, i) + " and " + at(a, j, j)));
    }
}

}  // namespace

Matrix triangular_factor(const Matrix& m) {
  Matrix l = m;
  for (Index r = 0; r < std::min(m.rows, m.columns); ++r) {
    const double norm = row_norm(l, r, r);
    if (norm == 0) continue;
    // The reflection I - v vᵀ / β that maps row r, from column r on, to (±norm, 0, …, 0).
    const double head = l(r, r), to = head > 0 ? -norm : norm;
    const double v = (head - to) / norm;  // v_r; the rest of v is the rest of the row divided by the norm
    Matrix tail(1, m.columns);
    for (Index c = r + 1; c < m.columns; ++c) tail[c] = l(r, c) / norm;
    tail[r] = v;
    for (Index i = r; i < m.rows; ++i) {
      const double along = row_product(l, i, tail, 0, r) / (1 + std::abs(head) / norm);
      for (Index c = r; c < m.columns; ++c) l(i, c) -= along * tail[c];
    }
    for (Index c = r + 1; c < m.columns; ++c) l(r, c) = 0;
  }
  Matrix lower(m.rows, m.rows);
  for (Index j = 0; j < std::min(m.rows, m.columns); ++j) {
    const double sign = l(j, j) < 0 ? -1 : 1;
    for (Index i = j; i < m.rows; ++i) lower(i, j) = sign * l(i, j);
  }
  return lower;
}

Matrix square_root(const Matrix& a, const char* name) {
  require_symmetric(a, name);
  const Index n = a.rows;
  Matrix scaled = identity(n);
  std::vector<double> d(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) d[static_cast<std::size_t>(i)] = std::sqrt(a(i, i));
  const Matrix scale = column(d);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < i; ++j)
      if (a(i, j) != 0) scaled(i, j) = scaled(j, i) = a(i, j) / scale[i] / scale[j];
  const SymmetricEigen eigen = symmetric_eigen(scaled);
  const double rounding = 8 * static_cast<double>(n) * unit_roundoff;
  Matrix root = eigen.vectors;
  for (Index j = 0; j < n; ++j) {
    const double value = eigen.values[static_cast<std::size_t>(j)];
    if (value < -rounding)
      throw std::invalid_argument(std::string(name) +
                                  " is indefinite: scaled to a unit diagonal it has the eigenvalue " +
                                  to_text(value, std::chars_format::general, 6));
    for (Index i = 0; i < n; ++i) root(i, j) *= scale[i] * (value > rounding ? std::sqrt(value) : 0);
  }
  return triangular_factor(root);
}

Matrix regression(const Matrix& x, const Matrix& y) {
  if (x.columns != y.columns)
    throw std::invalid_argument("regression: rows of " + std::to_string(x.columns) + " and of " +
                                std::to_string(y.columns) + " numbers");
  // y = L E, where the rows of E are orthonormal, one for each row of y that is independent of those above.
  std::vector<Index> independent;
  Matrix basis(y.rows, y.columns), lower(y.rows, y.rows);
  for (Index j = 0; j < y.rows; ++j) {
    const auto rank = static_cast<Index>(independent.size());
    const double length = row_norm(y, j);
    if (length == 0) continue;
    for (Index c = 0; c < y.columns; ++c) basis(rank, c) = y(j, c) / length;
    for (int twice = 0; twice < 2; ++twice)
      for (Index b = 0; b < rank; ++b) {
        const double along = row_product(basis, rank, basis, b);
        lower(rank, b) += length * along;
        for (Index c = 0; c < y.columns; ++c) basis(rank, c) -= along * basis(b, c);
      }
    const double left = row_norm(basis, rank);
    const bool depends = left <= 8 * static_cast<double>(std::max(y.rows, y.columns)) * unit_roundoff;
    if (!depends) {
      lower(rank, rank) = length * left;
      independent.push_back(j);
    }
    for (Index c = 0; c < y.columns; ++c) basis(rank, c) = depends ? 0 : basis(rank, c) / left;
    if (depends)
      for (Index b = 0; b < rank; ++b) lower(rank, b) = 0;
  }
  Matrix j(x.rows, y.rows);
  for (Index i = 0; i < x.rows; ++i)
    for (auto b = static_cast<Index>(independent.size()) - 1; b >= 0; --b) {  // J L = x Eᵀ
      double rest = row_product(x, i, basis, b);
      for (auto p = b + 1; p < static_cast<Index>(independent.size()); ++p)
        rest -= j(i, independent[static_cast<std::size_t>(p)]) * lower(p, b);
      j(i, independent[static_cast<std::size_t>(b)]) = rest / lower(b, b);
    }
  return j;
}

}  // namespace doxa
