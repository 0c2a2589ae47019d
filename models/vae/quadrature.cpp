#include "doxa/models/vae/quadrature.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "doxa/models/numerics/sums.h"

namespace doxa {
namespace {

using std::numbers::pi;

void require_plane(const Vae& vae) {
  if (vae.sizes.data != 2 || vae.sizes.latent != 2)
    throw std::invalid_argument("quadrature of a VAE: expected data and latent of two dimensions each");
}

// log p(x | z_j) = -|x - decoder(z_j)|² / 2s² - log(2π s²)
struct LogLikelihood {
  const DecodedPrior& model;
  PlanePoint x;
  double variance = model.scale * model.scale, factor = -0.5 / variance,
         constant = -std::log(2 * pi * variance);

  double operator()(std::size_t j) const {
    const double a = x[0] - model.means[j][0], b = x[1] - model.means[j][1];
    return factor * (a * a + b * b) + constant;
  }
};

}  // namespace

NormalQuadrature normal_quadrature(double spacing, double radius, double angle) {
  if (!(spacing > 0 && radius > 0))
    throw std::invalid_argument("normal_quadrature: spacing and radius must be positive");
  const Index reach = static_cast<Index>(radius / spacing);
  const double c = std::cos(angle), s = std::sin(angle);
  std::vector<Real> nodes;
  NormalQuadrature rule{spacing, {}, {}};
  for (Index i = -reach; i <= reach; ++i) {
    for (Index j = -reach; j <= reach; ++j) {
      const double a = spacing * static_cast<double>(i), b = spacing * static_cast<double>(j);
      if (a * a + b * b > radius * radius) continue;
      nodes.push_back(static_cast<Real>(c * a - s * b));
      nodes.push_back(static_cast<Real>(s * a + c * b));
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
  const LogLikelihood log_likelihood{model, x};
  std::vector<double> terms(model.latent.log_weights);
  for (std::size_t j = 0; j < terms.size(); ++j) terms[j] += log_likelihood(j);
  return log_sum_exp(terms);
}

std::vector<double> evidence_on_grid(const DecodedPrior& model, std::span<const double> columns,
                                     std::span<const double> rows) {
  AggregatePosterior mixture;  // p(x) is a mixture of normals, too
  for (std::size_t j = 0; j < model.means.size(); ++j) {
    mixture.components.push_back({model.means[j], {model.scale, model.scale}});
    mixture.weights.push_back(std::exp(model.latent.log_weights[j]));
  }
  constexpr double all = 39;  // scales; beyond them e^(-39²/2) underflows to 0
  return density_on_grid(mixture, columns, rows, all);
}

double kl_to_true_posterior(const DecodedPrior& model, const PlanePosterior& q, const PlanePoint& x) {
  const double log_p_x = log_evidence(model, x), log_area = 2 * std::log(model.latent.spacing);
  const LogLikelihood log_likelihood{model, x};
  double kl = 0;
  for (std::size_t j = 0; j < model.means.size(); ++j) {
    const double z1 = double{model.latent.nodes[static_cast<Index>(2 * j)]};
    const double z2 = double{model.latent.nodes[static_cast<Index>(2 * j + 1)]};
    const double log_q = log_prob(q, {z1, z2});
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
