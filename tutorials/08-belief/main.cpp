// Chapter 08: what can be known of a hidden state, computed exactly. Equation tags refer to README.md.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <numeric>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/path_enumeration.h"
#include "doxa/models/pomdp/pomdp_file.h"
#include "doxa/models/pomdp/simulate.h"
#include "support/arguments.h"
#include "support/chapter.h"
#include "support/figure.h"
#include "support/number.h"
#include "support/table.h"

namespace {

using namespace doxa;
using support::Axes;
using support::Chapter;
using support::Table;

constexpr std::size_t table_rows = 40, figure_steps = 120, named_states = 40, drawn_states = 400;

// What the filter said at the steps k = 0, 1, … of a trajectory that are shown, and at its end.
struct Filtering {
  std::vector<std::vector<double>> belief;  // b_k, [steps+1][S]
  std::vector<double> probability;          // p(o_k | o_{<k}, a_{<k}), [steps+1]; 1 at k = 0
  Belief end;

  std::size_t steps() const { return belief.size() - 1; }
};

Filtering filter(const Pomdp& m, const Trajectory& t) {
  Filtering f{{m.start}, {1.0}, initial_belief(m)};
  for (std::size_t k = 1; k <= t.horizon(); ++k) {
    const double log_p = update(m, f.end, t.actions[k - 1], t.observations[k - 1]);
    if (k > std::max(table_rows, figure_steps)) continue;
    f.probability.push_back(std::exp(log_p));
    f.belief.push_back(probabilities(f.end));
  }
  return f;
}

std::size_t most_likely(const std::vector<double>& b) {
  return static_cast<std::size_t>(std::max_element(b.begin(), b.end()) - b.begin());
}

// ---- what is shown ----

void print_trajectory(const Pomdp& m, const Trajectory& t, const Filtering& f) {
  const bool two_states = m.states.size() == 2;
  std::vector<std::string> headers{"k", "action", "state", "observation", "p(o_k|past)"};
  if (two_states)
    headers.push_back("b_k(" + m.states[0] + ")");
  else
    headers.insert(headers.end(), {"b_k(state)", "most likely", "its belief"});
  Table table(headers);
  for (std::size_t k = 0; k <= std::min(t.horizon(), table_rows); ++k) {
    const std::vector<double>& b = f.belief[k];
    std::vector<support::Cell> row{k, k ? m.actions[t.actions[k - 1]] : "", m.states[t.states[k]],
                                   k ? m.observations[t.observations[k - 1]] : "",
                                   k ? support::decimal(f.probability[k], 4) : ""};
    row[4].is_number = true;
    if (two_states)
      row.emplace_back(b[0]);
    else
      row.insert(row.end(), {b[t.states[k]], m.states[most_likely(b)], b[most_likely(b)]});
    table.row(row);
  }
  std::cout << table;
  if (t.horizon() > table_rows) std::cout << "  … and " << t.horizon() - table_rows << " more steps\n";
}

// Actions other than the usual one, if there are few: at Tiger, where a door was opened.
void mark_rare_actions(Axes& axes, const Pomdp& m, const Trajectory& t, std::size_t steps) {
  std::vector<std::size_t> count(m.actions.size());
  for (std::size_t k = 1; k <= steps; ++k) ++count[t.actions[k - 1]];
  const auto usual = static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
  if (steps - count[usual] > 4) return;
  for (std::size_t k = 1; k <= steps; ++k)
    if (t.actions[k - 1] != usual)
      axes.vertical(static_cast<double>(k), m.actions[t.actions[k - 1]], {.color = support::Color::purple});
}

// A model of two states: the belief in the first as a line between 1 and 0, and the truth beside it.
void draw_line(Axes& axes, const Pomdp& m, const Trajectory& t, const Filtering& f, std::size_t steps) {
  std::vector<double> time, belief, truth;
  std::vector<std::vector<double>> heard_at(m.observations.size());
  for (std::size_t k = 0; k <= steps; ++k) {
    time.push_back(static_cast<double>(k));
    belief.push_back(f.belief[k][0]);
    truth.push_back(t.states[k] == 0 ? 1 : 0);
    if (k) heard_at[t.observations[k - 1]].push_back(static_cast<double>(k));
  }
  axes.y_label = "b_k(" + m.states[0] + ")";
  axes.y_range = support::Range{-0.2, 1.2};
  axes.y_ticks({0, 0.5, 1}, {"0", "0.5", "1"});
  axes.steps(time, truth,
             {.label = "true state", .color = support::Color::ink, .dash = support::Dash::dotted});
  axes.line(time, belief,
            {.label = "belief",
             .color = support::Color::blue,
             .dash = support::Dash::solid,
             .marker = support::Marker::circle});
  mark_rare_actions(axes, m, t, steps);
  for (std::size_t o = 0; o < std::min<std::size_t>(heard_at.size(), 2); ++o)
    axes.scatter(heard_at[o], std::vector<double>(heard_at[o].size(), o ? -0.12 : 1.12),
                 {.label = m.observations[o],
                  .color = o ? support::Color::vermillion : support::Color::green,
                  .marker = o ? support::Marker::square : support::Marker::triangle});
}

// A model of some states: one row of colours a state, with a cross on the true one.
void draw_map(Axes& axes, const Pomdp& m, const Trajectory& t, const Filtering& f, std::size_t steps) {
  const std::size_t states = m.states.size();
  support::Grid grid{
      {0, static_cast<double>(steps)}, {0, static_cast<double>(states - 1)}, steps + 1, states, {}};
  std::vector<double> time, truth, rows;
  for (std::size_t s = 0; s < states; ++s)
    for (std::size_t k = 0; k <= steps; ++k) grid.values.push_back(f.belief[k][s]);
  for (std::size_t k = 0; k <= steps; ++k) {
    time.push_back(static_cast<double>(k));
    truth.push_back(static_cast<double>(t.states[k]));
  }
  axes.y_label = "state";
  axes.y_downwards = true;
  if (states <= named_states) {
    for (std::size_t s = 0; s < states; ++s) rows.push_back(static_cast<double>(s));
    axes.y_ticks(rows, m.states);
  }
  axes.heatmap(grid, {.label = "b_k(s)", .range = support::Range{0, 1}});
  axes.scatter(
      time, truth,
      {.label = "true state", .color = support::Color::vermillion, .marker = support::Marker::cross});
}

// A model of very many: only how much belief the true state has, and how much the likeliest.
void draw_truth(Axes& axes, const Trajectory& t, const Filtering& f, std::size_t steps) {
  std::vector<double> time, truth, most;
  for (std::size_t k = 0; k <= steps; ++k) {
    time.push_back(static_cast<double>(k));
    truth.push_back(f.belief[k][t.states[k]]);
    most.push_back(f.belief[k][most_likely(f.belief[k])]);
  }
  axes.y_label = "belief";
  axes.line(time, most, {.label = "the likeliest state"});
  axes.line(time, truth, {.label = "the true state"});
}

support::Figure picture(const Pomdp& m, const Trajectory& t, const Filtering& f) {
  const std::size_t steps = std::min(f.steps(), figure_steps);
  support::Figure figure(
      "Belief along a trajectory, with the true state, and the surprise of each observation");
  Axes& top = figure.axes();
  top.title = "What is believed, and what is true";
  top.x_label = "step k";
  if (m.states.size() <= 2)
    draw_line(top, m, t, f, steps);
  else if (m.states.size() <= drawn_states)
    draw_map(top, m, t, f, steps);
  else
    draw_truth(top, t, f, steps);
  Axes& bottom = figure.axes();
  bottom.title = "Surprise of each observation";
  bottom.x_label = "step k";
  bottom.y_label = "−log p(o_k | past) / nats";
  std::vector<double> time, surprise;
  for (std::size_t k = 1; k <= steps; ++k) {
    time.push_back(static_cast<double>(k));
    surprise.push_back(-std::log(f.probability[k]));
  }
  bottom.bars(time, surprise, {.color = support::Color::blue});
  bottom.horizontal(-f.end.log_evidence / static_cast<double>(t.horizon()), "mean");
  return figure;
}

// ---- what is claimed ----

constexpr double rounding = std::numeric_limits<double>::epsilon();

// Adding N positive numbers loses at most N roundings, relative to the sum.
double rounding_of(double terms) { return std::max(1e-14, terms * rounding); }

// Stored probabilities that one step of the filter reads, on average over the actions.
double cost_of_step(const Pomdp& m) {
  return static_cast<double>(m.transition.non_zeros() + m.emission.non_zeros()) /
         static_cast<double>(m.actions.size());
}

void claim_enumeration(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  const std::size_t states = m.states.size();
  const std::size_t affordable = std::clamp<std::size_t>(states * states, 8192, 1'000'000);
  const std::size_t prefix = enumerable_horizon(m, t.horizon(), affordable);
  if (prefix == 0) {
    std::cout << "\n" << states << " states are too many to enumerate even the paths of one step.\n";
    return;
  }
  const std::span actions = std::span(t.actions).first(prefix),
                  observations = std::span(t.observations).first(prefix);
  const PathSum sum = enumerate_paths(m, actions, observations);  // (08.2)
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < prefix; ++k)
    update(m, belief, actions[k], observations[k]);  // (08.3), (08.5), (08.6)
  double distance = 0;
  for (std::size_t s = 0; s < states; ++s)
    distance = std::max(distance, std::abs(probability(belief, s) - sum.belief[s]));

