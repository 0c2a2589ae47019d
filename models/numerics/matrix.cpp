#include "doxa/models/numerics/matrix.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

std::string shape(const Matrix& a) {
  return '[' + std::to_string(a.rows) + ',' + std::to_string(a.columns) + ']';
}

void require(bool fits, const char* what, const Matrix& a, const Matrix& b) {
  if (!fits)
    throw std::invalid_argument(std::string(what) + ": shapes do not fit: " + shape(a) + ", " + shape(b));
}

bool inside(const Matrix& a, Index row, Index column, const Matrix& b) {
  return row >= 0 && column >= 0 && row + b.rows <= a.rows && column + b.columns <= a.columns;
}

}  // namespace

Matrix::Matrix(Index r, Index c) : rows(r), columns(c) {
  if (r < 0 || c < 0) throw std::invalid_argument("Matrix: negative size: " + shape(*this));
  elements.resize(static_cast<std::size_t>(r * c));
}

Matrix::Matrix(Index r, Index c, std::vector<double> values) : Matrix(r, c) {
  if (values.size() != elements.size())
    throw std::invalid_argument("Matrix: " + std::to_string(values.size()) + " elements for " + shape(*this));
  elements = std::move(values);
}

Matrix::Matrix(const Tensor& t) {
  if (t.shape().rank() != 2) throw std::invalid_argument("Matrix: expected rank 2, got " + t.shape().str());
  rows = t.shape()[0];
  columns = t.shape()[1];
  elements.assign(t.span().begin(), t.span().end());
}

Matrix identity(Index n) { return diagonal(std::vector<double>(static_cast<std::size_t>(n), 1.0)); }

Matrix diagonal(const std::vector<double>& values) {
  const auto n = static_cast<Index>(values.size());
  Matrix d(n, n);
  for (Index i = 0; i < n; ++i) d(i, i) = values[static_cast<std::size_t>(i)];
  return d;
}

Matrix column(const std::vector<double>& values) {
  return Matrix(static_cast<Index>(values.size()), 1, values);
}

Matrix transpose(const Matrix& a) {
  Matrix t(a.columns, a.rows);
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < a.columns; ++j) t(j, i) = a(i, j);
  return t;
}

Matrix symmetric_part(const Matrix& a) { return 0.5 * (a + transpose(a)); }

Matrix operator+(const Matrix& a, const Matrix& b) {
  require(a.rows == b.rows && a.columns == b.columns, "Matrix +", a, b);
  Matrix sum = a;
  for (std::size_t i = 0; i < sum.elements.size(); ++i) sum.elements[i] += b.elements[i];
  return sum;
}

Matrix operator-(const Matrix& a, const Matrix& b) {
  require(a.rows == b.rows && a.columns == b.columns, "Matrix -", a, b);
  return a + -1.0 * b;
}

Matrix operator*(const Matrix& a, const Matrix& b) {
  require(a.columns == b.rows, "Matrix *", a, b);
  Matrix product(a.rows, b.columns);
  for (Index i = 0; i < a.rows; ++i)
    for (Index p = 0; p < a.columns; ++p)
      for (Index j = 0; j < b.columns; ++j) product(i, j) += a(i, p) * b(p, j);
  return product;
}

Matrix operator*(double factor, const Matrix& a) {
  Matrix scaled = a;
  for (double& x : scaled.elements) x *= factor;
  return scaled;
}

Matrix beside(const Matrix& a, const Matrix& b) {
  require(a.rows == b.rows, "beside", a, b);
  Matrix both(a.rows, a.columns + b.columns);
  set_block(both, 0, 0, a);
  set_block(both, 0, a.columns, b);
  return both;
}

Matrix above(const Matrix& a, const Matrix& b) {
  require(a.columns == b.columns, "above", a, b);
  Matrix both(a.rows + b.rows, a.columns);
  set_block(both, 0, 0, a);
  set_block(both, a.rows, 0, b);
  return both;
}

Matrix block(const Matrix& a, Index first_row, Index first_column, Index rows, Index columns) {
  Matrix b(rows, columns);
  require(inside(a, first_row, first_column, b), "block", a, b);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) b(i, j) = a(first_row + i, first_column + j);
  return b;
}

void set_block(Matrix& to, Index first_row, Index first_column, const Matrix& a) {
  require(inside(to, first_row, first_column, a), "set_block", to, a);
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < a.columns; ++j) to(first_row + i, first_column + j) = a(i, j);
}

Matrix row(const Matrix& a, Index i) { return transpose(block(a, i, 0, 1, a.columns)); }

void require_matrix(const std::string& name, const Matrix& a, Index rows, Index columns) {
  if (a.rows != rows || a.columns != columns)
    throw std::invalid_argument(name + " is " + shape(a) + ", expected [" + std::to_string(rows) + "," +
                                std::to_string(columns) + "]");
  for (const double x : a.elements)
    if (!std::isfinite(x))
      throw std::invalid_argument(name + " holds " + to_text(x) + ", expected finite numbers");
}

double trace(const Matrix& a) {
  double sum = 0;
  for (Index i = 0; i < std::min(a.rows, a.columns); ++i) sum += a(i, i);
  return sum;
}

double sum_of_squares(const Matrix& a) {
  return std::inner_product(a.elements.begin(), a.elements.end(), a.elements.begin(), 0.0);
}

double largest_magnitude(const Matrix& a) {
  double largest = 0;
  for (const double x : a.elements) largest = std::max(largest, std::abs(x));
  return largest;
}

Tensor tensor(const Matrix& a) { return Tensor({a.rows, a.columns}, tensor(a.elements).span()); }

Tensor tensor(const std::vector<double>& values) {
  Tensor t(Shape{static_cast<Index>(values.size())});
  std::ranges::transform(values, t.span().begin(), [](double x) { return static_cast<Real>(x); });
  return t;
}

Matrix cholesky_factor(const Matrix& a) {
  require(a.rows == a.columns, "cholesky_factor", a, a);
  Matrix l(a.rows, a.rows);
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j <= i; ++j) {
      double rest = a(i, j);
      for (Index p = 0; p < j; ++p) rest -= l(i, p) * l(j, p);
      if (i == j && !(rest > 0 && std::isfinite(rest)))
        throw std::domain_error("cholesky_factor: pivot " + std::to_string(i) + " is " +
                                std::to_string(rest) + ": not positive definite");
      l(i, j) = i == j ? std::sqrt(rest) : rest / l(j, j);
    }
  return l;
}

Matrix solve_lower(const Matrix& l, const Matrix& b) {
  require(l.rows == l.columns && l.columns == b.rows, "solve_lower", l, b);
  Matrix x = b;
  for (Index i = 0; i < l.rows; ++i)
    for (Index j = 0; j < b.columns; ++j) {
      for (Index p = 0; p < i; ++p) x(i, j) -= l(i, p) * x(p, j);
      x(i, j) /= l(i, i);
    }
  return x;
}

Matrix solve_with_factor(const Matrix& l, const Matrix& b) {
  Matrix x = solve_lower(l, b);
  for (Index i = l.rows - 1; i >= 0; --i)
    for (Index j = 0; j < b.columns; ++j) {
      for (Index p = i + 1; p < l.rows; ++p) x(i, j) -= l(p, i) * x(p, j);
      x(i, j) /= l(i, i);
    }
  return x;
}

double log_det_of_factor(const Matrix& l) {
  double sum = 0;
  for (Index i = 0; i < l.rows; ++i) sum += 2 * std::log(l(i, i));
  return sum;
}

}  // namespace doxa
