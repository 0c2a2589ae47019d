#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "doxa/autograd/internal/gradcheck/weighted_sum.h"

namespace doxa {
namespace {

// If several elements or outputs have a kink and their weights have both signs, the sum of the subgradients
// need not lie between the one-sided derivatives of the sum.
void judge_sum(GradientEntry& e, const NumericalDerivative& numeric, const Around& around) {
  judge(e, numeric, around);
  if (e.at_kink() && e.verdict == Verdict::fail) {
    e.verdict = Verdict::inconclusive;
    e.cause = several_kinks;
  }
}

double norm_of_terms(std::span<const double> g, std::span<const double> d) {
  double norm = 0;
  for (std::size_t j = 0; j < d.size(); ++j) norm = std::hypot(norm, g[j] * d[j]);
  return norm;
}

// d, or a shorter direction if terms of ⟨g, d⟩ would overflow.
std::vector<double> shortened(std::span<const double> g, std::span<const double> d) {
  constexpr int most = std::numeric_limits<double>::max_exponent - 64;
  int largest = most;
  for (std::size_t j = 0; j < d.size(); ++j)
    if (std::isfinite(g[j]) && g[j] != 0 && d[j] != 0)
      largest = std::max(largest, std::ilogb(g[j]) + std::ilogb(d[j]));
  std::vector<double> shorter(d.begin(), d.end());
  for (double& d_j : shorter) d_j = std::ldexp(d_j, most - largest);
  return shorter;
}

}  // namespace

void DerivativeCheck::direction(std::string input, const Shape& shape, std::span<const double> along_this,
                                GradientReport& report) {
  const Tensor v = cotangent();
  const std::vector<double> g = f_.gradient(v), here = contracted(v), d = shortened(g, along_this);
  const auto along = [&](std::span<const double> gradient) {
    double product = 0;
    for (std::size_t j = 0; j < d.size(); ++j) product += gradient[j] * d[j];
    return product;
  };
  const double product = along(g);
  const LineFunction f = f_.contracted(f_.along(d), v);
  const NumericalDerivative numeric =
      differentiate(f, here, {&product, 1}, direction_steps(terms(v)), resolution_limit)[0];
  GradientEntry e;
  e.input = std::move(input);
  e.shape = shape;
  e.index = -1;
  e.output_shape = f_.output_shape();
  e.analytic = product;
  Around around = this->around(here[0], norm_of_terms(g, d), v);
  around.sum = true;
  around.cancelling = around.largest;
  around.instability = [&] {
    double moved = 0;
    for (std::uint64_t k = 0; k < 3; ++k) {
      const double nearby = along(f_.gradient_nearby(v, Philox(options_.seed, k)));
      if (std::isfinite(nearby)) moved = std::max(moved, std::abs(nearby - product));
    }
    return moved;
  };
  judge_sum(e, numeric, around);
  Undecided undecided;
  undecided.add(e, numeric);
  report.undecided = std::max(report.undecided, undecided.share(norm_of_terms(g, d)));
  report.entries.push_back(std::move(e));
}

void DerivativeCheck::directions(GradientReport& report) {
  const std::size_t n = f_.inputs();
  if (n == 0 || f_.outputs() == 0) return;  // no derivative
  // Like a step in one input, in units of what is there. The longest must not overflow.
  constexpr double most = 1e-4 * static_cast<double>(std::numeric_limits<Real>::max());
  const auto component = [&](std::size_t j) {
    return random_.normal() * std::clamp(std::abs(f_.input(j)), 1.0, most);
  };
  std::vector<double> d(n);
  for (int k = 0; k < options_.directions; ++k) {
    for (std::size_t j = 0; j < n; ++j) d[j] = component(j);
    direction("all inputs", Shape{}, d, report);
  }
  for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
    if (sample_size(l) == f_.leaves()[l].value->size()) continue;  // each element is checked below
    std::fill(d.begin(), d.end(), 0);
    for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j) d[j] = component(j);
    direction(f_.leaves()[l].name, f_.leaves()[l].value->shape(), d, report);
  }
  const bool few = options_.elements > 0 && n <= few_numbers && f_.outputs() <= few_numbers;
  if (few && f_.outputs() > 1)
    jacobian(report);
  else
    elements(report);
}

