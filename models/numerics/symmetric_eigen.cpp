#include "doxa/models/numerics/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace doxa {
namespace {

constexpr double u = std::numeric_limits<double>::epsilon() / 2;

// (A + Aᵀ)/2 divided by the scale, after the checks.
Matrix checked_symmetric(const Matrix& a, double scale) {
  const auto refuse = [](const std::string& what) {
    throw std::invalid_argument("symmetric_eigen: " + what);
  };
  if (a.rows != a.columns || a.rows < 1)
    refuse("expected a square matrix, got [" + std::to_string(a.rows) + ',' + std::to_string(a.columns) +
           ']');
  Matrix s = a;
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < a.rows; ++j) {
      const std::string where = "element (" + std::to_string(i) + ',' + std::to_string(j) + ") ";
      if (!std::isfinite(a(i, j))) refuse(where + "is not finite");
      const double difference = std::abs(a(i, j) / scale - a(j, i) / scale);
      if (difference > 8 * static_cast<double>(a.rows) * u) refuse(where + "is not that across the diagonal");
      s(i, j) = (a(i, j) / scale + a(j, i) / scale) / 2;
    }
  return s;
}

// The plane rotation (c, s) in rows and columns p and q that makes a_pq = 0. Of the two possible angles it
// takes the one of at most 45 degrees; that makes the sweeps converge.
struct Rotation {
  Index p, q;
  double c, s;

  Rotation(const Matrix& a, Index p_, Index q_) : p(p_), q(q_) {
    const double cot = (a(q, q) - a(p, p)) / (2 * a(p, q));  // of twice the angle
    const double tan = std::copysign(1.0, cot) / (std::abs(cot) + std::hypot(1.0, cot));
    c = 1 / std::hypot(1.0, tan);
    s = tan * c;
  }
  void columns(Matrix& a) const {
    for (Index i = 0; i < a.rows; ++i) {
      const double left = a(i, p), right = a(i, q);
      a(i, p) = c * left - s * right;
      a(i, q) = s * left + c * right;
    }
  }
  void rows(Matrix& a) const {
    for (Index i = 0; i < a.columns; ++i) {
      const double upper = a(p, i), lower = a(q, i);
      a(p, i) = c * upper - s * lower;
      a(q, i) = s * upper + c * lower;
    }
  }
};

SymmetricEigen in_order(const Matrix& a, const Matrix& v, double scale) {
  const Index n = a.rows;
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::ranges::stable_sort(order, [&](Index i, Index j) { return a(i, i) > a(j, j); });
  SymmetricEigen eigen{{}, Matrix(n, n)};
  for (Index j = 0; j < n; ++j) {
    const Index from = order[static_cast<std::size_t>(j)];
    eigen.values.push_back(scale * a(from, from));
    double largest = 0;
    for (Index i = 0; i < n; ++i)
      if (std::abs(v(i, from)) > std::abs(largest)) largest = v(i, from);
    for (Index i = 0; i < n; ++i) eigen.vectors(i, j) = largest < 0 ? -v(i, from) : v(i, from);
  }
  return eigen;
}

}  // namespace

SymmetricEigen symmetric_eigen(const Matrix& matrix) {
  const double largest = largest_magnitude(matrix);
  const double scale = largest > 0 && std::isfinite(largest) ? largest : 1;
  Matrix a = checked_symmetric(matrix, scale);
  const Index n = a.rows;
  Matrix v = identity(n);
  // Off-diagonal elements below this move no eigenvalue by more than u max |a|.
  const double negligible = u / static_cast<double>(n);
  for (bool rotated = true; rotated;) {
    rotated = false;
    for (Index p = 0; p < n; ++p)
      for (Index q = p + 1; q < n; ++q) {
        if (std::abs(a(p, q)) <= negligible) continue;
        const Rotation rotation(a, p, q);
        rotation.columns(a);
        rotation.rows(a);
        a(p, q) = a(q, p) = 0;
        rotation.columns(v);
        rotated = true;
      }
  }
  return in_order(a, v, scale);
}

}  // namespace doxa
