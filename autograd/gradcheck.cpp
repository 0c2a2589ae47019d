#include "doxa/autograd/gradcheck.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "doxa/autograd/random.h"

namespace doxa {
namespace {

constexpr double unit_roundoff = std::numeric_limits<Real>::epsilon() / 2.0;

struct Scalar {
  double value;      // Σ v_i y_i
  double magnitude;  // Σ |v_i y_i|: rounding errors are a multiple of u times this
};

struct Derivative {
  double value = 0, error = std::numeric_limits<double>::infinity();
};

// Ridders' tableau from the step h down; `noise` is what F may be off by. Column j holds central differences
// extrapolated j times. An entry's error is the largest of its distances to the two entries it was made from
// and to the one above it, of the same order: the first two vanish together where the error of the column
// before happens to change sign.
template <class F>
Derivative ridders(F f, double h, Real x, double noise) {
  constexpr std::size_t rows = 12;
  constexpr double shrink = 1.4;
  std::array<std::array<double, rows>, rows> a{}, rounding{};
  Derivative best;
  for (std::size_t i = 0; i < rows; ++i, h /= shrink) {
    // The step actually taken, after rounding x ± h.
    const Real above = static_cast<Real>(x + h), below = static_cast<Real>(x - h);
    const double width = static_cast<double>(above) - static_cast<double>(below);
    if (!(width > 0)) break;
    const double high = f(above), low = f(below);
    a[i][0] = (high - low) / width;
    // F may be larger a step away than here, and its rounding error with it.
    rounding[i][0] =
        2 * std::max({noise, unit_roundoff * std::abs(high), unit_roundoff * std::abs(low)}) / width;
    if (!std::isfinite(a[i][0])) return {};
    double factor = 1;
    for (std::size_t j = 1; j <= i; ++j) {
      factor *= shrink * shrink;
      a[i][j] = (a[i][j - 1] * factor - a[i - 1][j - 1]) / (factor - 1);
      rounding[i][j] = (rounding[i][j - 1] * factor + rounding[i - 1][j - 1]) / (factor - 1);
      if (j == i) continue;
      const double error = std::max({std::abs(a[i][j] - a[i][j - 1]), std::abs(a[i][j] - a[i - 1][j - 1]),
                                     std::abs(a[i][j] - a[i - 1][j]), rounding[i][j]});
      if (error < best.error) best = {a[i][j], error};
    }
    if (i > 3 && std::abs(a[i][i] - a[i - 1][i - 1]) > 100 * best.error) break;  // rounding has taken over
  }
  return best;
}

// The right step is unknown beforehand (a scale of 1e-6 inside the function wants one a million times smaller
// than a smooth polynomial does), so the tableau starts from several and the smallest error wins; a good one
// ends the search.
template <class F>
Derivative differentiate(F f, Real x, double noise, double magnitude, double first_step) {
  const double good = std::pow(unit_roundoff, 2.0 / 3.0) * magnitude;
  Derivative best;
  double h = first_step * std::max(1.0, std::abs(static_cast<double>(x)));
  for (int attempt = 0; attempt < 8 && best.error > good; ++attempt, h /= 30) {
    const Derivative d = ridders(f, h, x, noise);
    if (d.error < best.error) best = d;
  }
  return best;
}

// What rounding does to F, from third differences at neighbouring inputs, where F itself is all but linear
// (J. J. Moré & S. M. Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33(3), 2011, eq. 2.3: the
// k-th difference of independent errors of variance ε² has variance ε² (2k)!/(k!)²). Where F is coarser than
// the spacing, as (x + 1e8) - 1e8 is, neighbours are equal and tell nothing: then the points are spread
// further apart, by less than their number, so that they cannot step over the spacing at which some are equal
// and some not.
template <class F>
double rounding_noise(F f, std::span<const CheckedLeaf> leaves, double magnitude) {
  constexpr std::size_t points = 12;
  std::vector<Tensor> at;
  for (const CheckedLeaf& leaf : leaves) at.push_back(*leaf.value);
  double noise = unit_roundoff * magnitude;
  for (double spacing = 64 * unit_roundoff; spacing < 0.01; spacing *= 8) {
    std::array<double, points> y{};
    for (std::size_t k = 0; k < points; ++k) {
      for (std::size_t l = 0; l < leaves.size(); ++l)
        for (Index i = 0; i < at[l].size(); ++i)
          (*leaves[l].value)[i] = at[l][i] * static_cast<Real>(1 + spacing * static_cast<double>(k));
      y[k] = f();
    }
    double squares = 0;
    std::size_t equal = 0;
    for (std::size_t k = 0; k + 1 < points; ++k) equal += y[k] == y[k + 1];
    for (std::size_t k = 0; k + 3 < points; ++k) {
      const double third = y[k + 3] - 3 * y[k + 2] + 3 * y[k + 1] - y[k];
      squares += third * third;
    }
    const double rms = std::sqrt(squares / (points - 3) / 20);
    if (std::isfinite(rms)) noise = std::max(noise, rms);
    if (2 * equal < points) break;
  }
  for (std::size_t l = 0; l < leaves.size(); ++l) *leaves[l].value = at[l];
  return noise;
}

std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", x);
  return text;
}

}  // namespace

double GradientEntry::ratio() const {
  const double difference = std::abs(analytic - numeric);
  return difference == 0 ? 0 : difference / error;
}