  const std::string steps = std::to_string(prefix) + (prefix == 1 ? " step" : " steps");
  std::cout << "\nThe first " << steps << " once more, without a filter, over all " << sum.paths
            << " state paths:\n";
  Table table({"", "filter", "all paths"});
  table.row({"log-evidence / nats", {belief.log_evidence, 12}, {std::log(sum.evidence), 12}});
  table.row({"belief in " + m.states[t.states[prefix]],
             {probability(belief, t.states[prefix]), 12},
             {sum.belief[t.states[prefix]], 12}});
  std::cout << table;

  const double tolerance = rounding_of(static_cast<double>(sum.paths + 4 * prefix));
  chapter.claims.equal("the filter's log-evidence of " + steps + " is that of all state paths",
                       belief.log_evidence, std::log(sum.evidence), tolerance,
                       "one rounding for each of " + std::to_string(sum.paths) + " paths added up");
  chapter.claims.equal("so is its belief (the largest difference of a state)", distance, 0, tolerance,
                       "the same roundings");
  chapter.results.set("enumeration.steps", prefix);
  chapter.results.set("enumeration.paths", sum.paths);
  chapter.results.set("enumeration.log_evidence.filter", belief.log_evidence);
  chapter.results.set("enumeration.log_evidence.paths", std::log(sum.evidence));
}

