// One latent number and f(z) = (z - a)²: every variance is known exactly.

#include "parabola.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

constexpr double decay = 0.9;

struct GaussianRow {
  std::string name;
  double exact_variance;
  Moments measured;
};

std::vector<double> parameters(const Parabola& p) { return {p.delta, std::log(p.sigma)}; }

template <class Estimator>
Moments measured(const Parabola& p, Estimator estimator, const Repetitions& repetitions, Philox& random) {
  return measure(parameters(p), isotropic, squared_length, estimator, repetitions, random);
}

std::vector<GaussianRow> estimators(const Parabola& p, Index draws, Index count, Philox& random) {
  const double n = static_cast<double>(draws);
  const Repetitions batched{.count = count};
  const auto score = [&](double b) {
    return ScoreFunction{.samples = draws, .baseline = ConstantBaseline{static_cast<Real>(b)}};
  };
  return {
      {"score function, no baseline", p.score(0, n), measured(p, score(0), batched, random)},
      {"score function, running mean", p.score_about_mean(p.running_mean(decay, n), n),
       measured(p, ScoreFunction{.samples = draws, .baseline = RunningMeanBaseline{.decay = Real(decay)}},
                {.count = count / 4, .at_once = 1, .unused = 200}, random)},
      {"score function, leave one out", p.leave_one_out(n),
       measured(p, ScoreFunction{.samples = draws, .baseline = LeaveOneOutBaseline{}}, batched, random)},
      {"score function, best constant", p.least_score(n),
       measured(p, score(p.best_baseline()), batched, random)},
      {"reparametrisation", p.reparametrised(n),
       measured(p, Reparametrisation{.samples = draws}, batched, random)},
  };
}

// The baseline itself, every 20 calls: by then 0.9^20 = 0.12 of it is left, and its square forgets faster.
Moments running_mean_of(const Parabola& p, Index draws, Index calls, Philox& random) {
  constexpr Index apart = 20, unused = 200;
  ScoreFunction estimator{.samples = draws, .baseline = RunningMeanBaseline{.decay = Real(decay)}};
  const auto& baseline = std::get<RunningMeanBaseline>(estimator.baseline);
  const Tensor row({1, 2}, {static_cast<Real>(p.delta), static_cast<Real>(std::log(p.sigma))});
  GradientSamples samples(1);
  Tape tape;
  for (Index call = 0; call < unused + calls; ++call) {
    if (call >= unused && call % apart == 0) samples.add(std::vector<Real>{baseline.value()});
    tape.clear();
    expectation(isotropic(tape.constant(row)), squared_length, estimator, random);
  }
  return samples.moments();
}

void against_scale(Chapter& chapter, Philox& random) {
  std::vector<double> sigma;
  for (double s = 0.05; s < 2.01; s *= 1.05) sigma.push_back(s);
  Figure figure("Variance of one draw's gradient against the scale of q", 1, 320, 620);
  Axes& axes =
      figure.axes("variance of the estimate of ∂F/∂μ from one draw, δ = 1", "scale σ of q", "variance");
  axes.x_scale = axes.y_scale = Scale::log;
  const auto plot = [&](const char* label, Color color, auto exact, auto estimator) {
    axes.line(sigma, series(sigma, [&](double s) { return exact(Parabola{.sigma = s}); }),
              {.label = label, .color = color});
    const std::vector<double> at{0.1, 0.2, 0.4, 0.8, 1.6},
        seen = series(at, [&](double s) {
          const Parabola p{.sigma = s};
          return measured(p, estimator(p), {.count = 20'000}, random).variance[0];
        });
    axes.scatter(at, seen, {.color = Color::ink, .marker = Marker::circle});
  };
  const auto constant = [](double b) {
    return ScoreFunction{.baseline = ConstantBaseline{static_cast<Real>(b)}};
  };
  plot(
      "score function, no baseline", color_of_bare_score, [](const Parabola& p) { return p.score(0, 1); },
      [&](const Parabola&) { return constant(0); });
  plot(
      "score function, best constant baseline", color_of_baseline,
      [](const Parabola& p) { return p.score(p.best_baseline(), 1); },
      [&](const Parabola& p) { return constant(p.best_baseline()); });
  plot(
      "reparametrisation", color_of_path, [](const Parabola& p) { return p.reparametrised(1); },
      [](const Parabola&) { return Reparametrisation{}; });
  chapter.figure("scale", figure);
}

}  // namespace

void gaussian(Chapter& chapter, const EstimatorOptions& options) {
  const Index draws = draws_or(options, 8);
  Philox random(chapter.seed(), gaussian_draws);
  const Parabola p;
  std::cout << "F = E_q[(z − a)²], q = N(μ, σ²), μ − a = " << p.delta << ", σ = " << p.sigma
            << ": estimates of ∂F/∂μ = " << p.gradient() << " from " << draws << " draws each\n\n";
  Deviations unbiased, variances;
  Table table({"estimator", {"mean", 5}, {"± se", 2}, "variance", "exactly"});
  for (const GaussianRow& row : estimators(p, draws, chapter.quick() ? 20'000 : 200'000, random)) {
    const Moments& m = row.measured;
    table.row({row.name, m.mean[0], m.mean_error[0], m.variance[0], row.exact_variance});
    chapter.results.set("gaussian." + row.name + ".variance", m.variance[0]);
    unbiased.mean(m, 0, p.gradient());
    unbiased.mean(m, 1, p.gradient_by_log_scale());
    variances.variance(m, 0, row.exact_variance);
  }
  chapter.print("gaussian", table);
  std::cout << '\n';
  unbiased.claim(chapter,
                 "(04.1), (04.2) Gaussian: five estimators of the derivatives by μ and log σ are unbiased");
  variances.claim(chapter, "(04.5), (04.7)-(04.10) Gaussian: their variances are those of the formulas");
  against_scale(chapter, random);
  const Moments baseline = running_mean_of(p, draws, chapter.quick() ? 20'000 : 100'000, random);
  const double exact = p.running_mean(decay, static_cast<double>(draws));
  chapter.claims.equal("(04.8) Gaussian: the variance of the running mean itself", baseline.variance[0],
                       exact, 4.5 * baseline.variance_error[0],
                       "4.5 standard errors; a call every 20 is nearly independent of the last");
}

}  // namespace doxa
