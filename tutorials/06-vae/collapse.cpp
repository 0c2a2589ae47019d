// Posterior collapse: a latent dimension that is not worth its divergence answers every x with the prior.

#include <functional>

#include "doxa/models/vae/quadrature.h"
#include "sections.h"
#include "support/progress.h"

using namespace doxa;
using namespace doxa::support;

namespace {

std::vector<double> eigenvalues(const PlaneNormal& n) {
  const double middle = (n.xx + n.yy) / 2, off = std::hypot((n.xx - n.yy) / 2, n.xy);
  return {middle + off, middle - off};
}

// The largest log E[e^{t·(x - m)}] - s²|t|²/2 on a lattice of t other than 0. Beyond it the components' own
// variance decides, which is far below s².
double worst_tilt(const GaussianMixture& density, double variance) {
  const PlaneNormal matched = moment_matched(density);
  double worst = -std::numeric_limits<double>::infinity();
  for (int i = -100; i <= 100; ++i) {
    for (int j = -100; j <= 100; ++j) {
      if (i == 0 && j == 0) continue;
      const PlanePoint t{0.1 * i, 0.1 * j};
      worst = std::max(worst, log_mgf(density, t) - t[0] * matched.mean[0] - t[1] * matched.mean[1] -
                                  variance * (t[0] * t[0] + t[1] * t[1]) / 2);  // (06.19)
    }
  }
  return worst;
}

}  // namespace

double best_linear_bound(const std::vector<double>& eigenvalues, double variance) {
  double bound = 0;
  for (const double lambda : eigenvalues) {
    const double of_model = std::max(lambda, variance);                              // a² + s²
    bound -= 0.5 * (std::log(2 * std::numbers::pi * of_model) + lambda / of_model);  // (06.18)
  }
  return bound;
}

double bound_without_latents(const std::vector<double>& eigenvalues, double variance) {
  double bound = 0;
  for (const double lambda : eigenvalues)
    bound -= 0.5 * (std::log(2 * std::numbers::pi * variance) + lambda / variance);  // (06.17)
  return bound;
}

double linear_kl(double eigenvalue, double variance) {
  return eigenvalue > variance ? 0.5 * std::log(eigenvalue / variance) : 0;
}

Collapse collapse(const PlaneData& data, const DataLattice& lattice, const Training& training,
                  int four_latent_steps, Index hidden, std::uint64_t seed) {
  Collapse c{.eigenvalues = eigenvalues(moment_matched(data.density))};
  const DataNodes nodes(lattice, 2);                                    // the networks are smooth here
  const std::vector<double> shares = {0.1, 0.16, 0.3, 0.5, 0.8, 1.25};  // s²/λ₁
  Philox weights(seed, collapse_weights), data_random(seed, collapse_data),
      noise_random(seed, collapse_noise);
  Progress progress("collapse", shares.size() * static_cast<std::size_t>(training.steps) +
                                    static_cast<std::size_t>(four_latent_steps));
  const auto after_step = [&](int, double bound) {
    progress.step([bound] { return "ELBO " + decimal(bound, 3); });
  };
  for (const double share : shares) {
    const double variance = share * c.eigenvalues[0];
    Vae vae({.hidden = hidden}, weights);
    vae.log_scale.value[0] = static_cast<Real>(0.5 * std::log(variance));
    Training fixed = training;
    fixed.learn_scale = false;
    train(vae, data, fixed, data_random, noise_random, after_step);
    c.models.push_back({.variance = variance,
                        .kl = average_kl(vae, nodes.x, nodes.weights),
                        .bound = expected_bound(vae, nodes, normal_quadrature(1, 5.5)),
                        .linear = best_linear_bound(c.eigenvalues, variance)});
    std::ranges::sort(c.models.back().kl, std::greater<>());
    if (share == shares.back())
      c.last_evidence = lattice.expected_log(
          evidence_on_grid(decode_prior(vae, normal_quadrature(0.2, 6.5)), lattice.at, lattice.at));
  }
  c.nothing = bound_without_latents(c.eigenvalues, c.models.back().variance);
  c.worst_tilt = worst_tilt(data.density, c.eigenvalues[0]);

  Vae wide({.latent = 4, .hidden = hidden}, weights);
  wide.log_scale.value[0] = static_cast<Real>(std::log(0.3));
  Training of_wide = training;
  of_wide.steps = four_latent_steps;
  train(wide, data, of_wide, data_random, noise_random, after_step);
  c.four = average_kl(wide, nodes.x, nodes.weights);
  std::ranges::sort(c.four, std::greater<>());
  return c;
}

