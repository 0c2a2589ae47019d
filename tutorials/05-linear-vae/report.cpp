#include <algorithm>
#include <cmath>
#include <iostream>

#include "experiment.h"
#include "support/table.h"

using namespace doxa;
using support::Cell;

namespace {

void report_curve(support::Results& results, const Problem& problem, const Curve& curve) {
  support::Table table(
      {"step", "ELBO", "log-likelihood", "below the maximum", "KL to posterior", "σ²", "subspace angle"});
  const auto row = [&](const Snapshot& s) {
    table.row({s.step,
               {s.log_likelihood - s.kl, 8},
               {s.log_likelihood, 8},
               {s.gap(problem.maximum), 2},
               {s.kl, 2},
               {s.noise_variance, 6},
               {s.angle, 2}});
  };
  int next = 0;
  for (const Snapshot& s : curve) {
    if (s.step < next || &s == &curve.back()) continue;
    row(s);
    next = std::max(100, 2 * s.step);
  }
  row(curve.back());
  results.set("printed.training", table.text());
  std::cout << table << "\n  exact: maximum " << support::significant(problem.maximum, 8) << ", σ² "
            << support::significant(problem.best.noise_variance, 6)
            << "; differences of 1e-14 are rounding\n\n";
}

void report_latents(const Problem& problem, const LinearVae& trained) {
  const Matrix w = generative_model(trained).weight, gram = transpose(w) * w;
  std::vector<std::pair<double, double>> learned;  // |w_j|², s_j²
  for (Index j = 0; j < w.columns; ++j)
    learned.emplace_back(gram(j, j), std::exp(2 * double{trained.log_posterior_scale.value[j]}));
  std::ranges::sort(learned, std::greater{});
  support::Table table({"j", "eigenvalue λ", "|w|² learned", "λ − σ²", "s² learned", "σ²/λ"});
  const double sigma2 = problem.best.noise_variance;
  for (std::size_t j = 0; j < problem.eigen.values.size(); ++j) {
    const double lambda = problem.eigen.values[j];
    const Cell number(j + 1), eigenvalue(lambda, 6);
    if (j < learned.size())
      table.row({number,
                 eigenvalue,
                 {learned[j].first, 6},
                 {lambda - sigma2, 6},
                 {learned[j].second, 6},
                 {sigma2 / lambda, 6}});
    else
      table.row({number, eigenvalue, "", "", "", ""});
  }
  std::cout << table << '\n';
}

}  // namespace

void report_training(support::Results& results, const Problem& problem, const LinearVae& trained,
                     const Curve& curve) {
  report_curve(results, problem, curve);
  report_latents(problem, trained);
}

void report_other_starts(const Experiment& e) {
  const double maximum = e.problem.maximum;
  support::Table table({"start", "below the maximum", "after training"});
  table.row({"random, the worst of " + std::to_string(e.start_gaps.size()),
             "",
             {*std::ranges::max_element(e.start_gaps), 2}});
  table.row(
      {"a rotated maximum", {maximum - e.rotated.start_elbo, 3}, {e.rotated.curve.back().gap(maximum), 2}});
  table.row({"a collapsed latent",
             {maximum - e.collapsed.start_elbo, 3},
             {e.collapsed.curve.back().gap(maximum), 2}});
  std::cout << '\n' << table << '\n';
}

void report_held_noise(support::Results& results, const Experiment& e) {
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
  results.set("printed.held", table.text());
  std::cout << table;
}

void record(support::Results& results, const Experiment& e) {
  const Snapshot& end = e.curve.back();
  const double maximum = e.problem.maximum;
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
    results.set("held_" + std::to_string(i + 1) + ".exact", e.held[i].exact);
    results.set("held_" + std::to_string(i + 1) + ".active", e.held[i].active);
  }
}
