// What happens when the divergence of V is written the wrong way round.

#include "scalar_model.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// For a given variance of q, the mean that is best for (03.17): where (x - μ) / s² = μ / variance.
ScalarNormal best_reversed(const ScalarModel& model, double variance) {
  return {model.x * variance / (model.noise_variance + variance), variance};
}

// The normal q of the largest (03.17), over a fine lattice of deviations.
ScalarNormal best_reversed(const ScalarModel& model) {
  ScalarNormal best = best_reversed(model, 0.04);
  for (double deviation = 0.2; deviation < 8; deviation += 0.005) {
    const ScalarNormal q = best_reversed(model, deviation * deviation);
    if (reversed_elbo(model, q) > reversed_elbo(model, best)) best = q;
  }
  return best;
}

double supremum(const ScalarModel& model) { return reversed_elbo(model, best_reversed(model)); }

// From which reading x on the largest (03.17) is above the evidence, at s = 1.
double first_excess() {
  double low = 0, high = 6;
  for (int i = 0; i < 40; ++i) {
    const double x = (low + high) / 2;
    (supremum(ScalarModel{x}) > log_evidence(ScalarModel{x}) ? high : low) = x;
  }
  return high;
}

Figure reversed_figure(const ScalarModel& model) {
  Figure figure("With the divergence reversed the objective rises above log p(x)", 2);
  const std::vector<double> deviation = spaced(0.25, 3.5, 0.025);
  const auto v = series(deviation, [&](double d) { return elbo(model, {posterior(model).mean, d * d}); });
  const auto reversed =
      series(deviation, [&](double d) { return reversed_elbo(model, best_reversed(model, d * d)); });
  Axes& one = figure.axes("a surprising datum, x = 4", "deviation of q, its mean being best", "nats");
  one.y_range = Range{-8, -4};
  one.line(deviation, v, {.label = "V", .color = Color::blue, .dash = Dash::solid});
  one.line(deviation, reversed,
           {.label = "J, KL reversed", .color = Color::vermillion, .dash = Dash::dashed});
  one.horizontal(log_evidence(model), "log p(x)", {.color = Color::ink, .dash = Dash::solid});
  const double widest = std::sqrt(best_reversed(model).variance),
               narrow = std::sqrt(posterior(model).variance);
  one.scatter(std::vector{narrow}, std::vector{log_evidence(model)},
              {.color = Color::blue, .marker = Marker::circle, .size = 8});
  one.scatter(std::vector{widest}, std::vector{supremum(model)},
              {.color = Color::vermillion, .marker = Marker::circle, .size = 8});
  one.text(widest, supremum(model) + 0.15, "max J", Anchor::middle);
  one.text(narrow, log_evidence(model) - 0.3, "max V", Anchor::middle);

  Axes& all = figure.axes("the best over all normal q", "x", "nats");
  const std::vector<double> x = spaced(0, 6.001, 0.1);
  const auto evidence = series(x, [](double at) { return log_evidence(ScalarModel{at}); });
  const auto largest = series(x, [](double at) { return supremum(ScalarModel{at}); });
  all.line(x, evidence, {.label = "log p(x) = max V", .color = Color::ink, .dash = Dash::solid});
  all.line(x, largest, {.label = "max J", .color = Color::vermillion, .dash = Dash::dashed});
  all.vertical(first_excess(), "x = " + significant(first_excess(), 3),
               {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  return figure;
}

}  // namespace

void reversed(Chapter& chapter) {
  const ScalarModel model{4};
  Tape tape;
  const auto number = [&](double v) { return tape.constant(static_cast<Real>(v)); };
  const ScalarNormal wide{3, 3};
  const Normal prior{number(0), number(1)}, q{number(wide.mean), number(std::sqrt(wide.variance))};
  const double likelihood = expected_log_likelihood(model, wide);
  const double right = likelihood - double{kl_divergence(q, prior).item()},
               wrong = likelihood - double{kl_divergence(prior, q).item()};
  std::cout << "\nThe divergence the wrong way round, at the surprising datum x = 4 and q = N(3, 3):\n\n";
  Table table({"", {"nats", 5}});
  table.row({"V = E_q[log p(x|z)] − KL(q ‖ prior)", right});
  table.row({"log p(x)", log_evidence(model)});
  table.row({"E_q[log p(x|z)] − KL(prior ‖ q)", wrong});
  table.row({"its largest value over normal q", supremum(model)});
  chapter.print("reversed", table);
  std::cout << "\nThe largest J is above log p(x) for readings from x = " << significant(first_excess(), 3)
            << " on.\n";
  chapter.results.set("reversed.first_excess", first_excess());
  chapter.results.set("reversed.best_variance", best_reversed(model).variance);
  chapter.results.set("reversed.supremum_excess", supremum(model) - log_evidence(model));
  chapter.figure("reversed", reversed_figure(model));
  chapter.results.set("reversed.excess", wrong - log_evidence(model));
  chapter.claims.equal(
      "(03.17) KL(prior ‖ q) in place of KL(q ‖ prior) is above log p(4) at q = N(3, 3), by 5/6 − ½ log(3/2)",
      wrong - log_evidence(model), 5.0 / 6 - std::log(1.5) / 2, 16 * u * 16,
      "the terms add up to at most 16 in size, each rounded at most 16 times: 16 u · 16");
}