Verdict GradientReport::verdict() const {
  if (entries.empty()) return Verdict::inconclusive;
  Verdict worst = Verdict::pass;
  for (const GradientEntry& e : entries) worst = std::max(worst, e.verdict);
  return worst;
}

std::string GradientReport::str(std::size_t rows) const {
  std::string text =
      "input            index   analytic          numeric           error       ratio   verdict\n";
  for (const GradientEntry& e : entries) {
    if (rows-- == 0) break;
    char line[256];
    const char* verdict = e.verdict == Verdict::pass   ? "pass"
                          : e.verdict == Verdict::fail ? "FAIL"
                                                       : "inconclusive";
    std::snprintf(line, sizeof line, "%-16.40s %5lld   %-16s  %-16s  %-10.3g  %-6.3g  %s\n", e.input.c_str(),
                  static_cast<long long>(e.index), number(e.analytic).c_str(), number(e.numeric).c_str(),
                  e.error, e.ratio(), verdict);
    text += line;
  }
  return text;
}

GradientReport check_gradients(const std::function<Var(Tape&)>& function, std::span<const CheckedLeaf> leaves,
                               const GradientCheckOptions& options) {
  Tape tape;
  Philox random(options.seed);
  const Var y = function(tape);
  const Tensor cotangent = y.size() == 1 ? Tensor(y.shape(), 1) : normal_noise(y.shape(), random);
  for (const CheckedLeaf& leaf : leaves) {
    tape.leaf(*leaf.value, *leaf.gradient);  // one the function does not use has gradient zero
  }
  tape.backward(y, cotangent);
  std::vector<Tensor> analytic;
  for (const CheckedLeaf& leaf : leaves) analytic.push_back(*leaf.gradient);

  const auto evaluate = [&] {
    tape.clear();
    const Evaluation evaluation(tape);
    const std::span<const Real> value = function(tape).value();
    Scalar s{0, 0};
    for (std::size_t i = 0; i < value.size(); ++i) {
      const double term =
          static_cast<double>(cotangent[static_cast<Index>(i)]) * static_cast<double>(value[i]);
      s.value += term;
      s.magnitude += std::abs(term);
    }
    return s;
  };
  const Scalar here = evaluate();
  if (!std::isfinite(here.value))
    throw std::invalid_argument("check_gradients: the function is not finite here");
  if (evaluate().value != here.value)
    throw std::invalid_argument("check_gradients: the function is not deterministic: pass it its noise");

  const double noise = rounding_noise([&] { return evaluate().value; }, leaves, here.magnitude);
  const auto numeric = [&](Real& x, double first_step) {
    const Real at = x;
    const Derivative d = differentiate(
        [&](Real moved) {
          x = moved;
          return evaluate().value;
        },
        at, noise, here.magnitude, first_step);
    x = at;
    return d;
  };

  GradientReport report;
  for (std::size_t l = 0; l < leaves.size(); ++l) {
    Tensor& value = *leaves[l].value;
    std::vector<Index> indices = random.permutation(value.size());
    if (options.entries_a_leaf > 0 && options.entries_a_leaf < value.size())
      indices.resize(static_cast<std::size_t>(options.entries_a_leaf));
    for (const Index i : indices) {
      const double gradient = static_cast<double>(analytic[l][i]);
      Derivative d = numeric(value[i], 0.1);
      if (!(std::abs(gradient - d.value) <= d.error)) {
        // A second opinion from other steps, before anything is called wrong: what the two disagree by is
        // error too.
        const Derivative e = numeric(value[i], 0.07);
        const double disagreement = std::abs(d.value - e.value);
        d = {e.error < d.error ? e.value : d.value, std::max({d.error, e.error, disagreement})};
      }
      report.entries.push_back({leaves[l].name, i, gradient, d.value, d.error, Verdict::pass});
    }
  }

  double scale = here.magnitude;
  for (const GradientEntry& e : report.entries) scale = std::max(scale, std::abs(e.numeric));
  for (GradientEntry& e : report.entries) {
    // The analytic value is rounded too: a few operations of relative error u.
    e.error = std::max(e.error, unit_roundoff * std::abs(e.numeric));
    const bool equal = std::abs(e.analytic - e.numeric) <= ratio_limit * e.error;  // false for NaN
    const bool telling = e.error <= std::cbrt(unit_roundoff) * scale;
    if (!std::isfinite(e.analytic))
      e.verdict = Verdict::fail;
    else
      e.verdict = !telling ? Verdict::inconclusive : equal ? Verdict::pass : Verdict::fail;
  }
  std::stable_sort(report.entries.begin(), report.entries.end(),
                   [](const GradientEntry& a, const GradientEntry& b) {
                     return a.verdict != b.verdict ? a.verdict > b.verdict : a.ratio() > b.ratio();
                   });
  return report;
}

GradientReport check_gradients(const std::function<Var(Tape&, std::span<const Var>)>& function,
                               std::span<const Tensor> inputs, const GradientCheckOptions& options) {
  std::vector<Tensor> values(inputs.begin(), inputs.end());
  std::vector<Tensor> gradients;
  std::vector<CheckedLeaf> leaves;
  gradients.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    gradients.emplace_back(values[i].shape());
    leaves.push_back({"input " + std::to_string(i), &values[i], &gradients[i]});
  }
  std::vector<Var> vars(values.size());
  return check_gradients(
      [&](Tape& tape) {
        for (std::size_t i = 0; i < values.size(); ++i) vars[i] = tape.leaf(values[i], gradients[i]);
        return function(tape, vars);
      },
      leaves, options);
}

}  // namespace doxa
