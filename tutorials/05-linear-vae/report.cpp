#include <algorithm>
#include <cmath>
#include <iostream>

#include "experiment.h"
#include "support/table.h"

using namespace doxa;
using support::Cell;

namespace {

void report_training(const Experiment& e) {
  support::Table table(
      {"step", "ELBO", "log-likelihood", "below the maximum", "KL to posterior", "σ²", "subspace angle"});
  const auto row = [&](const Snapshot& s) {
    table.row({s.step,
               {s.log_likelihood - s.kl, 8},
               {s.log_likelihood, 8},
               {std::max(s.gap(e.problem.maximum), 0.0), 2},
               {s.kl, 2},
               {s.noise_variance, 6},
               {s.angle, 2}});
  };
  int next = 0;
  for (const Snapshot& s : e.curve) {
    if (s.step < next || &s == &e.curve.back()) continue;
    row(s);
    next = std::max(100, 2 * s.step);
  }
  row(e.curve.back());
  std::cout << table << "  exact maximum " << support::significant(e.problem.maximum, 8) << ", σ² "
            << support::significant(e.problem.best.noise_variance, 6) << "\n\n";
}

void report_columns(const Experiment& e) {
  const Matrix w = generative_model(e.trained).weight;
  std::vector<std::pair<double, double>> learned;  // |w_j|², s_j²
  const Matrix gram = transpose(w) * w;
  for (Index j = 0; j < w.columns; ++j)
    learned.emplace_back(gram(j, j), std::exp(2 * double{e.trained.log_posterior_scale.value[j]}));
  std::ranges::sort(learned, std::greater{});
  support::Table table({"j", "eigenvalue λ", "|w|² learned", "λ − σ²", "s² learned", "σ²/λ"});
  for (std::size_t j = 0; j < e.problem.eigen.values.size(); ++j) {
    const double lambda = e.problem.eigen.values[j], sigma2 = e.problem.best.noise_variance;
    if (j < learned.size())
      table.row({j + 1,
                 {lambda, 6},
                 {learned[j].first, 6},
                 {lambda - sigma2, 6},
                 {learned[j].second, 6},
                 {sigma2 / lambda, 6}});
    else
      table.row({j + 1, {lambda, 6}, "", "", "", ""});
  }
  std::cout << table << '\n';
}

void report_held(const Experiment& e) {
  support::Table table(
      {"σ² held at", "eigenvalues above", "latents alive", "ELBO", "exact", "KL of each latent", "exact"});
  const auto list = [](const std::vector<double>& values) {
    std::string text;
    for (const double v : values) text += (text.empty() ? "" : " ") + support::decimal(v, 3);
    return text;
  };
  for (const Held& h : e.held)
    table.row(
        {{h.noise_variance, 3}, h.above, h.active, {h.elbo, 7}, {h.exact, 7}, list(h.kl), list(h.exact_kl)});
  std::cout << table;
}

}  // namespace

void report(support::Chapter& chapter, const Experiment& e) {
  const Snapshot& end = e.curve.back();
  const double maximum = e.problem.maximum;
  std::cout << '\n';
  report_training(e);
  report_columns(e);
  report_held(e);
  std::cout << "\n  a rotated maximum starts " << support::significant(least_gap(e.rotated.start), 3)
            << " nats below the maximum, one with a collapsed latent "
            << support::significant(maximum - e.collapsed.start_elbo, 3) << '\n';

  support::Results& results = chapter.results;
  results.set("maximum_log_likelihood", maximum);
  results.set("elbo", end.log_likelihood - end.kl);
  results.set("gap", end.gap(maximum));
  results.set("kl_to_true_posterior", end.kl);
  results.set("noise_variance", end.noise_variance);
  results.set("mean_discarded_eigenvalue", e.problem.best.noise_variance);
  results.set("subspace_angle", end.angle);
  results.set("rotated_gap", least_gap(e.rotated.start));
  results.set("collapsed_gap", maximum - e.collapsed.start_elbo);
  results.set("worst_start_gap", *std::ranges::max_element(e.start_gaps));
  for (std::size_t j = 0; j < e.problem.eigen.values.size(); ++j)
    results.set("eigenvalue_" + std::to_string(j + 1), e.problem.eigen.values[j]);
  for (std::size_t i = 0; i < e.held.size(); ++i) {
    results.set("held_" + std::to_string(i + 1) + ".noise_variance", e.held[i].noise_variance);
    results.set("held_" + std::to_string(i + 1) + ".elbo", e.held[i].elbo);
    results.set("held_" + std::to_string(i + 1) + ".active", e.held[i].active);
  }
}
