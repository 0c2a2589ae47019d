#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/internal/gradcheck/discontinuities.h"
#include "doxa/autograd/internal/gradcheck/samples.h"

namespace doxa {
namespace {

constexpr double between_steps = 10;

// The fits at one step.
class Scale {
 public:
  explicit Scale(const std::vector<double>& nodes)
      : both_(nodes, 14),
        right_({nodes.begin(), nodes.begin() + sample_pairs + 1}, 7),
        left_(of_left(nodes), 7) {}

  // Adds what the samples of one component say to `d`.
  void look(std::span<const double> y, double terms, NumericalDerivative& d) const {
    double largest = terms;
    for (const double v : y) {
      if (!std::isfinite(v)) return;
      largest = std::max(largest, std::abs(v));
    }
    constexpr auto spacing_at_zero = static_cast<double>(std::numeric_limits<Real>::denorm_min());
    const double rounding = largest > 0 ? std::max(unit_roundoff * largest, spacing_at_zero) : 0;
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
    left.insert(left.end(), nodes.begin() + sample_pairs + 1, nodes.end());
    return left;
  }

  void sides(std::span<const double> y, double rounding, SlopeEstimate& all, NumericalDerivative& d) const {
    const std::vector<double> y_left = of_left({y.begin(), y.end()});
    std::vector<double> of_zero = y_left;
    of_zero[0] = y[0];
    SlopeEstimate right = right_.slope(y.first(sample_pairs + 1), rounding),
                  left = left_.slope(of_zero, rounding);
    for (SlopeEstimate* s : {&right, &left})
      if (s->constant) s->error = 2 * rounding / s->step;
    if (!(right.smooth() || right.constant) || !(left.smooth() || left.constant)) return;
    const double gap = std::abs(right.value - left.value), error = right.error + left.error;
    const double size = std::max(std::abs(right.value), std::abs(left.value));
    if (gap > ratio_limit * error && gap > resolution_limit * size && gap * all.step > 1000 * rounding) {
      if (error >= d.side_error) return;
      d.kink = true;
      d.left = left.value;
      d.right = right.value;
      d.side_error = error;
      d.side_roughness = std::max(left.roughness, right.roughness);
      d.side_largest = std::max(left.largest, right.largest);
      d.side_step = all.step;
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
  double rough = 0;                                                    // over shorter steps
  for (auto e = d.estimates.rbegin(); e != d.estimates.rend(); ++e) {  // from the shortest step on
    if (!usable(*e, std::abs(here)) || (e->constant && d.steps)) {
      rough = std::max(rough, e->roughness);
      continue;
    }
    if (best && !agree(*best, *e)) break;
    // Near to 0 is something that these samples lie too far apart to see: another branch, a kink.
    if (rough > 100 * std::max(e->roughness, unit_roundoff * e->largest)) break;
    if (!best || e->error < best->error) best = &*e;
  }
  d.constant_far = d.variation <= 4 * unit_roundoff * std::abs(here) && !d.estimates.empty() &&
                   d.estimates.front().step > 5 * first;
  d.error = std::numeric_limits<double>::infinity();
  if (!best) return;
  d.value = best->value;
  d.step = best->step;
  d.error = best->error;
  // Over a shorter step F is seen to be smooth: the kink is beside 0, or was none.
  if (d.step < d.side_step && 100 * d.error < std::abs(d.right - d.left)) d.kink = false;
  d.flat = !best->constant && !best->smooth();
  d.roughness = best->roughness;
  d.largest = best->largest;
  const auto near = std::ranges::find_if(d.estimates, [&](const SlopeEstimate& e) {
    return e.step <= 1.5 * std::max(first, d.estimates.back().step);
  });
  // Where y is flat, the slope beside the flat part.
  const SlopeEstimate& typical = best->step > near->step || best->constant ? *near : *best;
  d.slope = typical.variation / typical.step;
  d.slope_step = typical.step;
  d.constant = best->constant && best->step >= 0.5 * first;
}

// F can be smooth between jumps, as rounding inside it and stopping criteria make it, and its slope there is
// not the derivative of what is computed. So if that slope contradicts the tape, longer steps are looked at:
// those over which F is as rough as it varies, alike at two of them, and those over which it is rough by more
// than rounding explains while its slope confirms the tape. If it jumps there, or again and again over steps
// that are not much longer, only the longer steps count. (A single jump or a pole is not that rough.)
void leave_pieces_between_jumps(const LineFunction& f, std::span<const double> here, std::size_t i,
                                double analytic, double first, NumericalDerivative& d) {
  if (!d.found()) return;
  const bool disagrees = std::abs(analytic - d.value) > ratio_limit * d.error;
  const auto rough = [&](const SlopeEstimate& e) {
    return e.roughness > 1e3 * unit_roundoff * e.largest && e.roughness > 0.1 * d.slope * d.step &&
           e.roughness > 0.5 * e.variation;
  };
  const auto confirms = [&](const SlopeEstimate& e) {
    return e.smooth() && e.roughness > 1e3 * unit_roundoff * e.largest &&
           std::abs(analytic - e.value) <= ratio_limit * e.error &&
           ratio_limit * e.error <= 0.1 * std::abs(e.value);
  };
  // A saw with teeth some steps wide, along a slope that is another than that of the teeth: they are about as
  // high as its roughness.
  const auto contradicts = [&](const SlopeEstimate& e) {
    const double gap = std::abs(e.value - d.value), height = gap * d.step;
    return e.roughness <= 0.1 * e.variation && gap > 2 * ratio_limit * (e.error + d.error) &&
           e.roughness >= 0.01 * height && e.roughness <= 1e4 * height;
  };
  const double noise = 10 * d.roughness, share = d.largest > 0 ? noise / d.largest : 0;
  double shortest = 0;  // of the steps over which F jumps
  for (std::size_t k = 0; k < d.estimates.size() && d.estimates[k].step > d.step; ++k) {
    const SlopeEstimate& e = d.estimates[k];
    if (e.step > 1.5 * first) continue;  // what F is far away does not matter here
    const bool alike = k > 0 && rough(e) && rough(d.estimates[k - 1]) &&
                       std::max(e.roughness, d.estimates[k - 1].roughness) <=
                           3 * std::min(e.roughness, d.estimates[k - 1].roughness);
    const bool close = !e.smooth() && e.step <= 300 * d.step;
    const bool suspect = disagrees && (alike || confirms(e));
    if (!suspect && !(disagrees && close) && !contradicts(e)) continue;
    const int found =
        shortest > 0 && !close ? 1 : count_jumps(f, here.size(), i, e.step, d.value, noise, share);
    if (found > 1 || (found > 0 && suspect)) shortest = e.step;
  }
  if (shortest == 0) return;
  std::erase_if(d.estimates, [&](const SlopeEstimate& e) { return e.step < shortest; });
  choose(d, here[i], first);
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
  std::vector<double> y(sample_points);
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
      for (std::size_t k = 0; k < sample_points; ++k) y[k] = samples.values[k * m + i];
      const std::size_t before = derivatives[i].estimates.size();
      scale.look(y, range.terms, derivatives[i]);
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
      d.steps = moves_in_steps(f, i, here, {d.estimates.begin(), flat}, flat->step);
    choose(d, here[i], range.first);
    leave_pieces_between_jumps(f, here, i, analytic[i], range.first, d);
  }
  return derivatives;
}

}  // namespace doxa
