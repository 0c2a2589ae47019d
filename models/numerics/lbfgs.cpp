#include "doxa/models/numerics/lbfgs.h"

#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

namespace doxa {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add(Vector& to, double factor, const Vector& x) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * x[i];
}

// s = x_{k+1} - x_k, y = ∇f_{k+1} - ∇f_k, 1 / sᵀy.
struct Pair {
  Vector s, y;
  double rho;
};

// -H ∇f, where H is the inverse Hessian according to the pairs and the initial guess (algorithm 7.4).
Vector descent_direction(const std::deque<Pair>& pairs, const Vector& gradient, const Vector& curvature) {
  Vector q = gradient, alpha(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    alpha[i] = pairs[i].rho * dot(pairs[i].s, q);
    add(q, -alpha[i], pairs[i].y);
  }
  double scale = 1;
  if (!pairs.empty()) {
    double size = 0;  // yᵀ D⁻¹ y
    const Pair& last = pairs.back();
    for (std::size_t i = 0; i < q.size(); ++i) size += last.y[i] * last.y[i] / curvature[i];
    scale = 1 / (last.rho * size);
  }
  for (std::size_t i = 0; i < q.size(); ++i) q[i] *= scale / curvature[i];
  for (std::size_t i = 0; i < pairs.size(); ++i)
    add(q, alpha[i] - pairs[i].rho * dot(pairs[i].y, q), pairs[i].s);
  for (double& d : q) d = -d;
  return q;
}

struct Point {
  Vector x, gradient;
  double value;
};

// A point x + t d where f has descended enough and its slope has flattened: f(x + t d) ≤ f(x) + c₁ t ∇fᵀd and
// ∇f(x + t d)ᵀd ≥ c₂ ∇fᵀd, with c₁ = 10⁻⁴ and c₂ = 0.9. Near the minimum the descent is smaller than the
// rounding of f, so the first condition allows for that rounding.
std::optional<Point> line_search(const SmoothFunction& f, const Point& from, const Vector& direction,
                                 std::size_t& evaluations) {
  const double slope = dot(from.gradient, direction);
  if (!(slope < 0)) return std::nullopt;
  const double rounding = 16 * std::numeric_limits<double>::epsilon() * std::abs(from.value);
  double low = 0, high = std::numeric_limits<double>::infinity(), t = 1;
  Point to = from;
  for (int trial = 0; trial < 60; ++trial) {
    for (std::size_t i = 0; i < to.x.size(); ++i) to.x[i] = from.x[i] + t * direction[i];
    to.value = f(to.x, to.gradient);
    ++evaluations;
    if (!(to.value <= from.value + 1e-4 * t * slope + rounding))
      high = t;
    else if (dot(to.gradient, direction) < 0.9 * slope)
      low = t;
    else
      return to;
    t = std::isinf(high) ? 2 * t : (low + high) / 2;
  }
  return std::nullopt;
}

}  // namespace

Minimum minimise_lbfgs(const SmoothFunction& f, std::vector<double> x, const LbfgsOptions& options) {
  Vector curvature = options.curvature;
  if (curvature.empty()) curvature.assign(x.size(), 1.0);
  if (curvature.size() != x.size())
    throw std::invalid_argument("minimise_lbfgs: curvature is not of x's size");
  for (const double c : curvature)
    if (!(c > 0)) throw std::invalid_argument("minimise_lbfgs: curvature is not positive");
  Point now{std::move(x), {}, 0};
  now.gradient.resize(now.x.size());
  now.value = f(now.x, now.gradient);
  std::size_t iterations = 0, evaluations = 1;
  double norm = std::sqrt(dot(now.gradient, now.gradient));
  if (!std::isfinite(now.value) || !std::isfinite(norm))
    throw std::domain_error("minimise_lbfgs: the function is not finite at the start");
  std::deque<Pair> pairs;
  for (; norm > options.gradient_norm && iterations < options.iterations; ++iterations) {
    const Vector direction = descent_direction(pairs, now.gradient, curvature);
    std::optional<Point> next = line_search(f, now, direction, evaluations);
    if (!next && pairs.empty()) break;
    if (!next) {  // the remembered curvature misleads: start over from the gradient
      pairs.clear();
      continue;
    }
    Pair pair{next->x, next->gradient, 0};
    add(pair.s, -1, now.x);
    add(pair.y, -1, now.gradient);
    const double sy = dot(pair.s, pair.y);
    if (sy > std::numeric_limits<double>::epsilon() * dot(pair.y, pair.y) * 1e-4) {
      pair.rho = 1 / sy;
      pairs.push_back(std::move(pair));
      if (pairs.size() > options.memory) pairs.pop_front();
    }
    now = std::move(*next);
    norm = std::sqrt(dot(now.gradient, now.gradient));
  }
  return {std::move(now.x), now.value, norm, iterations, evaluations, norm <= options.gradient_norm};
}

}  // namespace doxa
