#include "gaussian.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

using namespace doxa;

double frobenius(const Matrix& a) { return std::sqrt(sum_of_squares(a)); }

Matrix solve(const Matrix& a, const Matrix& b) {
  const Index n = a.rows;
  Matrix both(n, n + b.columns);  // [A B]
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < both.columns; ++j) both(i, j) = j < n ? a(i, j) : b(i, j - n);
  for (Index k = 0; k < n; ++k) {
    Index pivot = k;
    for (Index i = k + 1; i < n; ++i)
      if (std::abs(both(i, k)) > std::abs(both(pivot, k))) pivot = i;
    for (Index j = 0; j < both.columns; ++j) std::swap(both(k, j), both(pivot, j));
    for (Index i = k + 1; i < n; ++i) {
      const double factor = both(i, k) / both(k, k);
      for (Index j = k; j < both.columns; ++j) both(i, j) -= factor * both(k, j);
    }
  }
  Matrix x(n, b.columns);
  for (Index i = n - 1; i >= 0; --i)
    for (Index j = 0; j < x.columns; ++j) {
      x(i, j) = both(i, n + j);
      for (Index k = i + 1; k < n; ++k) x(i, j) -= both(i, k) * x(k, j);
      x(i, j) /= both(i, i);
    }
  return x;
}

Matrix inverse(const Matrix& a) { return solve(a, identity(a.rows)); }

double determinant(const Matrix& a) {
  if (a.rows == 0) return 1;
  double total = 0;
  for (Index j = 0; j < a.columns; ++j) {
    Matrix minor(a.rows - 1, a.columns - 1);
    for (Index i = 0; i < minor.rows; ++i)
      for (Index k = 0; k < minor.columns; ++k) minor(i, k) = a(i + 1, k < j ? k : k + 1);
    total += (j % 2 == 0 ? 1 : -1) * a(0, j) * determinant(minor);
  }
  return total;
}

Matrix Gaussian::mean() const { return column({loc.span().begin(), loc.span().end()}); }
Matrix Gaussian::cholesky() const { return Matrix(factor); }
Matrix Gaussian::covariance() const { return cholesky() * transpose(cholesky()); }
double Gaussian::condition() const { return frobenius(cholesky()) * frobenius(inverse(cholesky())); }

Gaussian random_gaussian(Index n, Philox& random) {
  Gaussian q{normal_noise({n}, random), Tensor(Shape{n, n})};
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < i; ++j) q.factor(i, j) = static_cast<Real>(random.normal() / 2);
    q.factor(i, i) = static_cast<Real>(std::exp(0.3 * random.normal()));
  }
  return q;
}

//! [by-hand]
double log_density(const Matrix& z, const Matrix& mu, const Matrix& l) {
  Matrix noise(z.rows, 1);
  double log_q = 0;
  for (Index i = 0; i < z.rows; ++i) {
    double rest = z[i] - mu[i];
    for (Index j = 0; j < i; ++j) rest -= l(i, j) * noise[j];
    noise[i] = rest / l(i, i);  // row i of L ε = z − μ
    log_q -= noise[i] * noise[i] / 2 + std::log(l(i, i)) + std::log(2 * std::numbers::pi) / 2;
  }
  return log_q;  // (02.4)
}
//! [by-hand]

//! [conditional]
Conditional conditional(const Matrix& loc, const Matrix& covariance, Index i) {
  Matrix before(i, i), cross(i, 1);
  for (Index j = 0; j < i; ++j) {
    cross[j] = covariance(i, j);
    for (Index k = 0; k < i; ++k) before(j, k) = covariance(j, k);
  }
  const Matrix weights = solve(before, cross);
  return {weights, loc[i], covariance(i, i) - trace(transpose(weights) * cross)};  // (02.7)
}
//! [conditional]

LogRatio::LogRatio(const Gaussian& q, const Gaussian& p) {
  const Matrix whitened = solve_lower(p.cholesky(), q.cholesky());
  a = 0.5 * (transpose(whitened) * whitened - identity(q.size()));
  b = transpose(whitened) * solve_lower(p.cholesky(), q.mean() - p.mean());
}

double LogRatio::variance() const { return 2 * sum_of_squares(a) + sum_of_squares(b); }
double LogRatio::fourth_cumulant() const { return 48 * (sum_of_squares(a * a) + sum_of_squares(a * b)); }

//! [divergences]
Divergences::Divergences(double r, double d) {
  const double e = r - 1;
  kl = 0.5 * (e - std::log1p(e) + d * d);              // (02.10)
  jeffreys = 0.5 * (e * e / r + d * d * (1 + 1 / r));  // the two logarithms cancel
  variance = 0.5 * e * e + r * d * d;                  // (02.18)
  // r²/(2r − 1) is 1/(1 − (e/r)²), which log1p takes from the small e
  const double exponent = d * d / (2 * r - 1) - 0.5 * std::log1p(-(e / r) * (e / r));
  chi2 = r > 0.5 ? std::expm1(exponent) : std::numeric_limits<double>::infinity();  // (02.21)
}

double Divergences::controlled(double c) const {
  return c == 0 ? variance : variance - 2 * c * jeffreys + c * c * chi2;  // (02.20)
}
//! [divergences]
