// Parameters learned by exact likelihood, and by the bound of the best causal posterior.

#include "model_ascent.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// How far the evidence of one machine's ascent may be from another's, nats a step, when a, log q and log r
// end within the last rate of where they go: the top of (07.28) is flat, with the curvatures E y²/q in a and
// ½ in log q; and the little that is left of r goes down all the way.
double end_of_ascent(const Scalar& found, const Scalar& truth) {
  const double y = start_variance(truth) + truth.r;
  return last_bound_rate * last_bound_rate * (y / found.q + 0.5) / 2 + last_bound_rate * found.r / found.q;
}

// (07.27) at a model that is not the data's own: an ascent over every linear map of the past knows no
// formula.
void claim_profile(Chapter& chapter, const Scalar& of) {
  const Index short_horizon = 6;
  const double p0 = start_variance(of), first_rate = 0.03, last_rate = 1e-4;
  const Matrix covariance = covariance_of_readings(of, short_horizon);
  LearnableScalar wrong({0.6, 0.7, 2}, p0);
  Philox random(chapter.seed(), ascent_start);
  HistoryMaps family(short_horizon, random);
  const Parameters all = parameters(family);
  const int steps = chapter.quick() ? 500 : 2000;
  double reached = 0;
  const auto rate = [&](double part) { return first_rate * std::pow(last_rate / first_rate, part); };
  ascend(all, {.beta2 = 0.99}, steps + 1, rate, [&](Tape& tape, int) {
    const Var readings = tape.constant(tensor(covariance));
    const LinearChain q = family.on(tape);
    const Var bound = expected_bound(wrong.on(tape), q, readings);
    reached = double{bound.item()};
    return bound;
  });
  Tape tape;
  const Var factor = tape.constant(tensor(cholesky_factor(covariance)));
  const Profile p = profile(wrong.on(tape), factor);
  const double numbers = static_cast<double>(count(all));
  if (!is_of_the_text(of)) return;  // of another truth nobody has said that the steps are enough
  chapter.claims.equal(
      "(07.27) of a wrong model, too, the formula is the best that an ascent over causal posteriors finds",
      double{(p.evidence - p.gap).item()}, reached,
      numbers * numbers * (p0 + of.r) * 3 * last_rate * last_rate / 2 + 1e4 * u,
      "all numbers within the last rate 1e-4 of the best, times the curvature of J, and rounding");
  // (07.20) with the wrong model's own filter.
  LinearGaussianModel m = autoregression({0.6, 0.7, 2});
  m.start_covariance = Matrix(1, 1, {p0});
  const Var readings = tape.constant(tensor(covariance));
  const LinearChain own = on(tape, m, best_causal(m, short_horizon));
  const Var of_own = expected_bound(wrong.on(tape), own, readings);
  chapter.claims.at_least(
      "but not with the wrong model's own filter for the future, as (07.20) has it (what that lacks)",
      double{(p.evidence - p.gap - of_own).item()}, 0.01, 0,
      "computed exactly; 0.01 nats is far above rounding");
}

}  // namespace

