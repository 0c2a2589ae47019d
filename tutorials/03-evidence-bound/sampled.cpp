// V from draws of q, Jensen's inequality as a picture, and the posterior's constant integrand.

#include "doxa/autograd/random.h"
#include "scalar_model.h"
#include "sections.h"
#include "support/sample_mean.h"

using namespace doxa;
using namespace doxa::support;

namespace {

std::vector<double> draw_log_weights(const Problem& problem, const Gaussian& q, Index draws, Philox& random) {
  Tape tape;
  const Evaluation evaluation(tape);
  const MultivariateNormal on = on_tape(tape, q);
  const Var z = rsample(on, normal_noise(tape, {draws, on.loc.size()}, random));
  const Var log_w = log_weights(on_tape(tape, problem.model, problem.x), on, z);  // (03.7)
  return {log_w.value().begin(), log_w.value().end()};
}

// The posterior, moved by this many of its standard deviations (of the first column of its factor).
Gaussian moved(Gaussian g, double deviations) {
  for (Index i = 0; i < g.mean.rows; ++i) g.mean[i] += deviations * g.factor(i, 0);
  return g;
}

// log w − log p(x) of draws of a q that misses the posterior by so many of its deviations, one number.
std::vector<double> scalar_log_weights(double deviations, int draws, Philox& random) {
  const ScalarModel model{2};
  ScalarNormal q = posterior(model);
  q.mean += deviations * std::sqrt(q.variance);
  std::vector<double> all;
  for (int i = 0; i < draws; ++i) {
    const double z = q.mean + std::sqrt(q.variance) * random.normal();
    all.push_back(log_weight(model, q, z) - log_evidence(model));
  }
  return all;
}

Figure jensen_figure(std::uint64_t seed) {
  Figure figure("Jensen's inequality: the logarithm of a spread-out weight averages below", 2, 340);
  Philox random(seed, figure_noise);

  Axes& left = figure.axes("the gap is Jensen's", "w / p(x)", "log(w / p(x)) / nats");
  left.x_range = Range{0, 4};
  left.y_range = Range{-3, 1.6};
  const std::vector<double> at = spaced(0.04, 4, 0.01);
  left.line(at, series(at, [](double ratio) { return std::log(ratio); }),
            {.color = Color::ink, .dash = Dash::solid, .width = 1});
  const std::vector<double> log_w = scalar_log_weights(1.2, 60, random);
  const auto w = series(log_w, [](double l) { return std::exp(l); });
  left.scatter(
      w, log_w,
      {.label = "draws of q", .color = Color::purple, .marker = Marker::circle, .size = 5, .opacity = 0.6});
  const double v = -1.2 * 1.2 / 2;  // − KL of equal widths, 1.2 deviations apart
  const std::vector<double> one{1}, zero{0}, mean{v}, ones{1, 1}, gap{v, 0};
  left.line(ones, gap, {.color = Color::orange, .dash = Dash::solid, .width = 3});
  left.scatter(
      one, zero,
      {.label = "log of the mean: log p(x)", .color = Color::ink, .marker = Marker::square, .size = 8});
  left.scatter(one, mean,
               {.label = "mean of the log: V", .color = Color::blue, .marker = Marker::diamond, .size = 10});
  left.text(1.1, v / 2, "gap = KL");

  Axes& right = figure.axes("log w as q nears the posterior", "log w − log p(x) / nats", "density, per nat");
  right.x_range = Range{-4, 2.5};
  for (const double distance : {1.2, 0.6, 0.2}) {
    const double width = 0.1;
    const std::vector<double> edge = spaced(-4, 2.5001, width);
    std::vector<double> density(edge.size());
    const int draws = 40000;
    for (const double l : scalar_log_weights(distance, draws, random)) {
      const double bin = std::floor((l + 4) / width);
      if (bin >= 0 && bin < static_cast<double>(density.size()))
        density[static_cast<std::size_t>(bin)] += 1 / (width * draws);
    }
    right.steps(edge, density,
                {.label = "KL = " + decimal(distance * distance / 2, 2), .color = Color::purple});
  }
  right.vertical(0, "log p(x)", {.color = Color::ink, .dash = Dash::solid, .width = 1});
  return figure;
}

// The largest |log p(x, z) - log p(z|x) - log p(x)| of draws of the posterior, in units of rounding: (03.3).
double constancy(const Problem& problem, Index draws, Philox& random) {
  const Gaussian exact = posterior(problem.model, problem.x);
  const double evidence = log_evidence(problem.model, problem.x);
  double worst = 0;
  Tape tape;
  for (Index i = 0; i < draws; ++i) {
    tape.clear();
    const ModelOnTape p = on_tape(tape, problem.model, problem.x);
    const MultivariateNormal q = on_tape(tape, exact);
    const Var z = tape.variable(rsample(q, normal_noise(tape, q.loc.shape(), random)).tensor());
    double unit = 0;
    for (const Var y : {log_joint(p, z), log_prob(posterior(p), z), log_evidence(p)})
      unit += rounding_unit(y);
    worst = std::max(worst, std::abs(double{log_weights(p, q, z).item()} - evidence) / unit);
  }
  return worst;
}

}  // namespace

