#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include "doxa/autograd/gradcheck.h"

namespace doxa {
namespace {

constexpr double between_steps = 10;

// Twelve distances in twelfths of the step, irregular so that no oscillation looks constant or slow.
constexpr std::array distances{0.7, 2.2, 2.9, 4.3, 4.8, 6.15, 6.7, 8.25, 8.9, 10.3, 11.1, 12.0};
constexpr std::size_t pairs = distances.size(), points = 2 * pairs + 1;

// Samples of all components at one step: F(0), then at the distances to the right, then to the left.
struct Samples {
  bool distinct = true;  // are the places different from each other?
  std::vector<double> nodes{0};
  std::vector<double> values;  // [points, components]

  Samples(const LineFunction& f, std::span<const double> here, double step)
      : values(here.begin(), here.end()) {
    values.resize(points * here.size());
    for (std::size_t k = 1; k < points; ++k) {
      const double t = distances[(k - 1) % pairs] / distances.back() * step;
      nodes.push_back(f(k <= pairs ? t : -t, std::span(values).subspan(k * here.size(), here.size())));
    }
    for (std::size_t k = 1; k < pairs; ++k)
      distinct = distinct && nodes[k] < nodes[k + 1] && nodes[pairs + k] > nodes[pairs + k + 1];
    distinct = distinct && nodes[1] > 0 && nodes[pairs + 1] < 0;
  }
};

// The fits at one step.
class Scale {
 public:
  explicit Scale(const std::vector<double>& nodes)
      : both_(nodes, 14), right_({nodes.begin(), nodes.begin() + pairs + 1}, 8), left_(of_left(nodes), 8) {}

  // Adds what the samples of one component say to `d`.
  void look(std::span<const double> y, NumericalDerivative& d) const {
    double largest = 0;
    for (const double v : y) {
      if (!std::isfinite(v)) return;
      largest = std::max(largest, std::abs(v));
    }
    const double rounding = unit_roundoff * largest;
    SlopeEstimate all = both_.slope(y, rounding);
    if (all.constant) all.error = 2 * rounding / all.step;
    d.undefined = false;
    d.variation = std::max(d.variation, all.variation);
    d.steepest = std::max(d.steepest, all.variation / all.step);
    if (!all.constant && !(all.smooth() && all.error <= 1e-9 * std::abs(all.value)))
      sides(y, rounding, all, d);
    d.estimates.push_back(all);
  }

 private:
  static std::vector<double> of_left(const std::vector<double>& nodes) {
    std::vector<double> left{0};
    left.insert(left.end(), nodes.begin() + pairs + 1, nodes.end());
    return left;
  }

  void sides(std::span<const double> y, double rounding, SlopeEstimate& all, NumericalDerivative& d) const {
    const std::vector<double> y_left = of_left({y.begin(), y.end()});
    std::vector<double> of_zero = y_left;
    of_zero[0] = y[0];
    SlopeEstimate right = right_.slope(y.first(pairs + 1), rounding), left = left_.slope(of_zero, rounding);
    for (SlopeEstimate* s : {&right, &left})
      if (s->constant) s->error = 2 * rounding / s->step;
    if (!(right.smooth() || right.constant) || !(left.smooth() || left.constant)) return;
    const double gap = std::abs(right.value - left.value), error = right.error + left.error;
    const double size = std::max(std::abs(right.value), std::abs(left.value));
    if (gap > ratio_limit * error && gap > resolution_limit * size) {
      if (error >= d.side_error) return;
      d.kink = true;
      d.left = left.value;
      d.right = right.value;
      d.side_error = error;
      d.side_roughness = std::max(left.roughness, right.roughness);
      d.side_largest = std::max(left.largest, right.largest);
    } else if (gap <= ratio_limit * error && (gap + error < all.error || !all.smooth())) {
      all.value = (left.value + right.value) / 2;
      all.error = gap + error;
      all.roughness = std::max(left.roughness, right.roughness);
      all.variation = std::max({all.variation, left.variation, right.variation});
    }
  }

