// Gradient ascent on J(q), which does not use dynamic programming, arrives at the same value.

#include "doxa/autograd/ops.h"
#include "doxa/models/nn/adam.h"
#include "doxa/models/nn/parameter.h"
#include "doxa/models/numerics/sums.h"
#include "doxa/models/pomdp/filtering_bound.h"
#include "sections.h"
#include "support/progress.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The logits of every row of a causal table, one parameter a step: [(A·O)^{k-1}, A·O, rows, S].
struct TableLogits {
  std::vector<Parameter> step;
};

// What J needs of the model, for each step k: p(h_k), [(A·O)^{k-1}, A·O, 1, 1], and the rows
// log p(s_k, o_k | s_{k-1}, a_{k-1}), [1, A·O, rows, S]. Where these are minus infinity, `log_joint` is 0 and
// `impossible` a large negative number, which makes q 0 there; elsewhere `impossible` is 0.
struct HistoryTables {
  std::vector<Tensor> probability, log_joint, impossible;
};
// Its exponential is 0 in either precision, and unlike infinity it gives 0 when multiplied with 0.
constexpr Real far_below = Real{-1e4};

Index rows_of_step(const Setting& setting, std::size_t k) {
  return k > 1 ? static_cast<Index>(setting.model.states.size()) : 1;
}

void append_parameters(Parameters& to, TableLogits& logits) {
  for (Parameter& p : logits.step) to.push_back(&p);
}

HistoryTables history_tables(const Setting& setting) {
  const Pomdp& m = setting.model;
  const std::size_t states = m.states.size(), observations = m.observations.size(),
                    branches = m.actions.size() * observations;
  HistoryTables t;
  std::vector<double> row(states);
  for (std::size_t k = 1; k <= setting.horizon; ++k) {
    const auto parents = static_cast<Index>(count_histories(m, k) / branches),
               wide = static_cast<Index>(branches);
    Tensor probability(Shape{parents, wide, 1, 1});
    for_each_history(m, setting.policy(), k, [&](const HistoryWalk& walk) {
      probability.span()[history_index(m, walk.history())] = static_cast<Real>(walk.probability());
    });
    t.probability.push_back(probability);
    const Shape shape{1, wide, rows_of_step(setting, k), static_cast<Index>(states)};
    Tensor log_joint(shape), impossible(shape);
    std::size_t at = 0;
    for (std::size_t branch = 0; branch < branches; ++branch)
      for (Index s = 0; s < rows_of_step(setting, k); ++s) {
        log_transition_and_emission(m, k, static_cast<std::size_t>(s), branch / observations,
                                    branch % observations, row);
        for (const double l : row) {
          const bool possible = l > -std::numeric_limits<double>::infinity();
          log_joint.span()[at] = possible ? static_cast<Real>(l) : Real{0};
          impossible.span()[at++] = possible ? Real{0} : far_below;
        }
      }
    t.log_joint.push_back(log_joint);
    t.impossible.push_back(impossible);
  }
  return t;
}

TableLogits random_logits(const Setting& setting, Philox& random) {
  const Pomdp& m = setting.model;
  const std::size_t branches = m.actions.size() * m.observations.size();
  TableLogits logits;
  for (std::size_t k = 1; k <= setting.horizon; ++k) {
    Tensor value(Shape{static_cast<Index>(count_histories(m, k) / branches), static_cast<Index>(branches),
                       rows_of_step(setting, k), static_cast<Index>(m.states.size())});
    for (Real& l : value.span()) l = static_cast<Real>(random.normal());
    logits.step.emplace_back("step" + std::to_string(k), value);
  }
  return logits;
}

// The average bound J(q) of a table q on the tape.
Var expected_bound(Tape& tape, const HistoryTables& tables, TableLogits& logits) {
  Var marginal = tape.constant(Shape{1, 1, 1, 1}, Real{1});  // q(s_{k-1} | h_{k-1}), [histories, 1, rows, 1]
  Var bound = tape.constant(Real{0});
  for (std::size_t k = 0; k < logits.step.size(); ++k) {
    const Var impossible = tape.constant(tables.impossible[k]);
    const Var log_q = log_softmax(logits.step[k].on(tape) + impossible, {3});
    const Var joint = marginal * exp(log_q);  // q(s_{k-1}, s_k | h_k)
    const Var log_ratio = tape.constant(tables.log_joint[k]) - log_q;
    // (09.4), averaged as in (09.3)
    bound = bound + sum(tape.constant(tables.probability[k]) * joint * log_ratio);
    const Index histories = joint.shape()[0] * joint.shape()[1];
    marginal = reshape(sum(joint, {2}), Shape{histories, 1, joint.shape()[3], 1});
  }
  return bound;
}

// The same table in double precision.
CausalPosterior posterior(const Setting& setting, const HistoryTables& tables, const TableLogits& logits) {
  CausalPosterior q = causal_table(setting.model, setting.horizon);
  for (std::size_t k = 0; k < q.steps(); ++k) {
    const std::span<const Real> of_step = logits.step[k].value.span(),
                                impossible = tables.impossible[k].span();
    for (std::size_t i = 0; i < of_step.size(); i += q.states) {
      std::vector<double> row;
      for (std::size_t s = 0; s < q.states; ++s)
        row.push_back(impossible[(i + s) % impossible.size()] == 0
                          ? double{of_step[i + s]}
                          : -std::numeric_limits<double>::infinity());
      const double total = log_sum_exp(row);
      for (std::size_t s = 0; s < q.states; ++s) q.of_step(k + 1)[i + s] = std::exp(row[s] - total);
    }
  }
  return q;
}

}  // namespace

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
  chapter.print("ascent", table);
  std::vector<double> digits;  // the rate falls until the end, and rounding is all that is left there
  for (const double gap : short_of_best) digits.push_back(std::log10(std::max(gap, 1e-12)));
  std::cout << "  what is lacking, on a logarithmic scale, step by step: " << sparkline(digits) << "\n";

  Figure figure("Distance of gradient ascent from the best causal bound");
  Axes& axes = figure.axes("gradient ascent on J over a causal table", "step", "max J − J / nats");
  axes.y_scale = Scale::log;
  axes.line(spaced(1, steps, 1), short_of_best, {.color = Color::vermillion});
  chapter.figure("ascent", figure);
  chapter.results.set("ascent.logits", count(all));
  chapter.results.set("ascent.reached", reached, 1e-6);  // how far the last rate can be from the optimum
  chapter.results.set("ascent.best", best);
  const double slack = static_cast<double>(setting.horizon) * last_rate * last_rate;
  chapter.claims.equal(
      "(09.9) gradient ascent from a random table reaches the value of the dynamic programme", reached, best,
      slack + 1e-12,
      "logits within the last rate r = 1e-3 of the best cost r² a step by (09.11), to second order");
  chapter.claims.at_most("gradient ascent does not exceed it", reached, best, rounding(setting, best),
                         rounding_of_terms);
}