// Σ over all o_{k+1:T} of p(o_{k+1:T} | past), by walking every continuation.
double total_probability(const Pomdp& m, const Belief& past, std::span<const std::size_t> actions) {
  if (actions.empty()) return 1;
  Belief predicted = past;
  predict(m, predicted, actions[0]);
  std::vector<double> p(m.observations.size());
  predictive(m, predicted, actions[0], p);  // (08.4)
  double sum = 0;
  for (std::size_t o = 0; o < p.size(); ++o) {
    if (p[o] == 0) continue;
    Belief next = predicted;
    const double log_p = condition(m, next, actions[0], o);  // (08.5)
    sum += std::exp(log_p) * total_probability(m, next, actions.subspan(1));
  }
  return sum;
}

void claim_normalisation(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  const auto observations = static_cast<double>(m.observations.size());
  const double affordable = std::min(4096.0, 1e8 / (cost_of_step(m) + static_cast<double>(m.states.size())));
  std::size_t length = 1;
  double sequences = observations;
  for (; length < std::min<std::size_t>(t.horizon(), 12) && sequences * observations <= affordable; ++length)
    sequences *= observations;
  const double sum = total_probability(m, initial_belief(m), std::span(t.actions).first(length));  // (08.7)
  chapter.claims.equal(
      "the evidence of all " + support::decimal(sequences, 0) + " observation sequences of length " +
          std::to_string(length) + " sums to 1",
      sum, 1, rounding_of((sequences + static_cast<double>(m.states.size())) * static_cast<double>(length)),
      "a rounding for each factor of each sequence, and for each state");
}

