#include "doxa/autograd/internal/gradcheck/polynomial_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace doxa {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

// The orthonormal polynomials by the three-term recurrence, q_{k+1} = ((s - a_k) q_k - b_k q_{k-1}) / b_{k+1}
// (Forsythe, "Generation and use of orthogonal polynomials for data-fitting", J. SIAM 5(2), 1957).
PolynomialFit::PolynomialFit(std::vector<double> nodes, std::size_t highest_degree)
    : nodes_(std::move(nodes)), step_(0) {
  for (const double t : nodes_) step_ = std::max(step_, std::abs(t));
  for (double& t : nodes_) t /= step_;
  const std::size_t n = nodes_.size();
  std::vector<double> before(n, 0.0), now(n, 1 / std::sqrt(static_cast<double>(n)));
  double before_0 = 0, before_slope = 0, now_0 = now[0], now_slope = 0, b = 0;  // the values and slopes at 0
  for (std::size_t k = 0;; ++k) {
    basis_.push_back(now);
    slopes_.push_back(now_slope);
    if (k == highest_degree) break;
    std::vector<double> next(n);
    for (std::size_t i = 0; i < n; ++i) next[i] = nodes_[i] * now[i];
    const double a = dot(next, now);
    for (std::size_t i = 0; i < n; ++i) next[i] -= a * now[i] + b * before[i];
    double next_0 = -a * now_0 - b * before_0;
    double next_slope = now_0 - a * now_slope - b * before_slope;
    b = std::sqrt(dot(next, next));
    for (double& x : next) x /= b;
    before = std::exchange(now, std::move(next));
    before_0 = std::exchange(now_0, next_0 / b);
    before_slope = std::exchange(now_slope, next_slope / b);
  }
}

SlopeEstimate PolynomialFit::slope(std::span<const double> values, double rounding) const {
  const std::size_t n = nodes_.size(), degrees = basis_.size();
  SlopeEstimate best;
  best.step = step_;
  for (const double y : values) best.largest = std::max(best.largest, std::abs(y));
  best.constant = std::ranges::all_of(values, [&](double y) { return y == values[0]; });
  if (best.constant) best.error = 0;
  if (best.constant || !std::ranges::all_of(values, [](double y) { return std::isfinite(y); })) return best;
  std::vector<double> left(values.begin(), values.end()), slope(degrees), weight(degrees), spread(degrees);
  // Moved, so that a large constant costs no digits, and scaled, so that no square over- or underflows.
  double size = 0;
  for (double& y : left) {
    y -= values[0];
    size = std::max(size, std::abs(y));
  }
  for (double& y : left) y /= size;
  for (std::size_t k = 0; k < degrees; ++k) {
    const double c = dot(left, basis_[k]);
    for (std::size_t i = 0; i < n; ++i) left[i] -= c * basis_[k][i];
    slope[k] = c * slopes_[k] + (k > 0 ? slope[k - 1] : 0);
    weight[k] = slopes_[k] * slopes_[k] + (k > 0 ? weight[k - 1] : 0);
    spread[k] = std::sqrt(dot(left, left) / static_cast<double>(n - k - 1));
  }
  best.variation = size * spread[0];
  for (std::size_t d = 1; d + 2 < degrees; ++d) {
    const double lacking = std::max(std::abs(slope[d + 1] - slope[d]), std::abs(slope[d + 2] - slope[d]));
    const double error = std::max(spread[d], rounding / size) * std::sqrt(weight[d]) + lacking;
    if (const double in_units = size * error / step_; in_units < best.error) {
      best.value = size * slope[d] / step_;
      best.error = in_units;
      best.roughness = size * spread[d];
    }
  }
  return best;
}

std::vector<double> PolynomialFit::residuals(std::span<const double> values) const {
  std::vector<double> left(values.begin(), values.end());
  for (double& y : left) y -= values[0];
  for (const std::vector<double>& q : basis_) {
    const double c = dot(left, q);
    for (std::size_t i = 0; i < left.size(); ++i) left[i] -= c * q[i];
  }
  return left;
}

}  // namespace doxa
