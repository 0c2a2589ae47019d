#include "doxa/autograd/internal/gradcheck/derivatives.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace doxa {

DerivativeCheck::DerivativeCheck(CheckedFunction& function, const GradientCheckOptions& options,
                                 Philox& random, std::vector<double> here, double intermediate)
    : f_(function), options_(options), random_(random), here_(std::move(here)), intermediate_(intermediate) {}

Tensor DerivativeCheck::unit(std::size_t output) const {
  Tensor e(f_.output_shape());
  e[static_cast<Index>(output)] = 1;
  return e;
}

Tensor DerivativeCheck::cotangent() {
  if (f_.outputs() == 1) return Tensor(f_.output_shape(), 1);
  Tensor v = normal_noise(f_.output_shape(), random_);
  constexpr auto largest = static_cast<double>(std::numeric_limits<Real>::max());
  if (largest_magnitude(here_) > largest / 1024)  // products with y, or sums of them, would overflow
    for (Real& v_i : v.span()) v_i /= 1024;
  return v;
}

std::vector<double> DerivativeCheck::instability(const Tensor& v, std::span<const double> g) {
  Numbers moved(g.size());
  for (std::uint64_t k = 0; k < 3; ++k) {
    const Numbers nearby = f_.gradient_nearby(v, Philox(options_.seed, k));
    for (std::size_t j = 0; j < g.size(); ++j)
      if (std::isfinite(nearby[j])) moved[j] = std::max(moved[j], std::abs(nearby[j] - g[j]));
  }
  return moved;
}

Around DerivativeCheck::around(double y, double largest, const Tensor& v) const {
  double weights = 0;
  for (const Real v_i : v.span()) weights = std::max(weights, static_cast<double>(std::abs(v_i)));
  Around around;
  around.y = y;
  around.intermediate = intermediate_ * weights;
  around.largest = largest;
  around.resolution = options_.resolution;
  around.rounding = [this, &v] { return f_.effect_of_rounding(v); };
  return around;
}

std::vector<double> DerivativeCheck::contracted(const Tensor& v) const {
  double sum = 0;
  for (std::size_t i = 0; i < here_.size(); ++i)
    sum += static_cast<double>(v[static_cast<Index>(i)]) * here_[i];
  return {sum};
}

double DerivativeCheck::terms(const Tensor& v) const {
  double sum = 0;
  for (std::size_t i = 0; i < here_.size(); ++i)
    sum += std::abs(static_cast<double>(v[static_cast<Index>(i)]) * here_[i]);
  return sum;
}

// Steps below `last` are too close to the spacing of floating-point numbers at x.
StepRange steps(double x, double terms) {
  const double length = std::max(1.0, std::abs(x));
  return {0.1 * length, x == 0 ? 1e-17 : 1e3 * unit_roundoff * std::abs(x), 1e3 * length, terms};
}

StepRange direction_steps(double terms) { return {0.1, std::pow(unit_roundoff, 2.0 / 3), 1e3, terms}; }

void Undecided::add(const GradientEntry& e, const NumericalDerivative& numeric) {
  if (e.verdict != Verdict::inconclusive) return;
  any_ = true;
  const double difference = std::abs(e.analytic - e.numeric), error = ratio_limit * e.error;
  const bool contradicted =
      numeric.found() && e.index >= 0 && difference > error + resolution_limit * std::abs(e.numeric);
  if (numeric.estimates.empty() || contradicted || e.cause == wrong_slopes)
    norm_ = std::numeric_limits<double>::infinity();
  const double off =
      numeric.found() && e.index >= 0 ? difference + error : std::abs(e.analytic) + numeric.steepest;
  norm_ = std::hypot(norm_, off);
}

double Undecided::share(double norm) const {
  if (!any_) return 0;
  return norm > 0 && std::isfinite(norm) ? norm_ / norm : std::numeric_limits<double>::infinity();
}

double euclidean_norm(std::span<const double> g) {
  double norm = 0;
  for (const double x : g) norm = std::hypot(norm, x);
  return norm;
}

double largest_magnitude(std::span<const double> g) {
  double most = 0;
  for (const double x : g) most = std::max(most, std::abs(x));
  return most;
}

}  // namespace doxa
