#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

void report_curve(Chapter& chapter, const Problem& problem, const Curve& curve) {
  Table table({"step",
               {"ELBO", 8},
               {"log-likelihood", 8},
               "below the maximum",
               "KL to posterior",
               {"σ²", 6},
               "subspace angle"},
              2);
  const auto row = [&](const Snapshot& s) {
    table.row({s.step, s.log_likelihood - s.kl, s.log_likelihood, s.gap(problem.maximum), s.kl,
               s.noise_variance, s.angle});
  };
  int next = 0;
  for (const Snapshot& s : curve) {
    if (s.step < next || &s == &curve.back()) continue;
    row(s);
    next = std::max(100, 2 * s.step);
  }
  row(curve.back());
  chapter.print("training", table);
  std::cout << "\n  exact: maximum " << significant(problem.maximum, 8) << ", σ² "
            << significant(problem.best.noise_variance, 6) << "; differences of 1e-14 are rounding\n"
            << "  what is lacking, on a logarithmic scale: "
            << sparkline(series(
                   curve,
                   [&](const Snapshot& s) { return std::log10(std::max(s.gap(problem.maximum), 1e-16)); }))
            << "\n\n";
}

void report_latents(Chapter& chapter, const Problem& problem, const LinearVae& trained) {
  const Matrix w = generative_model(trained).weight, gram = transpose(w) * w;
  std::vector<std::pair<double, double>> learned;  // |w_j|², s_j², in the order of sorted_columns
  for (Index j = 0; j < w.columns; ++j)
    learned.emplace_back(gram(j, j), std::exp(2 * double{trained.log_posterior_scale.value[j]}));
  std::ranges::sort(learned, std::greater{});
  Table table({"j", "eigenvalue λ", "|w|² learned", "λ − σ²", "s² learned", "σ²/λ"}, 6);
  const double sigma2 = problem.best.noise_variance;
  for (std::size_t j = 0; j < problem.eigen.values.size(); ++j) {
    const double lambda = problem.eigen.values[j];
    if (j < learned.size())
      table.row({j + 1, lambda, learned[j].first, lambda - sigma2, learned[j].second, sigma2 / lambda});
    else
      table.row({j + 1, lambda, "", "", "", ""});
  }
  chapter.print("latents", table);
  std::cout << '\n';
}

}  // namespace

void report_training(Chapter& chapter, const Problem& problem, const LinearVae& trained, const Curve& curve) {
  report_curve(chapter, problem, curve);
  report_latents(chapter, problem, trained);
}

void report_other_starts(Chapter& chapter, const Experiment& e) {
  const double maximum = e.problem.maximum;
  Table table({"start", {"below the maximum", 3}, {"after training", 2}});
  table.row({"random, the worst of " + std::to_string(e.start_gaps.size()), "",
             *std::ranges::max_element(e.start_gaps)});
  const auto row = [&](const char* name, const Special& s) {
    table.row({name, maximum - s.start_elbo, s.curve.back().gap(maximum)});
  };
  row("a rotated maximum", e.rotated);
  row("a collapsed latent", e.collapsed);
  std::cout << '\n';
  chapter.print("starts", table);
  Table draws({"deviation of one draw of the bound", {"before training", 2}, {"after training", 2}});
  draws.row({"KL(q ‖ p) in closed form", e.before.scatter, e.after.scatter});
  draws.row({"log q(z|x) − log p(z) of the draw", e.before.scatter_of_ratio, e.after.scatter_of_ratio});
  std::cout << '\n';
  chapter.print("draws", draws);
}

void report_held_noise(Chapter& chapter, const std::vector<Held>& held) {
  Table table({{"σ² held at", 3},
               "eigenvalues above",
               "latents alive",
               "ELBO",
               "exact",
               "KL of each latent",
               "exact"},
              7);
  const auto list = [](const std::vector<double>& values) {
    std::string text;
    for (const double v : values) text += (text.empty() ? "" : " ") + decimal(v, 3);
    return text;
  };
  for (const Held& h : held)
    table.row({h.noise_variance, h.above, h.active, h.elbo, h.exact, list(h.kl), list(h.exact_kl)});
  chapter.print("held", table);
  for (std::size_t i = 0; i < held.size(); ++i) {
    const std::string key = "held_" + std::to_string(i + 1);
    chapter.results.set(key + ".noise_variance", held[i].noise_variance);
    chapter.results.set(key + ".elbo", held[i].elbo);
    chapter.results.set(key + ".exact", held[i].exact);
    chapter.results.set(key + ".active", held[i].active);
  }
}

void record(Results& results, const Experiment& e) {
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
}