void sampled(Chapter& chapter, const Problem& problem) {
  const LinearGaussian& model = problem.model;
  const Matrix& x = problem.x;
  const Gaussian exact = posterior(model, x);
  const double evidence = log_evidence(model, x);
  const Index draws = chapter.quick() ? 20'000 : 200'000;
  Philox random(chapter.seed(), weight_noise);
  std::cout << "\nV by averaging log w = log p(x, z) − log q(z) over " << draws << " draws of q:\n\n";
  Table table(
      {"q", {"V", 6}, {"average", 6}, {"± se", 2}, {"deviation of log w", 3}, {"KL(q ‖ posterior)", 3}});
  const auto row = [&](const std::string& name, const Gaussian& q) {
    const Gaussian rounded = representable(q);
    const double v = elbo_terms(model, x, rounded).value();
    const std::vector<double> log_w = draw_log_weights(problem, rounded, draws, random);
    const double mean = sample_mean(log_w).mean, n = static_cast<double>(draws);
    double squares = 0;
    for (const double l : log_w) squares += (l - mean) * (l - mean);
    const double deviation = std::sqrt(squares / (n - 1)), error = deviation / std::sqrt(n);
    table.row({name, v, mean, error, deviation, evidence - v});
    if (name == "posterior, moved by 1/10") {
      chapter.results.set("moved.deviation_of_log_weight", deviation);
      chapter.results.set("moved.gap", evidence - v);
    }
    return std::abs(mean - v) / error;
  };
  const double worst =
      std::max({row("the prior", standard_normal(2)), row("best diagonal", best_diagonal(model, x)),
                row("posterior, moved by 1 deviation", moved(exact, 1)),
                row("posterior, moved by 1/10", moved(exact, 0.1)),
                row("posterior, moved by 1/100", moved(exact, 0.01))});
  row("posterior", exact);
  chapter.print("sampled", table);
  chapter.figure("jensen", jensen_figure(chapter.seed()));

  chapter.claims.at_most("V by Monte Carlo is V in closed form for five q: largest miss, in standard errors",
                         worst, 0, 4, "4 standard errors");
  std::vector<double> ratio = draw_log_weights(problem, standard_normal(2), draws, random);
  for (double& r : ratio) r = std::exp(r - evidence);
  const MeanEstimate mean_weight = sample_mean(ratio);
  chapter.results.set("prior_weight_over_evidence", mean_weight.mean);
  chapter.claims.equal(
      "(03.7) before the logarithm there is no gap: the mean weight over p(x), q being the prior",
      mean_weight.mean, 1, 4 * mean_weight.standard_error,
      "exact in expectation; these weights are bounded; 4 standard errors");
  const double spread = constancy(problem, chapter.quick() ? 200 : 2000, random);
  chapter.results.set("posterior.log_weight_spread_in_units_of_rounding", spread, rounding_noise);
  chapter.claims.at_most(
      "(03.8) under the posterior every single draw has log w = log p(x): largest miss, in units of rounding",
      spread, 0, units_allowed, why_units);
}
