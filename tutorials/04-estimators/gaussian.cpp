// One latent number and f(z) = (z - a)²: every variance is known exactly.

#include <cmath>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "claim_moments.h"
#include "measurement.h"
#include "parabola.h"
#include "sections.h"
#include "support/figure.h"
#include "support/number.h"
#include "support/table.h"

namespace doxa {
namespace {

constexpr Index draws = 8;
constexpr double decay = 0.9;

struct Row {
  std::string name;
  double exact_variance;
  Moments measured;
};

std::vector<double> parameters(const Parabola& p) { return {p.delta, std::log(p.sigma)}; }

template <class Estimator>
Moments measured(const Parabola& p, Estimator estimator, const Repetitions& repetitions, Philox& random) {
  return measure(parameters(p), isotropic, squared_length, estimator, repetitions, random);
}

std::vector<Row> estimators(const Parabola& p, Index count, Philox& random) {
  const double n = static_cast<double>(draws);
  const Repetitions batched{.count = count};
  const auto score = [&](double b) {
    return ScoreFunction{.samples = draws, .baseline = ConstantBaseline{static_cast<Real>(b)}};
  };
  // The mean of a past that is weighted by decay^k varies by (1 - decay) / (1 + decay) of what one call's
  // mean does.
  const double variance_of_running_mean = p.variance_of_f() / n * (1 - decay) / (1 + decay);
  return {
      {"score function, no baseline", p.score(0, n), measured(p, score(0), batched, random)},
      {"score function, running mean", p.score_about_mean(variance_of_running_mean, n),
       measured(p, ScoreFunction{.samples = draws, .baseline = RunningMeanBaseline{.decay = Real(decay)}},
                {.count = count / 4, .at_once = 1, .unused = 200}, random)},
      {"score function, leave one out", p.leave_one_out(n),
       measured(p, ScoreFunction{.samples = draws, .baseline = LeaveOneOutBaseline{}}, batched, random)},
      {"score function, best constant", p.score(p.best_baseline(), n),
       measured(p, score(p.best_baseline()), batched, random)},
      {"reparametrisation", p.reparametrised(n),
       measured(p, Reparametrisation{.samples = draws}, batched, random)},
  };
}

void against_scale(support::Chapter& chapter, Philox& random) {
  const auto curve = [](auto f) {
    std::vector<double> sigma, variance;
    for (double s = 0.05; s < 2.01; s *= 1.05) {
      sigma.push_back(s);
      variance.push_back(f(Parabola{.sigma = s}));
    }
    return std::pair(sigma, variance);
  };
  support::Figure figure("Variance of one draw's gradient against the scale of q", 1);
  figure.width = 620;
  support::Axes& axes = figure.axes();
  axes.title = "variance of the estimate of ∂F/∂μ from one draw, δ = 1";
  axes.x_label = "scale σ of q";
  axes.y_label = "variance";
  axes.x_scale = axes.y_scale = support::Scale::log;
  const auto plot = [&](const char* label, auto exact, auto estimator) {
    const auto [sigma, variance] = curve(exact);
    axes.line(sigma, variance, {.label = label});
    std::vector<double> at{0.1, 0.2, 0.4, 0.8, 1.6}, seen;
    for (const double s : at)
      seen.push_back(
          measured(Parabola{.sigma = s}, estimator(Parabola{.sigma = s}), {.count = 20'000}, random)
              .variance[0]);
    axes.scatter(at, seen, {.color = support::Color::ink});
  };
  const auto constant = [](double b) {
    return ScoreFunction{.baseline = ConstantBaseline{static_cast<Real>(b)}};
  };
  plot(
      "score function, no baseline", [](const Parabola& p) { return p.score(0, 1); },
      [&](const Parabola&) { return constant(0); });
  plot(
      "score function, best constant baseline",
      [](const Parabola& p) { return p.score(p.best_baseline(), 1); },
      [&](const Parabola& p) { return constant(p.best_baseline()); });
  plot(
      "reparametrisation", [](const Parabola& p) { return p.reparametrised(1); },
      [](const Parabola&) { return Reparametrisation{}; });
  chapter.figure("scale", figure);
}

}  // namespace

void gaussian(support::Chapter& chapter) {
  Philox random(chapter.seed(), gaussian_draws);
  const Parabola p;
  std::cout << "F = E_q[(z − a)²], q = N(μ, σ²), μ − a = " << p.delta << ", σ = " << p.sigma
            << ": estimates of ∂F/∂μ = " << p.gradient() << " from " << draws << " draws each\n\n";
  Deviations unbiased, variances;
  support::Table table({"estimator", "mean", "± se", "variance", "exactly"});
  for (const Row& row : estimators(p, chapter.quick() ? 20'000 : 200'000, random)) {
    const Moments& m = row.measured;
    table.row({row.name, {m.mean[0], 5}, {m.mean_error[0], 2}, {m.variance[0], 4}, {row.exact_variance, 4}});
    chapter.results.set("gaussian." + row.name + ".variance", m.variance[0]);
    unbiased.mean(m, 0, p.gradient());
    unbiased.mean(m, 1, p.gradient_by_log_scale());
    variances.variance(m, 0, row.exact_variance);
  }
  std::cout << table << '\n';
  unbiased.claim(chapter,
                 "(04.1), (04.2) Gaussian: five estimators of the derivatives by μ and log σ are unbiased");
  variances.claim(chapter, "(04.7)-(04.10) Gaussian: their variances are those of the formulas");
  against_scale(chapter, random);
}

}  // namespace doxa