void report_collapse(Chapter& chapter, const Collapse& c) {
  std::cout
      << "\nposterior collapse: the same model with its noise scale s held fixed. The covariance of the data "
         "has\nthe eigenvalues "
      << significant(c.eigenvalues[0], 4) << " and " << significant(c.eigenvalues[1], 4) << ".\n\n";
  Table table({{"s²", 3}, "KL, larger", "linear", "KL, smaller", "linear", "ELBO", "best linear ELBO"});
  for (const FixedScale& m : c.models) {
    table.row({m.variance, decimal(m.kl[0], 4), decimal(linear_kl(c.eigenvalues[0], m.variance), 4),
               decimal(m.kl[1], 4), decimal(linear_kl(c.eigenvalues[1], m.variance), 4), decimal(m.bound, 4),
               decimal(m.linear, 4)});
  }
  chapter.print("collapse", table);
  std::cout << "\na model with four latents, s learned: their divergences are";
  for (std::size_t j = 0; j < c.four.size(); ++j) {
    std::cout << (j == 0 ? " " : ", ") << decimal(c.four[j], 4);
    chapter.results.set("kl_four_" + std::to_string(j + 1), c.four[j], spread.side_kl);
  }
  std::cout << " nats\n\n";
  for (std::size_t i = 0; i < c.models.size(); ++i) {
    const std::string key = "fixed_scale_" + std::to_string(i + 1);
    chapter.results.set(key + "_variance", c.models[i].variance);
    chapter.results.set(key + "_kl_1", c.models[i].kl[0], spread.side_kl);
    chapter.results.set(key + "_kl_2", c.models[i].kl[1], spread.side_kl);
    chapter.results.set(key + "_elbo", c.models[i].bound, spread.side_bound);
  }
  chapter.results.set("eigenvalue_1", c.eigenvalues[0]);
  chapter.results.set("eigenvalue_2", c.eigenvalues[1]);
  chapter.results.set("bound_without_latents", c.nothing);
}

void claim_collapse(Chapter& chapter, const Collapse& c) {
  Claims& claims = chapter.claims;
  claims.at_most(
      "(06.19) at s² = λ₁ no decoder beats none: the largest log E[e^{t·(x-m)}] - s²|t|²/2 for t ≠ 0",
      c.worst_tilt, 0, 1e-12, "in closed form; rounding");
  claims.at_most("(06.17) with s² = 1.25 λ₁ the trained model's log p(x) is not above that of N(m, s² I)",
                 c.last_evidence, c.nothing, 1e-6, "by (06.19) for every decoder; the quadratures' error");
}

void claim_trained_collapse(Chapter& chapter, const Collapse& c) {
  Claims& claims = chapter.claims;
  const double steps = chapter.quick() ? 0.02 : 0.005;
  const std::string why = "how close this many steps come to the optimum";
  const FixedScale& collapsed = c.models.back();
  claims.equal("and its ELBO is that of N(m, s² I)", collapsed.bound, c.nothing, steps, why);
  claims.at_most("(06.6) because both latent dimensions have collapsed: the sum of their divergences",
                 collapsed.kl[0] + collapsed.kl[1], 0, steps, why);
  double least = std::numeric_limits<double>::infinity();
  for (const FixedScale& m : c.models) least = std::min(least, m.bound - m.linear);
  claims.at_least(
      "(06.18) at every s the ELBO is at least that of the best linear decoder: the smallest margin", least,
      0, steps, why + ", where they are equal");
  claims.at_most("two dimensions of data leave at least two of four latents unused: the third divergence",
                 c.four[2], 0, steps, why);
}