void learned_model(Chapter& chapter, const Scalar& of) {
  std::cout << "\nLearning the model itself, from the same wrong start:\n";
  Path by_bound, by_likelihood, together;
  const int steps = chapter.quick() ? 400 : 800;
  const MaximumLikelihood ml = climb_likelihood(chapter, of, by_likelihood);
  const Scalar learned = climb_bound(of, wrong_start, steps, &by_bound);
  const Trained trained = train_together(chapter, of, together);
  Table table({"", "a", "q", "r", "evidence a step", "gap a step", "bound a step"});
  const auto add = [&](const char* name, const Scalar& m) {
    const Value v = value(m, of);
    table.row({name, decimal(m.a, 4), decimal(m.q, 4), significant(m.r, 4), decimal(v.evidence, 4),
               decimal(v.gap, 4), decimal(v.bound(), 4)});
  };
  add("truth", of);
  add("by likelihood", ml.estimate);
  add("by the best causal bound", learned);
  add("by draws of a bound", trained.model);
  chapter.print("models", table);
  std::cout << "  standard errors by likelihood: a " << significant(ml.error.a, 2) << ", q "
            << significant(ml.error.q, 2) << ", r " << significant(ml.error.r, 2) << "\n";
  std::cout << "  The posterior trained on the draws has a bound of " << decimal(trained.bound, 4)
            << " nats a step with its model, exactly.\n";

  std::cout << "\nWhat the causal bound learns, for several true r. Nats a step:\n";
  Table sweep({"true r", "gap at the truth", "learned a", "learned q", "learned r", "evidence lost",
               "memory is worth"});
  double worst_gain = std::numeric_limits<double>::infinity(), largest_r = 0;
  for (const double r : {0.1, 0.3, 1.0, 3.0, 10.0}) {
    const Scalar truth{of.a, of.q, r * of.q}, found = climb_bound(truth, truth, steps, nullptr);
    const Value at_truth = value(truth, truth), there = value(found, truth);
    const double memory =
        at_truth.evidence - memoryless_score(autoregression(truth), model_horizon) / model_horizon;
    sweep.row({to_text(truth.r), decimal(at_truth.gap, 4), decimal(found.a, 4), decimal(found.q, 4),
               significant(found.r, 2), decimal(at_truth.evidence - there.evidence, 4), decimal(memory, 4)});
    worst_gain = std::min(worst_gain, there.bound() - at_truth.bound());
    largest_r = std::max(largest_r, found.r / truth.r);
    chapter.results.set("learned.r" + to_text(truth.r) + ".evidence_lost", at_truth.evidence - there.evidence,
                        end_of_ascent(found, truth));
  }
  chapter.print("truths", sweep);

  Figure figure("Learning a model by exact likelihood and by the causal bound", 2);
  Axes& left =
      figure.axes("learned variance of the readings", "part of the training done", "learned variance r");
  left.y_scale = Scale::log;
  Axes& right = figure.axes("evidence lost against the truth", "part of the training done",
                            "evidence below the truth's / (nats a step)");
  const auto draw = [&](const Path& path, const char* name, Color color, Dash dash) {
    const auto part = series(path.step, [&](double step) { return step / path.step.back(); });
    left.line(part, path.r, {.label = name, .color = color, .dash = dash});
    right.line(part, path.lost, {.label = name, .color = color, .dash = dash});
  };
  draw(by_likelihood, "exact likelihood", Color::blue, Dash::solid);
  draw(by_bound, "best causal bound", Color::vermillion, Dash::dashed);
  draw(together, "draws of a causal bound", Color::purple, Dash::dash_dot);
  left.horizontal(of.r, "truth", {.color = Color::ink, .dash = Dash::dotted});
  chapter.figure("model", figure);
  const auto spark = [](const Path& path) {
    return sparkline(series(path.r, [](double r) { return std::log(r); }));
  };
  std::cout << "\n  the learned r on a logarithmic scale, step by step, each from its least to its largest:\n"
            << "    " << spark(by_likelihood) << "  exact likelihood, ends at "
            << significant(ml.estimate.r, 3) << "\n"
            << "    " << spark(by_bound) << "  best causal bound, ends at " << significant(learned.r, 2)
            << "\n"
            << "    " << spark(together) << "  draws of a causal bound, ends at "
            << significant(trained.model.r, 2) << "\n";
  profile_over_noise(chapter, of);

  const Value truth = value(of, of), there = value(learned, of);
  claim_profile(chapter, of);
  chapter.claims.equal("(07.21), (07.27) at the truth the two formulas for the gap agree",
                       truth.gap * model_horizon, total(causal_gap(autoregression(of), model_horizon)),
                       1e4 * u, "ten thousand roundings of a Real");
  chapter.claims.equal(
      "(07.28) without noise in its readings the bound is the likelihood of an autoregression of "
      "them",
      there.bound(), autoregression_score(learned, of), learned.r / learned.q + 1e4 * u,
      "first order in what is left of r, against q; and rounding");
  chapter.results.set("likelihood.r", ml.estimate.r, 2e-3);  // its square root within the last rate 1e-3
  chapter.results.set("bound.r", learned.r, last_bound_rate * learned.r);
  chapter.results.set("bound.evidence_lost", truth.evidence - there.evidence, end_of_ascent(learned, of));
  if (!is_of_the_text(of)) return;  // of another truth nobody has said that the steps are enough
  const double worst =
      std::max({std::abs(ml.estimate.a - of.a) / ml.error.a, std::abs(ml.estimate.q - of.q) / ml.error.q,
                std::abs(ml.estimate.r - of.r) / ml.error.r});
  chapter.claims.at_most("exact likelihood finds a, q and r (the largest deviation in standard errors)",
                         worst, 4, 0,
                         "4 standard errors, from the information in the episodes' scores (07.29)");
  chapter.claims.at_least(
      "the bound prefers another model to the truth, for five true r (the least gain a step)", worst_gain,
      0.001, 0, "computed exactly; 0.001 nats is far above rounding");
  chapter.claims.at_most("one without noise in its readings (the largest learned r / true r)", largest_r,
                         0.01, 0, "r falls with every step; 1 % is far from where it began");
  chapter.claims.at_least("and its evidence is worse than the truth's by at least 0.02 nats a step",
                          truth.evidence - there.evidence, 0.02, 0,
                          "computed exactly; 0.02 nats is far above rounding");
  chapter.claims.at_least(
      "model and posterior trained by draws have a bound above any causal one of the truth, nats a step",
      trained.bound, truth.bound(), 0, "both computed exactly");
  chapter.claims.at_least(
      "and less noise in its readings than the truth's, which is 1 (1 - r, against 4 standard errors of the "
      "likelihood's r)",
      of.r - trained.model.r, 4 * ml.error.r, 0, "what sampling could explain is on the right");
}