// Before an observation, the expectation of what will be believed after it is what is believed now.
void claim_expected_belief(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  Belief belief = initial_belief(m);
  std::vector<double> p(m.observations.size());
  double worst = 0;
  const std::size_t states = m.states.size(), observations = m.observations.size();
  const std::size_t affordable = std::clamp<std::size_t>(20'000'000 / (states * observations), 1, 20);
  const std::size_t steps = std::min(t.horizon(), affordable);
  for (std::size_t k = 0; k < steps; ++k) {
    predict(m, belief, t.actions[k]);
    predictive(m, belief, t.actions[k], p);
    std::vector<double> expected(m.states.size(), 0.0);
    for (std::size_t o = 0; o < p.size(); ++o) {
      if (p[o] == 0) continue;
      Belief after = belief;
      condition(m, after, t.actions[k], o);
      for (std::size_t s = 0; s < expected.size(); ++s)
        expected[s] += p[o] * probability(after, s);  // (08.8)
    }
    for (std::size_t s = 0; s < expected.size(); ++s)
      worst = std::max(worst, std::abs(expected[s] - static_cast<double>(belief.predicted[s])));
    condition(m, belief, t.actions[k], t.observations[k]);
  }
  chapter.claims.equal(
      "averaged over the next observation, the posterior is the prediction (largest difference of a "
      "state in " +
          std::to_string(steps) + " steps)",
      worst, 0, rounding_of(10 * static_cast<double>(observations + states)),
      "a few roundings for each observation and each state");
}

// A belief is a probability about the world and not only about itself: among the moments when it is 0.7, the
// state is so seven times in ten. The trajectories are simulated; the filter sees their actions and
// observations.
void claim_calibration(Chapter& chapter, const Pomdp& m, std::span<const double> policy, Philox& random) {
  const std::size_t horizon = cost_of_step(m) > 1e6 ? 4 : 32;
  const double affordable = 1e8 / (cost_of_step(m) * static_cast<double>(horizon));
  const auto count = static_cast<std::size_t>(std::clamp(affordable, 10.0, chapter.quick() ? 500.0 : 4000.0));
  std::vector<double> difference;
  double in_truth = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Trajectory t = simulate(m, policy, horizon, random);
    Belief belief = initial_belief(m);
    double of_this = 0;
    for (std::size_t k = 1; k <= horizon; ++k) {
      update(m, belief, t.actions[k - 1], t.observations[k - 1]);
      double square = 0;
      for (std::size_t s = 0; s < m.states.size(); ++s)
        square += probability(belief, s) * probability(belief, s);
      of_this += (probability(belief, t.states[k]) - square) / static_cast<double>(horizon);  // (08.9)
      in_truth += probability(belief, t.states[k]) / static_cast<double>(horizon * count);
    }
    difference.push_back(of_this);
  }
  const auto n = static_cast<double>(count);
  const double mean = std::accumulate(difference.begin(), difference.end(), 0.0) / n;
  double squares = 0;
  for (const double d : difference) squares += (d - mean) * (d - mean);
  const double standard_error = std::sqrt(squares / (n * (n - 1)));
  chapter.claims.equal("the true state gets the belief that the belief expects for it (" +
                           std::to_string(count) + " trajectories)",
                       in_truth, in_truth - mean, 5 * standard_error + 1e-12,
                       "5 standard errors of the mean over trajectories, and rounding");
  chapter.results.set("mean_belief_in_true_state", in_truth);
}

