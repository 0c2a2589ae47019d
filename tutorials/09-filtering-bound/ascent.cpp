// Gradient ascent on J(q), which does not use dynamic programming, arrives at the same value.

#include "doxa/models/nn/adam.h"
#include "sections.h"
#include "support/progress.h"
#include "taped_bound.h"

using namespace doxa;
using namespace doxa::support;

void ascent(Chapter& chapter, const Setting& uniform) {
  Setting setting = uniform;
  setting.horizon = chapter.quick() ? 4 : 6;
  const int steps = 300;
  const double first_rate = 0.1, last_rate = 1e-3;
  const double best = best_causal_bound(setting.model, setting.policy(), setting.horizon);
  const HistoryTables tables = history_tables(setting);
  Philox random(chapter.seed(), ascent_start);
  TableLogits logits = random_logits(setting, random);
  const Parameters all = parameters(logits);
  std::cout << "\nGradient ascent on J over the " << count(all) << " logits of a causal table, "
            << setting.policy_name << " policy, " << setting.horizon << " steps:\n";

  Tape tape;
  Adam adam{.beta2 = 0.95,      // gradients fall by orders of magnitude: older ones must be forgotten soon
            .epsilon = 1e-12};  // rows of rare histories have small gradients
  std::vector<double> short_of_best;
  Progress progress("ascent", static_cast<std::size_t>(steps));
  for (int i = 0; i < steps; ++i) {
    tape.clear();
    const Var bound = expected_bound(tape, tables, logits);
    tape.backward(-bound);
    adam.rate = first_rate * std::pow(last_rate / first_rate, static_cast<double>(i) / (steps - 1));
    adam.step(all);
    short_of_best.push_back(best - double{bound.item()});
    progress.step([&] { return "J " + significant(double{bound.item()}, 6); });
  }
  const CausalPosterior q = posterior(setting, tables, logits);
  const double reached = expected_filtering_bound(setting.model, setting.policy(), q).bound;
  Table table({"", "J / nats"}, 8);
  table.row({"random start", best - short_of_best.front()});
  table.row({"reached by the ascent", reached});
  table.row({"best causal, by dynamic programming", best});
  std::cout << table;

  Figure figure("Distance of gradient ascent from the best causal bound");
  Axes& axes = figure.axes("gradient ascent on J over a causal table", "step", "max J − J / nats");
  axes.y_scale = Scale::log;
  axes.line(spaced(1, steps, 1), short_of_best);
  chapter.figure("ascent", figure);
  chapter.results.set("ascent.logits", count(all));
  chapter.results.set("ascent.reached", reached, 1e-6);  // how far the last rate can be from the optimum
  chapter.results.set("ascent.best", best);
  const double slack = static_cast<double>(setting.horizon) * last_rate * last_rate;
  chapter.claims.equal(
      "(09.9) gradient ascent from a random table reaches the value of the dynamic programme", reached, best,
      slack + 1e-12,
      "logits within the last rate r = 1e-3 of the best cost r² a step by (09.11), to second order");
  chapter.claims.at_most("and does not exceed it", reached, best, rounding(setting, best), rounding_of_terms);
}
