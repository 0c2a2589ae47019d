#include "doxa/models/vae/aggregate_posterior.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "doxa/models/numerics/sums.h"

namespace doxa {
namespace {

using std::numbers::pi;

double square(double x) { return x * x; }

// The density of N(loc, scale²) at those of the ascending points that lie within `reach` scales.
struct Marginal {
  std::size_t first;
  std::vector<double> density;

  Marginal(std::span<const double> at, double loc, double scale, double reach)
      : first(static_cast<std::size_t>(std::ranges::lower_bound(at, loc - reach * scale) - at.begin())) {
    for (std::size_t i = first; i < at.size() && at[i] <= loc + reach * scale; ++i)
      density.push_back(std::exp(-0.5 * square((at[i] - loc) / scale)) / (scale * std::sqrt(2 * pi)));
  }
};

}  // namespace

std::vector<PlanePosterior> posteriors(Vae& vae, const Tensor& x) {
  if (vae.sizes.data != 2 || vae.sizes.latent != 2)
    throw std::invalid_argument("posteriors in the plane: expected data and latent of two dimensions each");
  Tape tape;
  const Evaluation evaluation(tape);
  const DiagonalNormal q = posterior(vae, tape.constant(x));
  const auto loc = q.element.loc.value(), scale = q.element.scale.value();
  std::vector<PlanePosterior> all;
  for (std::size_t i = 0; i < loc.size(); i += 2)
    all.push_back({{double{loc[i]}, double{loc[i + 1]}}, {double{scale[i]}, double{scale[i + 1]}}});
  return all;
}

AggregatePosterior aggregate_posterior(Vae& vae, const Tensor& x, std::vector<double> weights) {
  if (x.shape().rank() != 2 || static_cast<std::size_t>(x.shape()[0]) != weights.size())
    throw std::invalid_argument("aggregate_posterior: expected one weight for each row of x");
  return {posteriors(vae, x), std::move(weights)};
}

double log_prob(const PlanePosterior& q, const PlanePoint& z) {
  return -0.5 * (square((z[0] - q.loc[0]) / q.scale[0]) + square((z[1] - q.loc[1]) / q.scale[1])) -
         std::log(2 * pi * q.scale[0] * q.scale[1]);
}

double log_prob(const AggregatePosterior& q, const PlanePoint& z) {
  std::vector<double> terms;
  for (std::size_t i = 0; i < q.components.size(); ++i)
    terms.push_back(std::log(q.weights[i]) + log_prob(q.components[i], z));
  return log_sum_exp(terms);
}

std::vector<double> density_on_grid(const AggregatePosterior& q, std::span<const double> columns,
                                    std::span<const double> rows, double reach) {
  std::vector<double> density(columns.size() * rows.size());
  for (std::size_t i = 0; i < q.components.size(); ++i) {
    const PlanePosterior& of_x = q.components[i];
    const Marginal q1(columns, of_x.loc[0], of_x.scale[0], reach),
        q2(rows, of_x.loc[1], of_x.scale[1], reach);
    for (std::size_t r = 0; r < q2.density.size(); ++r) {
      const double factor = q.weights[i] * q2.density[r];
      double* row = density.data() + (q2.first + r) * columns.size() + q1.first;
      for (std::size_t c = 0; c < q1.density.size(); ++c) row[c] += factor * q1.density[c];
    }
  }
  return density;
}

double kl_to_prior(const PlanePosterior& q) {
  double kl = 0;
  for (std::size_t j = 0; j < 2; ++j)
    kl += 0.5 * (square(q.loc[j]) + square(q.scale[j]) - 1) - std::log(q.scale[j]);  // (06.6)
  return kl;
}

double mean_kl_to_prior(const AggregatePosterior& q) {
  double kl = 0;
  for (std::size_t i = 0; i < q.components.size(); ++i) kl += q.weights[i] * kl_to_prior(q.components[i]);
  return kl;
}

double kl_to_prior(const AggregatePosterior& q, double spacing, double radius) {
  std::vector<double> at;
  for (int i = -static_cast<int>(radius / spacing); i <= static_cast<int>(radius / spacing); ++i)
    at.push_back(i * spacing);
  const std::vector<double> density = density_on_grid(q, at, at);
  double kl = 0;
  for (std::size_t r = 0; r < at.size(); ++r) {
    for (std::size_t c = 0; c < at.size(); ++c) {
      const double d = density[r * at.size() + c];
      if (d > 0) kl += d * (std::log(2 * pi * d) + 0.5 * (square(at[c]) + square(at[r])));
    }
  }
  return kl * spacing * spacing;
}

}  // namespace doxa