void claim_long_run(Chapter& chapter, const Pomdp& m, std::span<const double> policy, Philox& random) {
  const auto steps =
      static_cast<std::size_t>(std::clamp(3e8 / cost_of_step(m), 20.0, chapter.quick() ? 1e4 : 1e5));
  const Trajectory t = simulate(m, policy, steps, random);
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < steps; ++k) update(m, belief, t.actions[k], t.observations[k]);
  const std::vector<double> b = probabilities(belief);
  const double rate = -belief.log_evidence / static_cast<double>(steps);
  std::cout << "\nOver " << steps << " steps the log-evidence is "
            << support::significant(belief.log_evidence, 6) << " nats: " << support::significant(rate)
            << " nats of surprise a step.\n";
  chapter.claims.equal("after " + std::to_string(steps) + " steps the belief still sums to 1",
                       std::accumulate(b.begin(), b.end(), 0.0), 1,
                       rounding_of(2 * static_cast<double>(b.size())),
                       "each step normalises; what is left is the rounding of one sum");
  chapter.results.set("long_run.steps", steps);
  chapter.results.set("long_run.nats_per_step", rate);
}

// Tiger alone: since the last door was opened, n = (heard left) - (heard right) says everything.
void claim_tiger(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  const std::size_t listen = index_of(m.actions, "listen", "action");
  const std::size_t left = index_of(m.observations, "hear-left", "observation");
  Belief belief = initial_belief(m);
  double worst = 0;
  int n = 0;
  for (std::size_t k = 1; k <= t.horizon(); ++k) {
    update(m, belief, t.actions[k - 1], t.observations[k - 1]);
    if (t.actions[k - 1] != listen)
      n = 0;
    else
      n += t.observations[k - 1] == left ? 1 : -1;
    const double exact = 1 / (1 + std::pow(0.15 / 0.85, n));  // (08.10)
    worst = std::max(worst, std::abs(probability(belief, 0) - exact));
  }
  chapter.claims.equal("Tiger's belief is 1 / (1 + (0.15/0.85)^n) at every step (largest difference)", worst,
                       0, rounding_of(8 * static_cast<double>(t.horizon())), "a few roundings for each step");
}

}  // namespace

int main(int argc, char** argv) {
  support::Arguments arguments("08-belief", "exact belief in a partially observable world");
  std::string file;
  std::vector<double> weights;
  std::size_t horizon = 24;
  arguments.text("pomdp", "FILE", file, "the model, in Cassandra's format instead of Tiger");
  arguments.numbers("action-weights", "W,W,…", weights,
                    "how often each action is taken, in the file's order (default: all alike; Tiger 90,5,5)");
  arguments.integer("horizon", horizon, {1, 100'000}, "steps of the trajectory shown");

  return support::run_chapter(arguments, argc, argv, [&](Chapter& chapter) {
    const bool is_tiger = !arguments.given("pomdp");
    if (is_tiger && weights.empty()) weights = {90, 5, 5};
    const Pomdp m = read_pomdp(is_tiger ? DOXA_POMDP_DIR "/tiger.pomdp" : file);
    const std::vector<double> policy = open_loop_policy(m, weights);
    Philox random(chapter.seed());

    std::cout << "A model of " << m.states.size() << " states, " << m.actions.size() << " actions and "
              << m.observations.size() << " observations. One trajectory and its belief:\n";
    const Trajectory t = simulate(m, policy, horizon, random);  // (08.1)
    const Filtering f = filter(m, t);
    print_trajectory(m, t, f);
    std::cout << "\nlog p(o_1…o_" << horizon << " ‖ a) = " << support::significant(f.end.log_evidence, 6)
              << " nats, " << support::significant(-f.end.log_evidence / static_cast<double>(horizon))
              << " nats of surprise a step\n";
    chapter.results.set("horizon", horizon);
    chapter.results.set("log_evidence", f.end.log_evidence);
    chapter.results.set("final_belief_in_true_state", probability(f.end, t.states[horizon]));
    chapter.figure("belief", picture(m, t, f));

    claim_enumeration(chapter, m, t);
    claim_normalisation(chapter, m, t);
    claim_expected_belief(chapter, m, t);
    claim_calibration(chapter, m, policy, random);
    claim_long_run(chapter, m, policy, random);
    if (is_tiger) claim_tiger(chapter, m, t);
  });
}
