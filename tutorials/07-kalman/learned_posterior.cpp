// A causal posterior that knows nothing of dynamic programming: climbing the exact J(q), and climbing draws
// of it on simulated episodes, as chapter 10 will have to.

#include "doxa/models/numerics/mean_estimate.h"
#include "model_ascent.h"
#include "support/progress.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr Index learned_horizon = 8;
constexpr double first_rate = 0.03, last_rate = 1e-4;
constexpr double last_sampled_rate = 1e-5;  // the noise of the draws stays in the numbers, in proportion

// The model whose posterior is learned, and the covariance of its readings.
struct Setting {
  Scalar model;
  Matrix covariance;
  Tensor factor;
  explicit Setting(const Scalar& m)
      : model(m),
        covariance(covariance_of_readings(m, learned_horizon)),
        factor(tensor(cholesky_factor(covariance))) {}

  ScalarVars on(Tape& tape) const {
    return {tape.constant(static_cast<Real>(model.a)), tape.constant(static_cast<Real>(std::log(model.q))),
            tape.constant(static_cast<Real>(std::log(model.r))), start_variance(model)};
  }
};

template <class Family>
Var exact_bound(Tape& tape, const Setting& setting, Family& family) {
  const Var covariance = tape.constant(tensor(setting.covariance));
  const LinearChain q = family.on(tape);
  return expected_bound(setting.on(tape), q, covariance);
}

template <class Family>
double value(const Setting& setting, Family& family) {
  Tape tape;
  const Evaluation evaluation(tape);
  return double{exact_bound(tape, setting, family).item()};
}

// Every hundredth part of the way the exact J.
template <class Family, class Objective>
std::vector<double> climb(const Setting& setting, Family& family, int steps, double to_rate,
                          Objective objective) {
  std::vector<double> values;
  const auto rate = [&](double part) { return first_rate * std::pow(to_rate / first_rate, part); };
  ascend(parameters(family), {}, steps, rate, [&](Tape& tape, int i) {
    if (i > 0 && (i - 1) % std::max(1, steps / 100) == 0) values.push_back(value(setting, family));
    return objective(tape, family);
  });
  values.push_back(value(setting, family));
  return values;
}

template <class Family>
std::vector<double> climb_exactly(const Setting& setting, Family& family, int steps) {
  return climb(setting, family, steps, last_rate,
               [&](Tape& tape, Family& f) { return exact_bound(tape, setting, f); });
}

template <class Family>
std::vector<double> train(const Setting& setting, Family& family, int steps, const std::string& name,
                          Philox& random) {
  Progress progress(name, static_cast<std::size_t>(steps));
  return climb(setting, family, steps, last_sampled_rate, [&](Tape& tape, Family& f) {
    const Index batch = 256;
    const Var y = draw_readings(tape, setting.factor, batch, random),
              noise = normal_noise(tape, {batch, learned_horizon}, random);
    const LinearChain q = f.on(tape);
    const Var bound = mean(sampled_bound(setting.on(tape), q, y, noise));
    progress.step([&] { return "bound " + significant(double{bound.item()}, 4); });
    return bound;
  });
}

// Draws of the bound of q less those of q*, on the same held-out episodes with the same noise.
template <class Family>
MeanEstimate against_best(const Setting& setting, Family& family, const BestCausal& best, Index episodes,
                          Philox& random) {
  double sum = 0, squares = 0;
  const Index batch = 1000;
  Tape tape;
  for (Index done = 0; done < episodes; done += batch) {
    const Evaluation evaluation(tape);
    const Var y = draw_readings(tape, setting.factor, batch, random),
              noise = normal_noise(tape, {batch, learned_horizon}, random);
    const auto bound = [&](const LinearChain& q) { return sampled_bound(setting.on(tape), q, y, noise); };
    const Var of_best = bound(on(tape, autoregression(setting.model), best)),
              d = bound(family.on(tape)) - of_best;
    for (const Real x : d.value()) {
      sum += double{x};
      squares += double{x} * double{x};
    }
  }
  const double n = static_cast<double>(episodes), mean = sum / n;
  return {mean, std::sqrt((squares / n - mean * mean) / (n - 1))};
}

}  // namespace

