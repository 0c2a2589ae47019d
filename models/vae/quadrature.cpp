#include "doxa/models/vae/quadrature.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace doxa {
namespace {

using std::numbers::pi;

void require_plane(const Vae& vae) {
  if (vae.sizes.data != 2 || vae.sizes.latent != 2)
    throw std::invalid_argument("quadrature of a VAE: expected data and latent of two dimensions each");
}

double squared(double x) { return x * x; }

/// log p(x | z_j) = -|x - decoder(z_j)|² / 2s² - log(2π s²)
struct LogLikelihood {
  const DecodedPrior& model;
  PlanePoint x;
  double factor = -0.5 / squared(model.scale), constant = -std::log(2 * pi * squared(model.scale));

  double operator()(std::size_t j) const {
    return factor * (squared(x[0] - model.means[j][0]) + squared(x[1] - model.means[j][1])) + constant;
  }
};

/// out[i] = N(at[i]; mean, scale²)
void normal_density(std::span<const double> at, double mean, double scale, std::vector<double>& out) {
  for (std::size_t i = 0; i < at.size(); ++i)
    out[i] = std::exp(-0.5 * squared((at[i] - mean) / scale)) / (scale * std::sqrt(2 * pi));
}

}  // namespace

NormalQuadrature normal_quadrature(double spacing, double radius) {
  if (!(spacing > 0 && radius > 0))
    throw std::invalid_argument("normal_quadrature: spacing and radius must be positive");
  const Index reach = static_cast<Index>(radius / spacing);
  std::vector<Real> nodes;
  NormalQuadrature rule{spacing, {}, {}};
  for (Index i = -reach; i <= reach; ++i) {
    for (Index j = -reach; j <= reach; ++j) {
      const double a = spacing * static_cast<double>(i), b = spacing * static_cast<double>(j);
      if (a * a + b * b > radius * radius) continue;
      nodes.push_back(static_cast<Real>(a));
      nodes.push_back(static_cast<Real>(b));
      rule.log_weights.push_back(2 * std::log(spacing) - std::log(2 * pi) - 0.5 * (a * a + b * b));
    }
  }
  rule.nodes = Tensor({static_cast<Index>(nodes.size()) / 2, 2}, nodes);
  return rule;
}

DecodedPrior decode_prior(Vae& vae, NormalQuadrature latent) {
  require_plane(vae);
  const Index n = latent.nodes.shape()[0], at_once = 4096;
  DecodedPrior model{std::move(latent), {}, std::exp(static_cast<double>(vae.log_scale.value.item()))};
  model.means.reserve(static_cast<std::size_t>(n));
  Tape tape;
  for (Index first = 0; first < n; first += at_once) {
    const Evaluation evaluation(tape);
    const Index batch = std::min(at_once, n - first);
    const Var z = tape.constant({batch, 2},
                                {model.latent.nodes.data() + 2 * first, static_cast<std::size_t>(2 * batch)});
    const auto mean = likelihood(vae, z).element.loc.value();
    for (std::size_t i = 0; i < mean.size(); i += 2)
      model.means.push_back({double{mean[i]}, double{mean[i + 1]}});
  }
  return model;
}

double log_evidence(const DecodedPrior& model, const PlanePoint& x) {
  // Two passes, so that the terms that cannot change the sum (below e^-45 of the largest) cost no
  // exponential.
  const std::size_t n = model.means.size();
  double largest = -std::numeric_limits<double>::infinity();
  const LogLikelihood log_likelihood{model, x};
  std::vector<double> terms(n);
  for (std::size_t j = 0; j < n; ++j) {
    terms[j] = model.latent.log_weights[j] + log_likelihood(j);
    largest = std::max(largest, terms[j]);
  }
  double total = 0;
  for (const double term : terms)
    if (term > largest - 45) total += std::exp(term - largest);
  return largest + std::log(total);
}

std::vector<double> evidence_on_grid(const DecodedPrior& model, std::span<const double> columns,
                                     std::span<const double> rows) {
  std::vector<double> p(columns.size() * rows.size()), p1(columns.size()), p2(rows.size());
  for (std::size_t j = 0; j < model.means.size(); ++j) {
    const double weight = std::exp(model.latent.log_weights[j]);
    normal_density(columns, model.means[j][0], model.scale, p1);
    normal_density(rows, model.means[j][1], model.scale, p2);
    // Far from the mean the density underflows to 0, and for a narrow scale that is most of the grid.
    const auto positive = [](double density) { return density > 0; };
    const auto first = static_cast<std::size_t>(std::ranges::find_if(p1, positive) - p1.begin());
    std::size_t last = p1.size();
    while (last > first && p1[last - 1] == 0) --last;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const double factor = weight * p2[r];
      if (factor == 0) continue;
      double* row = p.data() + r * columns.size();
      for (std::size_t c = first; c < last; ++c) row[c] += factor * p1[c];
    }
  }
  return p;
}

std::vector<PlanePosterior> posteriors(Vae& vae, const Tensor& x) {
  require_plane(vae);
  Tape tape;
  const Evaluation evaluation(tape);
  const DiagonalNormal q = posterior(vae, tape.constant(x));
  std::vector<PlanePosterior> all;
  for (std::size_t i = 0; i < static_cast<std::size_t>(x.size()); i += 2) {
    const auto loc = q.element.loc.value(), scale = q.element.scale.value();
    all.push_back({{double{loc[i]}, double{loc[i + 1]}}, {double{scale[i]}, double{scale[i + 1]}}});
  }
  return all;
}

double kl_to_true_posterior(const DecodedPrior& model, const PlanePosterior& q, const PlanePoint& x) {
  const double log_p_x = log_evidence(model, x), log_area = 2 * std::log(model.latent.spacing);
  const LogLikelihood log_likelihood{model, x};
  double kl = 0;
  for (std::size_t j = 0; j < model.means.size(); ++j) {
    const double z1 = double{model.latent.nodes[static_cast<Index>(2 * j)]};
    const double z2 = double{model.latent.nodes[static_cast<Index>(2 * j + 1)]};
    const double log_q =
        -0.5 * (squared((z1 - q.loc[0]) / q.scale[0]) + squared((z2 - q.loc[1]) / q.scale[1])) -
        std::log(2 * pi * q.scale[0] * q.scale[1]);
    const double log_p = model.latent.log_weights[j] - log_area + log_likelihood(j) - log_p_x;
    kl += std::exp(log_area + log_q) * (log_q - log_p);
  }
  return kl;
}

std::vector<BoundTerms<double>> exact_elbo(Vae& vae, const Tensor& x, const NormalQuadrature& noise) {
  require_plane(vae);
  const Index n = x.shape()[0], nodes = noise.nodes.shape()[0];
  std::vector<BoundTerms<double>> all;
  Tape tape;
  for (Index i = 0; i < n; ++i) {
    const Evaluation evaluation(tape);
    const Var copies = tape.constant({nodes, 2}, [&](std::span<Real> out) {
      for (std::size_t j = 0; j < out.size(); ++j) out[j] = x(i, static_cast<Index>(j % 2));
    });
    const BoundTerms<Var> bound = elbo(vae, copies, tape.constant(noise.nodes));
    double log_likelihood = 0;
    for (std::size_t j = 0; j < noise.log_weights.size(); ++j)
      log_likelihood += std::exp(noise.log_weights[j]) * double{bound.log_likelihood.value()[j]};
    all.push_back({log_likelihood, double{bound.kl.value()[0]}});
  }
  return all;
}

}  // namespace doxa
