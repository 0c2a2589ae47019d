#include "doxa/autograd/internal/gradcheck/kinks_nearby.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

namespace doxa {

const double radius_of_kinks = std::pow(unit_roundoff, 3.0 / 8);

namespace {

constexpr int points_nearby = 64;

using Numbers = std::vector<double>;

double size_of_step(const CheckedFunction& f, std::size_t j) { return std::max(1.0, std::abs(f.input(j))); }

Numbers value_beside(CheckedFunction& f, const LookedAt& at, const Numbers& direction, double distance) {
  Numbers y(at.here.size());
  const LineFunction line = f.along(direction);
  (at.v ? f.contracted(line, *at.v) : line)(distance, y);
  return y;
}

double rounding_of(const LookedAt& at, std::size_t i) {
  return 16 * unit_roundoff * std::max(std::abs(at.here[i]), at.terms);
}

std::vector<std::size_t> all_inputs(const CheckedFunction& f) {
  std::vector<std::size_t> all(f.inputs());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace

std::vector<Bend> bends(CheckedFunction& f, Philox& random, const LookedAt& at,
                        std::span<const std::size_t> inputs) {
  std::vector<Bend> all(at.here.size());
  Numbers p(f.inputs()), q(f.inputs()), middle(f.inputs());
  for (int k = 0; k < points_nearby; ++k) {
    for (const std::size_t j : inputs) {
      const double size = size_of_step(f, j);
      p[j] = size * random.normal();
      q[j] = k % 2 == 0 ? size * random.normal() : p[j] + 0.1 * size * random.normal();
      middle[j] = (p[j] + q[j]) / 2;
    }
    const Numbers y_p = value_beside(f, at, p, radius_of_kinks),
                  y_q = value_beside(f, at, q, radius_of_kinks),
                  y_middle = value_beside(f, at, middle, radius_of_kinks);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const double moved = std::abs(y_p[i] - at.here[i]) + std::abs(y_q[i] - at.here[i]);
      const double straight = 10 * radius_of_kinks * moved + rounding_of(at, i);
      const double bent = y_p[i] + y_q[i] - 2 * y_middle[i];
      all[i].above = all[i].above || !(bent >= -straight);
      all[i].below = all[i].below || !(bent <= straight);
      all[i].hidden = all[i].hidden && !(rounding_of(at, i) <= 10 * radius_of_kinks * moved);
    }
  }
  return all;
}

KinksNearby::KinksNearby(CheckedFunction& function, Philox& random, LookedAt at)
    : f_(function), random_(random), at_(std::move(at)), input_(function.inputs()) {}

bool KinksNearby::leave_open(const GradientEntry& e, std::size_t i, std::size_t j) {
  if (f_.inputs() < 2) return false;
  if (bends_.empty()) bends_ = bends(f_, random_, at_, all_inputs(f_));
  if (bends_[i].convex() || bends_[i].concave()) return false;
  if (e.at_kink()) return true;
  // Without a kink along j itself, the slopes near by must say so.
  if (input_ != j) look_at_slopes(j);
  const double spread = largest_[i] - least_[i], margin = 1e-3 * spread;
  const double noise = rounding_of(at_, i) / (radius_of_kinks * size_of_step(f_, j));
  return spread > 0.01 * std::max(std::abs(least_[i]), std::abs(largest_[i])) + 100 * noise &&
         e.analytic >= least_[i] - margin && e.analytic <= largest_[i] + margin;
}

// A quotient over a short distance is a mean of derivatives there. Where kinks meet at x it is the same at
// any distance: that of noise, and of what oscillates, is not. Three in four must agree, because other kinks
// may be near.
void KinksNearby::look_at_slopes(std::size_t j) {
  const std::size_t m = at_.here.size();
  input_ = j;
  least_.assign(m, std::numeric_limits<double>::infinity());
  largest_.assign(m, -std::numeric_limits<double>::infinity());
  const double step = 0.1 * size_of_step(f_, j);
  std::vector<int> same(m);
  for (int k = 0; k < points_nearby; ++k) {
    Numbers d(f_.inputs());
    for (std::size_t l = 0; l < d.size(); ++l) d[l] = size_of_step(f_, l) * random_.normal();
    Numbers beside = d;
    beside[j] += step;
    const auto slopes = [&](double distance) {
      const Numbers before = value_beside(f_, at_, d, distance);
      Numbers slope = value_beside(f_, at_, beside, distance);
      for (std::size_t i = 0; i < m; ++i) slope[i] = (slope[i] - before[i]) / (distance * step);
      return slope;
    };
    const Numbers near = slopes(radius_of_kinks), farther = slopes(8 * radius_of_kinks);
    for (std::size_t i = 0; i < m; ++i) {
      const double noise = 2 * rounding_of(at_, i) / (radius_of_kinks * step);
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
