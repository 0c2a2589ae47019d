// What happens when the divergence of V is written the wrong way round.

#include <algorithm>
#include <iostream>
#include <limits>

#include "on_tape.h"
#include "scalar_model.h"
#include "sections.h"
#include "support/figure.h"
#include "support/table.h"

using namespace doxa;
using support::Color;
using support::Dash;

namespace {

// For a given variance of q, the mean that is best for (03.17): where (x - μ) / s² = μ / variance.
ScalarNormal best_reversed(const ScalarModel& model, double variance) {
  return {model.x * variance / (model.noise_variance + variance), variance};
}

// The largest (03.17) of any normal q, over a fine lattice of deviations.
double supremum(const ScalarModel& model) {
  double largest = -std::numeric_limits<double>::infinity();
  for (double deviation = 0.2; deviation < 8; deviation += 0.005)
    largest = std::max(largest, reversed_elbo(model, best_reversed(model, deviation * deviation)));
  return largest;
}

support::Figure reversed_figure(const ScalarModel& model) {
  support::Figure figure("With the divergence reversed the objective rises above log p(x)", 2);
  std::vector<double> deviation, v, reversed;
  for (double d = 0.25; d <= 3.5; d += 0.025) {
    deviation.push_back(d);
    v.push_back(elbo(model, {posterior(model).mean, d * d}));
    reversed.push_back(reversed_elbo(model, best_reversed(model, d * d)));
  }
  support::Axes& one = figure.axes();
  one.title = "a surprising datum, x = 4";
  one.x_label = "deviation of q, its mean being best";
  one.y_label = "nats";
  one.y_range = support::Range{-8, -4};
  one.line(deviation, v, {.label = "V"});
  one.line(deviation, reversed, {.label = "KL reversed"});
  one.horizontal(log_evidence(model), "log p(x)", {.color = Color::ink, .dash = Dash::dashed});

  support::Axes& all = figure.axes();
  all.title = "the best over all normal q";
  all.x_label = "x";
  all.y_label = "nats";
  std::vector<double> x, evidence, largest;
  for (double at = 0; at <= 6.001; at += 0.1) {
    x.push_back(at);
    evidence.push_back(log_evidence(ScalarModel{at}));
    largest.push_back(supremum(ScalarModel{at}));
  }
  all.line(x, evidence, {.label = "log p(x) = max V"});
  all.line(x, largest, {.label = "KL reversed"});
  return figure;
}

}  // namespace

void reversed(support::Chapter& chapter) {
  const ScalarModel model{4};
  Tape tape;
  const auto number = [&](double v) { return tape.constant(static_cast<Real>(v)); };
  const ScalarNormal wide{3, 3};
  const Normal prior(number(0), number(1)), q(number(wide.mean), number(std::sqrt(wide.variance)));
  const double likelihood = expected_log_likelihood(model, wide);
  const double right = likelihood - double{kl_divergence(q, prior).item()},
               wrong = likelihood - double{kl_divergence(prior, q).item()};
  std::cout << "\nThe divergence the wrong way round, at the surprising datum x = 4 and q = N(3, 3):\n\n";
  support::Table table({"", "nats"});
  table.row({"V = E_q[log p(x|z)] − KL(q ‖ prior)", {right, 5}});
  table.row({"log p(x)", {log_evidence(model), 5}});
  table.row({"E_q[log p(x|z)] − KL(prior ‖ q)", {wrong, 5}});
  table.row({"its largest value over normal q", {supremum(model), 5}});
  std::cout << table;
  chapter.figure("reversed", reversed_figure(model));
  chapter.results.set("reversed.excess", wrong - log_evidence(model));
  chapter.claims.equal(
      "(03.17) KL(prior ‖ q) in place of KL(q ‖ prior) is above log p(4) at q = N(3, 3), by 5/6 − ½ log(3/2)",
      wrong - log_evidence(model), 5.0 / 6 - std::log(1.5) / 2, 16 * unit_roundoff * 16,
      "the terms add up to at most 16 in size, each rounded at most 16 times: 16 u · 16");
}
