#include "doxa/autograd/internal/gradcheck/kinks_nearby.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

namespace doxa {
namespace {

constexpr int points_nearby = 64;

double size_of_step(const CheckedFunction& f, std::size_t j) { return std::max(1.0, std::abs(f.input(j))); }

}  // namespace

KinksNearby::KinksNearby(CheckedFunction& function, Philox& random, std::vector<double> here, const Tensor* v,
                         double terms)
    : f_(function),
      random_(random),
      here_(std::move(here)),
      v_(v),
      terms_(terms),
      radius_(std::pow(unit_roundoff, 3.0 / 8)),
      input_(function.inputs()) {}

bool KinksNearby::leave_open(const GradientEntry& e, std::size_t i, std::size_t j) {
  if (f_.inputs() < 2) return false;
  if (mixed_.empty()) look_for_kinks();
  if (!mixed_[i]) return false;
  if (e.at_kink()) return true;
  // Without a kink along j itself, the slopes near by must say so.
  if (input_ != j) look_at_slopes(j);
  const double spread = largest_[i] - least_[i], margin = 1e-3 * spread;
  const double noise = rounding(i) / (radius_ * size_of_step(f_, j));
  return spread > 0.01 * std::max(std::abs(least_[i]), std::abs(largest_[i])) + 100 * noise &&
         e.analytic >= least_[i] - margin && e.analytic <= largest_[i] + margin;
}

KinksNearby::Numbers KinksNearby::value(const Numbers& direction, double distance) const {
  Numbers y(here_.size());
  const LineFunction f = f_.along(direction);
  (v_ ? f_.contracted(f, *v_) : f)(distance, y);
  return y;
}

double KinksNearby::rounding(std::size_t i) const {
  return 16 * unit_roundoff * std::max(std::abs(here_[i]), terms_);
}

KinksNearby::Numbers KinksNearby::random_direction() {
  Numbers d(f_.inputs());
  for (std::size_t j = 0; j < d.size(); ++j) d[j] = size_of_step(f_, j) * random_.normal();
  return d;
}

// Is each number neither convex nor concave? The value halfway between two points would lie on one side of
// the mean of theirs. A kink shows in the difference as much as in the values, a curved smooth part by the
// distance less.
void KinksNearby::look_for_kinks() {
  const std::size_t m = here_.size();
  std::vector<bool> above(m), below(m), seen(m);
  for (int k = 0; k < points_nearby; ++k) {
    const Numbers p = random_direction();
    Numbers q = random_direction(), middle(p.size());
    for (std::size_t j = 0; j < p.size(); ++j) {
      if (k % 2 == 1) q[j] = p[j] + 0.1 * q[j];
      middle[j] = (p[j] + q[j]) / 2;
    }
    const Numbers y_p = value(p, radius_), y_q = value(q, radius_), y_middle = value(middle, radius_);
    for (std::size_t i = 0; i < m; ++i) {
      const double moved = std::abs(y_p[i] - here_[i]) + std::abs(y_q[i] - here_[i]);
      const double bent = y_p[i] + y_q[i] - 2 * y_middle[i], straight = 10 * radius_ * moved + rounding(i);
      below[i] = below[i] || !(bent >= -straight);
      above[i] = above[i] || !(bent <= straight);
      seen[i] = seen[i] || rounding(i) <= 10 * radius_ * moved;  // or else rounding hides all
    }
  }
  mixed_.resize(m);
  for (std::size_t i = 0; i < m; ++i) mixed_[i] = !seen[i] || (above[i] && below[i]);
}

// A quotient over a short distance is a mean of derivatives there. Where kinks meet at x it is the same at
// any distance: that of noise, and of what oscillates, is not. Three in four must agree, because other kinks
// may be near.
void KinksNearby::look_at_slopes(std::size_t j) {
  const std::size_t m = here_.size();
  input_ = j;
  least_.assign(m, std::numeric_limits<double>::infinity());
  largest_.assign(m, -std::numeric_limits<double>::infinity());
  const double step = 0.1 * size_of_step(f_, j);
  std::vector<int> same(m);
  for (int k = 0; k < points_nearby; ++k) {
    const Numbers d = random_direction();
    Numbers beside = d;
    beside[j] += step;
    const auto slopes = [&](double distance) {
      const Numbers before = value(d, distance);
      Numbers slope = value(beside, distance);
      for (std::size_t i = 0; i < m; ++i) slope[i] = (slope[i] - before[i]) / (distance * step);
      return slope;
    };
    const Numbers near = slopes(radius_), farther = slopes(8 * radius_);
    for (std::size_t i = 0; i < m; ++i) {
      const double noise = 2 * rounding(i) / (radius_ * step);
      if (!(std::abs(near[i] - farther[i]) <= 1e-3 * std::abs(near[i]) + noise)) continue;
      ++same[i];
      least_[i] = std::min(least_[i], near[i]);
      largest_[i] = std::max(largest_[i], near[i]);
    }
  }
  for (std::size_t i = 0; i < m; ++i)
    if (4 * same[i] < 3 * points_nearby) least_[i] = largest_[i] = 0;
}

}  // namespace doxa