void learned_posterior(Chapter& chapter, const Scalar& truth) {
  const auto& [a, q, r] = truth;
  const Setting setting(truth);
  const LinearGaussianModel m = autoregression(truth);
  const BestCausal best = best_causal(m, learned_horizon);
  const double evidence = expected_log_evidence(m, learned_horizon);
  const int steps = chapter.quick() ? 1500 : 3000;
  Philox start(chapter.seed(), ascent_start), draws(chapter.seed(), training_draws),
      held_out(chapter.seed(), held_out_draws);
  HistoryMaps climbed(learned_horizon, start), trained(learned_horizon, start);
  RecurrentKernel climbed_kernel(learned_horizon, start), trained_kernel(learned_horizon, start);
  std::cout << "\nLearning the posterior of the autoregression, " << learned_horizon << " steps:\n";
  const std::vector<double> exact_curve = climb_exactly(setting, climbed, steps);
  climb_exactly(setting, climbed_kernel, steps);
  const std::vector<double> curve = train(setting, trained, steps, "linear maps of the past", draws);
  const std::vector<double> kernel_curve =
      train(setting, trained_kernel, steps, "one recurrent kernel", draws);
  const auto lacking = [&](const std::vector<double>& values) {
    return sparkline(series(values, [&](double j) { return std::log10(std::max(best.bound - j, 1e-8)); }));
  };
  std::cout << "  max J - J on a logarithmic scale, step by step, each from its least to its largest:\n"
            << "    " << lacking(exact_curve) << "  linear maps of the past, exact gradient\n"
            << "    " << lacking(curve) << "  linear maps of the past, sampled gradient\n"
            << "    " << lacking(kernel_curve) << "  one recurrent kernel, sampled gradient\n";

  Table table({"posterior", "numbers", "J / nats", "below the evidence"});
  const auto add = [&](const std::string& name, const std::string& count, double j) {
    table.row({name, count, decimal(j, 6), decimal(evidence - j, 6)});
    return j;
  };
  add("exact, smoothing", "", evidence);
  add("best causal, dynamic programming", "", best.bound);
  const double reached = add("every linear map of the past, climbing J", "52", value(setting, climbed));
  const double learned = add("the same, trained on simulated episodes", "52", value(setting, trained));
  const double kernel = add("one recurrent kernel, climbing J", "5", value(setting, climbed_kernel));
  const double learned_kernel =
      add("the same, trained on simulated episodes", "5", value(setting, trained_kernel));
  chapter.print("posteriors", table);
  chapter.results.set("posterior.best_causal", best.bound);
  chapter.results.set("posterior.gap", evidence - best.bound);
  // Four standard deviations over seeds: of the draws, and for what climbs J of where it began.
  chapter.results.set("posterior.climbed", reached, 1e-9);
  chapter.results.set("posterior.trained", learned, 4e-5);
  chapter.results.set("posterior.one_kernel", kernel, 6e-5);
  chapter.results.set("posterior.one_kernel_trained", learned_kernel, 4e-4);

  Figure figure("Distance from the best causal bound while a posterior is learned");
  Axes& axes = figure.axes("learning a causal posterior of the true model", "step of the ascent",
                           "(max J − J) / nats");
  axes.y_scale = Scale::log;
  axes.y_range = Range{1e-8, 100};
  const auto draw = [&](const std::vector<double>& values, const char* name, Color color, Dash dash) {
    const auto every = static_cast<double>(std::max(1, steps / 100));
    const std::vector<double> x = spaced(0, every * (static_cast<double>(values.size()) - 1), every);
    const auto y = series(values, [&](double j) { return best.bound - j; });
    axes.line(x, y, {.label = name, .color = color, .dash = dash});
  };
  draw(exact_curve, "linear maps of the past, exact gradient", Color::vermillion, Dash::solid);
  draw(curve, "linear maps of the past, sampled gradient", Color::vermillion, Dash::dashed);
  draw(kernel_curve, "one recurrent kernel, sampled gradient", Color::purple, Dash::dash_dot);
  chapter.figure("learning", figure);

  chapter.claims.at_most("(07.19) no ascent exceeds the value of the dynamic programme",
                         std::max({reached, learned, kernel, learned_kernel}), best.bound,
                         1e3 * u * (1 + std::abs(best.bound)), "a thousand roundings of a Real");
  if (!is_of_the_text(truth)) return;  // of another model nobody has said that the steps are enough
  // Each of the 52 numbers moves by at most the last rate, with a curvature of at most E y² (1/q + 1/r).
  const double curvature = (q / (1 - a * a) + r) * ((1 + a * a) / q + 1 / r);
  const double slack = 52 * 52 * curvature * last_rate * last_rate / 2 + 1e4 * u;
  const char* why =
      "52 numbers, each within the last rate 1e-4 of the best, times the curvature of J, and rounding";
  chapter.claims.equal("(07.19) climbing J from a random start reaches the value of the dynamic programme",
                       reached, best.bound, slack, why);
  const Index episodes = chapter.quick() ? 10'000 : 20'000;
  const MeanEstimate paired = against_best(setting, trained, best, episodes, held_out);
  chapter.claims.equal("(07.26) the trained posterior less q*, on " + std::to_string(episodes) +
                           " held-out episodes, the same noise for both",
                       paired.mean, 0, 4 * paired.standard_error,
                       "4 standard errors of the paired difference");
}
