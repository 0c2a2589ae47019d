#include "doxa/autograd/internal/gradcheck/discontinuities.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "doxa/autograd/internal/gradcheck/samples.h"

namespace doxa {
namespace {

// Does component i of F, less `trend` t, change between a and b by a jump? Halves the interval over which it
// changes most, as far as numbers go. A continuous function changes less and less, at a kink or a root by
// half as much in a few steps; at a jump, by the same in the end.
bool jumps_between(const LineFunction& f, std::size_t outputs, std::size_t i, double a, double b,
                   double trend, double noise, double share) {
  std::vector<double> low(outputs), high(outputs), middle(outputs);
  f(a, low);
  f(b, high);
  const auto change = [&](const std::vector<double>& from, const std::vector<double>& to, double width) {
    return std::abs(to[i] - from[i] - trend * width);
  };
  std::vector<double> changes;
  for (int k = 0; k < 100; ++k) {  // more than it takes, unless one end is 0
    changes.push_back(change(low, high, b - a));
    const double c = f(a + (b - a) / 2, middle);
    if (!(c > a && c < b) || !std::isfinite(middle[i])) break;
    if (change(low, middle, c - a) > change(middle, high, b - c)) {
      b = c;
      high = middle;
    } else {
      a = c;
      low = middle;
    }
  }
  constexpr std::size_t last = 8;
  const double largest = std::max(std::abs(low[i]), std::abs(high[i]));
  const double rounding = std::max(1e3 * unit_roundoff, share) * largest;
  return changes.size() > 2 * last && changes.back() > 0.5 * changes[changes.size() - 1 - last] &&
         changes.back() > std::max(rounding, noise);
}

}  // namespace

int count_jumps(const LineFunction& f, std::size_t outputs, std::size_t i, double step, double trend,
                double noise, double share) {
  std::vector<double> here(outputs), y(sample_points);
  f(0, here);
  const Samples samples(f, here, step);
  if (!samples.distinct) return 0;
  for (std::size_t k = 0; k < sample_points; ++k) y[k] = samples.values[k * outputs + i];
  std::vector<std::size_t> order(sample_points), intervals(sample_points - 1);
  for (std::size_t k = 0; k < sample_points; ++k) order[k] = k;
  std::ranges::sort(order, {}, [&](std::size_t k) { return samples.nodes[k]; });
  for (std::size_t k = 0; k + 1 < sample_points; ++k) intervals[k] = k;
  const std::vector<double> off = PolynomialFit(samples.nodes, 4).residuals(y);
  std::ranges::sort(intervals, std::greater{},
                    [&](std::size_t k) { return std::abs(off[order[k + 1]] - off[order[k]]); });
  return static_cast<int>(std::count_if(intervals.begin(), intervals.begin() + 4, [&](std::size_t k) {
    return jumps_between(f, outputs, i, samples.nodes[order[k]], samples.nodes[order[k + 1]], trend, noise,
                         share);
  }));
}

bool moves_in_steps(const LineFunction& f, std::size_t i, std::span<const double> here,
                    std::span<const SlopeEstimate> longer, double flat) {
  std::vector<double> a(here.size()), b(here.size()), levels, steps;
  for (const double farther : {1000.0, 300.0, 100.0, 30.0, 10.0, 3.0})
    steps.push_back(farther * longer[0].step);
  for (const SlopeEstimate& e : longer) steps.push_back(e.step);
  // Levels are far apart beside how far F has moved: those of a loss that saturates differ by its rounding.
  double farthest = 0;
  const auto distinct = [&] {
    std::ranges::sort(levels);
    std::size_t count = 0;
    double last = -std::numeric_limits<double>::infinity();
    for (const double level : levels)
      if (level - last > 1e-6 * farthest) {
        ++count;
        last = level;
      }
    return count;
  };
  std::size_t moved = 0, constant = 0;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    for (const double at : {-0.97, -0.83, -0.61, -0.37, 0.41, 0.67, 0.79, 0.93}) {
      f(at * *step, a);
      f(at * *step + 0.02 * flat, b);
      if (!std::isfinite(a[i]) || a[i] == here[i]) continue;
      ++moved;
      farthest = std::max(farthest, std::abs(a[i] - here[i]));
      if (a[i] != b[i]) continue;
      ++constant;
      levels.push_back(a[i]);
    }
    if (4 * constant >= 3 * moved && distinct() >= 3) return true;
  }
  return false;
}

}  // namespace doxa