// How many elements of leaf l are checked one by one. Where there are few of them, a sum along a direction
// would be the only check of most, and it tells less of each.
Index DerivativeCheck::sample_size(std::size_t l) const {
  const Index all = f_.leaves()[l].value->size();
  return options_.elements > 0 && f_.inputs() <= few_numbers ? all : std::min(all, options_.elements);
}

// The same cotangent in units of each output, or nothing if these are of like sizes: a sum of outputs shows the
// large ones only.
std::optional<Tensor> DerivativeCheck::balanced(const Tensor& v) const {
  const double least = std::pow(unit_roundoff, 0.75);  // of the largest output: smaller ones may be rounding
  const double largest = largest_magnitude(here_);
  const auto size = [&](double y) { return y == 0 ? 1 : std::max(std::abs(y) / largest, least); };
  if (!(largest > 0) || std::ranges::none_of(here_, [&](double y) { return size(y) < 0.01; }))
    return std::nullopt;
  Tensor w = v;
  for (std::size_t i = 0; i < here_.size(); ++i)
    w[static_cast<Index>(i)] /= static_cast<Real>(size(here_[i]));
  return w;
}

// The derivative of the sum by element j, judged.
std::pair<GradientEntry, NumericalDerivative> DerivativeCheck::element(WeightedSum& sum, std::size_t j) {
  const LineFunction f = f_.contracted(f_.along(j), sum.v);
  NumericalDerivative numeric =
      differentiate(f, sum.here, {&sum.g[j], 1}, steps(f_.input(j), terms(sum.v)), resolution_limit)[0];
  GradientEntry e = f_.entry(j, sum.g[j]);
  Around around = this->around(sum.here[0], largest_magnitude(sum.g), sum.v);
  around.sum = f_.outputs() > 1;
  around.instability = [this, &sum, j] {
    if (sum.unstable.empty()) sum.unstable = instability(sum.v, sum.g);
    return sum.unstable[j];
  };
  judge_sum(e, numeric, around);
  if (e.verdict == Verdict::fail) {
    if (!sum.nearby) sum.nearby.emplace(f_, random_, LookedAt{sum.here, &sum.v, terms(sum.v)});
    if (sum.nearby->leave_open(e, 0, j)) {
      e.verdict = Verdict::inconclusive;
      e.cause = several_kinks;
    }
  }
  return {std::move(e), std::move(numeric)};
}

void DerivativeCheck::elements(GradientReport& report) {
  const auto sum_of = [&](const Tensor& v) { return WeightedSum{v, f_.gradient(v), contracted(v)}; };
  WeightedSum sum = sum_of(cotangent());
  std::optional<WeightedSum> in_units;
  if (const std::optional<Tensor> w = balanced(sum.v)) in_units.emplace(sum_of(*w));
  const Tensor& v = sum.v;
  std::vector<std::size_t> kinks;
  Undecided undecided;
  for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
    std::vector<Index> elements = random_.permutation(f_.leaves()[l].value->size());
    elements.resize(static_cast<std::size_t>(sample_size(l)));
    for (const Index i : elements) {
      const std::size_t j = f_.first(l) + static_cast<std::size_t>(i);
      auto [e, numeric] = element(sum, j);
      doubt_zero(e, numeric, v, j);
      undecided.add(e, numeric);
      if (e.verdict == Verdict::kink) kinks.push_back(j);
      report.entries.push_back(std::move(e));
      if (!in_units) continue;
      // Small outputs may be rounding, so that this sum can refute and need not confirm.
      if (GradientEntry other = element(*in_units, j).first; other.verdict == Verdict::fail)
        report.entries.push_back(std::move(other));
    }
  }
  const Numbers& g = sum.g;
  report.undecided = std::max(report.undecided, undecided.share(euclidean_norm(g)));
  const auto along_all = [](const GradientEntry& e) { return e.index < 0 && e.at_kink(); };
  if (kinks.empty() && std::ranges::none_of(report.entries, along_all)) return;
  std::vector<std::size_t> all(f_.inputs());  // elements that were not looked at may meet there, too
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (kinks.size() > 1) ties(v, -1, kinks, g, report.entries);
  if (kinks.size() < all.size()) ties(v, -1, all, g, report.entries);
}

}  // namespace doxa