  PolynomialFit both_, right_, left_;
};

// May the estimate be believed? Also of a function that is constant but for rounding.
bool usable(const SlopeEstimate& e, double largest) {
  return e.constant || e.smooth() || e.variation <= 32 * unit_roundoff * largest;
}

bool agree(const SlopeEstimate& a, const SlopeEstimate& b) {
  return std::abs(a.value - b.value) <= ratio_limit * (a.error + b.error);
}

// Chooses among the estimates of one component.
void choose(NumericalDerivative& d, double here, double first) {
  std::ranges::sort(d.estimates, std::greater{}, &SlopeEstimate::step);
  const SlopeEstimate* best = nullptr;
  for (auto e = d.estimates.rbegin(); e != d.estimates.rend(); ++e) {  // from the shortest step on
    if (!usable(*e, std::abs(here)) || (e->constant && d.steps)) continue;
    if (best && !agree(*best, *e)) break;
    if (!best || e->error < best->error) best = &*e;
  }
  d.constant_far = d.variation <= 4 * unit_roundoff * std::abs(here) && !d.estimates.empty() &&
                   d.estimates.front().step > 5 * first;
  d.error = std::numeric_limits<double>::infinity();
  if (!best) return;
  d.value = best->value;
  d.error = best->error;
  d.roughness = best->roughness;
  d.largest = best->largest;
  d.step = best->step;
  const auto near = std::ranges::find_if(d.estimates, [&](const SlopeEstimate& e) {
    return e.step <= 1.5 * std::max(first, d.estimates.back().step);
  });
  const SlopeEstimate& typical = best->step > near->step ? *near : *best;
  d.slope = typical.variation / typical.step;
  d.constant = best->constant && best->step >= 0.5 * first;
}

// F is constant near 0, and not over the longer steps. Is it constant near most other places as well, with other values?
// Then it is no plateau of a smooth function.
bool moves_in_steps(const LineFunction& f, std::size_t i, std::span<const double> here,
                    std::span<const SlopeEstimate> longer, double flat) {
  std::vector<double> a(here.size()), b(here.size()), values;
  std::size_t moved = 0, constant = 0;
  for (const SlopeEstimate& e : longer)
    for (const double at : {-0.97, -0.83, -0.61, -0.37, 0.41, 0.67, 0.79, 0.93}) {
      f(at * e.step, a);
      f(at * e.step + 0.02 * flat, b);
      if (!std::isfinite(a[i]) || a[i] == here[i]) continue;
      ++moved;
      if (a[i] == b[i]) ++constant;
      if (std::ranges::find(values, a[i]) == values.end()) values.push_back(a[i]);
    }
  return values.size() >= 3 && 4 * constant >= 3 * moved;
}

// Does component i of F change between a and b by a jump? Halves the interval over which it changes most; a continuous
// function changes less and less.
bool jumps_between(const LineFunction& f, std::size_t outputs, std::size_t i, double a, double b) {
  std::vector<double> low(outputs), high(outputs), middle(outputs);
  f(a, low);
  f(b, high);
  const double first = std::abs(high[i] - low[i]);
  for (int k = 0; k < 40; ++k) {
    const double c = f(a + (b - a) / 2, middle);
    if (!(c > a && c < b) || !std::isfinite(middle[i])) break;
    if (std::abs(middle[i] - low[i]) > std::abs(high[i] - middle[i])) {
      b = c;
      high = middle;
    } else {
      a = c;
      low = middle;
    }
  }
  return std::abs(high[i] - low[i]) > 0.01 * first;
}

// Does component i of F jump on both sides of 0, within `step`? One jump alone is a place to stay away from.
bool jumps(const LineFunction& f, std::size_t outputs, std::size_t i, double step) {
  std::vector<double> here(outputs), y(points);
  f(0, here);
  const Samples samples(f, here, step);
  if (!samples.distinct) return false;
  for (std::size_t k = 0; k < points; ++k) y[k] = samples.values[k * outputs + i];
  std::vector<std::size_t> order(points);
  for (std::size_t k = 0; k < points; ++k) order[k] = k;
  std::ranges::sort(order, {}, [&](std::size_t k) { return samples.nodes[k]; });
  const std::vector<double> off = PolynomialFit(samples.nodes, 4).residuals(y);
  for (const bool right : {false, true}) {
    std::size_t widest = right ? pairs : 0;
    const auto gap = [&](std::size_t k) { return std::abs(off[order[k + 1]] - off[order[k]]); };
    for (std::size_t k = widest; k < (right ? 2 * pairs : pairs); ++k)
      if (gap(k) > gap(widest)) widest = k;
    if (!jumps_between(f, outputs, i, samples.nodes[order[widest]], samples.nodes[order[widest + 1]]))
      return false;
  }
  return true;
}

// F can be smooth between jumps, as rounding inside it and stopping criteria make it, and then its slope there is not the
// derivative of what is computed. If that slope contradicts the tape, and over longer steps F is rough by more than
// rounding explains, and it jumps: then only the longer steps count.
void leave_pieces_between_jumps(const LineFunction& f, std::span<const double> here, std::size_t i,
                                double analytic, double first, NumericalDerivative& d) {
  for (int looks = 0; looks < 3 && d.found(); ++looks) {
    if (std::abs(analytic - d.value) <= ratio_limit * d.error) return;
    const auto rough = std::find_if(d.estimates.rbegin(), d.estimates.rend(), [&](const SlopeEstimate& e) {
      const bool confirms = e.smooth() && std::abs(analytic - e.value) <= ratio_limit * e.error &&
                            ratio_limit * e.error <= 0.1 * std::abs(e.value);
      return e.step > d.step && e.roughness > 1e3 * unit_roundoff * e.largest &&
             (e.roughness > 0.1 * d.slope * d.step || confirms);
    });
    if (rough == d.estimates.rend() || !jumps(f, here.size(), i, rough->step)) return;
    const double step = rough->step;
    std::erase_if(d.estimates, [&](const SlopeEstimate& e) { return e.step < step; });
    choose(d, here[i], first);
  }
}

}  // namespace

std::vector<NumericalDerivative> differentiate(const LineFunction& f, std::span<const double> here,
                                               std::span<const double> analytic, const StepRange& range,
                                               double limit) {
  const std::size_t m = here.size();
  std::vector<NumericalDerivative> derivatives(m);
  std::vector<std::size_t> open(m);
  for (std::size_t i = 0; i < m; ++i) {
    open[i] = i;
    derivatives[i].undefined = true;
  }
  std::vector<double> y(points);
  const auto confirmed = [&](std::size_t i, const SlopeEstimate& e) {
    return usable(e, std::abs(here[i])) &&
           std::abs(analytic[i] - e.value) + ratio_limit * e.error <= limit * std::abs(e.value);
  };
  // Looks at one step, and leaves those components open for which `more` says so.
  const auto look = [&](double step, auto more) {
    const Samples samples(f, here, step);
    if (!samples.distinct) return false;
    const Scale scale(samples.nodes);
    std::size_t left_open = 0;
    for (const std::size_t i : open) {
      for (std::size_t k = 0; k < points; ++k) y[k] = samples.values[k * m + i];
      const std::size_t before = derivatives[i].estimates.size();
      scale.look(y, derivatives[i]);
      if (derivatives[i].estimates.size() == before || more(i, derivatives[i].estimates))
        open[left_open++] = i;
    }
    open.resize(left_open);
    return true;
  };

  std::vector<std::size_t> limited;  // by rounding alone: longer steps may help
  for (double step = range.first; step > range.last && !open.empty(); step /= between_steps) {
    const bool close = step <= 1e-5 * range.first;
    if (!look(step, [&](std::size_t i, const std::vector<SlopeEstimate>& estimates) {
          const SlopeEstimate& e = estimates.back();
          const double rounding = unit_roundoff * std::abs(here[i]);
          if (!usable(e, std::abs(here[i]))) return true;
          if (e.constant && step == range.first) {
            limited.push_back(i);  // longer steps tell whether it stays constant
            return false;
          }
          if (confirmed(i, e)) return false;
          const bool disagrees = std::abs(analytic[i] - e.value) > ratio_limit * e.error;
          if (disagrees && !close)
            return true;  // before it is called wrong, much shorter steps are looked at
          // Shorter steps help until rounding takes over.
          if (e.error <= std::pow(unit_roundoff, 2.0 / 3) * std::abs(e.value)) return false;
          if (estimates.size() < 2 || e.roughness > 8 * rounding ||
              e.error < estimates[estimates.size() - 2].error)
            return true;
          limited.push_back(i);
          return false;
        }))
      break;
  }
  for (const std::size_t i : open) limited.push_back(i);
  open = limited;
  std::erase_if(open, [&](std::size_t i) {
    const auto& e = derivatives[i].estimates;
    return e.empty() || e.front().step < 0.5 * range.first || !usable(e.front(), std::abs(here[i])) ||
           std::ranges::any_of(e, [&](const SlopeEstimate& x) { return confirmed(i, x); });
  });
  for (double step = range.first * between_steps; step <= range.largest && !open.empty();
       step *= between_steps)
    if (!look(step, [&](std::size_t i, const std::vector<SlopeEstimate>& estimates) {
          const SlopeEstimate& e = estimates.back();
          if (estimates.front().constant)  // until it has moved at two steps
            return estimates.size() < 3 || estimates[estimates.size() - 2].constant;
          return usable(e, std::abs(here[i])) && !confirmed(i, e) && agree(e, estimates.front());
        }))
      break;

  for (std::size_t i = 0; i < m; ++i) {
    NumericalDerivative& d = derivatives[i];
    // Constant over short distances, and not over longer ones: on a plateau, or everywhere?
    std::ranges::sort(d.estimates, std::greater{}, &SlopeEstimate::step);
    const auto flat = std::ranges::find_if(d.estimates, &SlopeEstimate::constant);
    if (flat != d.estimates.end() && flat != d.estimates.begin())
      d.steps = moves_in_steps(
          f, i, here,
          std::span(d.estimates.begin(), flat).last(std::min<std::ptrdiff_t>(2, flat - d.estimates.begin())),
          flat->step);
    choose(d, here[i], range.first);
    leave_pieces_between_jumps(f, here, i, analytic[i], range.first, d);
  }
  return derivatives;
}

}  // namespace doxa
