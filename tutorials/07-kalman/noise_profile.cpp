// Which r does an objective want? For each r the best a and q, once for the evidence and once for the bound.

#include "model_ascent.h"

using namespace doxa;
using namespace doxa::support;

double autoregression_score(const Scalar& model, const Scalar& truth) {
  //! [autoregression-score]
  const auto surprise = [](double variance, double square) {
    return (std::log(2 * std::numbers::pi * variance) + square / variance) / 2;
  };
  const double p0 = start_variance(truth), y = p0 + truth.r, c = truth.a * p0;
  const double later = (1 + model.a * model.a) * y - 2 * model.a * c;
  return -(surprise(model.a * model.a * p0 + model.q, y) + (model_horizon - 1) * surprise(model.q, later)) /
         model_horizon;
  //! [autoregression-score]
}

namespace {

// Climbs over a and q from `from` on, r staying as it is: the evidence, less the gap if `bound`.
Scalar climb_at_noise(const Scalar& truth, const Scalar& from, bool bound, int steps) {
  LearnableScalar m(from, start_variance(truth));
  const Parameters free{&m.transition, &m.log_q};
  const Tensor readings = tensor(cholesky_factor(covariance_of_readings(truth, model_horizon)));
  const auto rate = [](double part) { return 0.05 * std::pow(0.01, part); };
  ascend(free, {.beta2 = 0.95}, steps, rate, [&](Tape& tape, int) {
    const Var factor = tape.constant(readings);
    const Profile p = profile(m.on(tape), factor);
    return bound ? p.evidence - p.gap : p.evidence;
  });
  return m.now();
}

}  // namespace

void profile_over_noise(Chapter& chapter, const Scalar& truth) {
  const int steps = 120;
  // Each climb starts where the last one ended.
  const std::vector<double> parts{3, 2.5, 2, 1.5, 1.25, 1, 0.75, 0.5, 0.3, 0.2, 0.1, 0.05, 0.01};
  const std::vector<double> noise = series(parts, [&](double part) { return part * truth.r; });
  std::vector<double> evidence, bound;
  std::vector<Scalar> of_evidence, of_bound;
  Scalar by_evidence = truth, by_bound = truth;
  for (const double r : noise) {
    by_evidence.r = by_bound.r = r;
    by_evidence = climb_at_noise(truth, by_evidence, false, steps);
    by_bound = climb_at_noise(truth, by_bound, true, steps);
    of_evidence.push_back(by_evidence);
    of_bound.push_back(by_bound);
    evidence.push_back(value(by_evidence, truth).evidence);
    bound.push_back(value(by_bound, truth).bound());
  }
  std::cout << "\nThe best that each objective can make of a given r, a and q being free. Nats a step:\n";
  Table table({"r", "best evidence", "with a", "and q", "best causal bound", "with a", "and q"});
  for (const std::size_t i :
       {std::size_t{0}, std::size_t{2}, std::size_t{5}, std::size_t{7}, std::size_t{10}, std::size_t{12}})
    table.row({to_text(noise[i]), decimal(evidence[i], 4), decimal(of_evidence[i].a, 3),
               decimal(of_evidence[i].q, 2), decimal(bound[i], 4), decimal(of_bound[i].a, 3),
               decimal(of_bound[i].q, 2)});
  chapter.print("profile", table);
  Figure figure("The best evidence and the best causal bound for each variance of the readings");
  Axes& axes =
      figure.axes("which r does an objective want?", "variance r of the model's readings", "nats a step");
  axes.line(noise, evidence,
            {.label = "best evidence", .color = Color::blue, .dash = Dash::solid, .marker = Marker::circle});
  axes.line(noise, bound,
            {.label = "best causal bound",
             .color = Color::vermillion,
             .dash = Dash::dashed,
             .marker = Marker::square});
  axes.vertical(truth.r, "the truth", {.color = Color::ink, .dash = Dash::dotted});
  chapter.figure("profile", figure);
  if (!is_of_the_text(truth)) return;  // of another truth nobody has said that the steps are enough
  double rise = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < bound.size(); ++i) rise = std::max(rise, bound[i - 1] - bound[i]);
  chapter.claims.at_most(
      "(07.27) the less noise in the readings, the higher the best bound (the largest rise with r)", rise, 0,
      0, "all computed exactly");
  const auto top = std::max_element(evidence.begin(), evidence.end()) - evidence.begin();
  chapter.claims.equal("and the best evidence is highest at the true r", noise[static_cast<std::size_t>(top)],
                       truth.r, 1e-9, "it is one of the r tried");
}
