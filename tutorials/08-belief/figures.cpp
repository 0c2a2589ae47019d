// The pictures of filtered and smoothed beliefs, in the form that the number of states allows.

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr std::size_t named_states = 40, drawn_states = 400;

// Marks the actions other than the most frequent one, if there are few: on Tiger, where a door was opened.
void mark_rare_actions(Axes& axes, const Pomdp& m, const Trajectory& t, std::size_t steps) {
  std::vector<std::size_t> count(m.actions.size());
  for (std::size_t k = 1; k <= steps; ++k) ++count[t.actions[k - 1]];
  const auto usual = static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
  if (steps - count[usual] > 4) return;
  for (std::size_t k = 1; k <= steps; ++k)
    if (t.actions[k - 1] != usual)
      axes.vertical(static_cast<double>(k), m.actions[t.actions[k - 1]], {.color = Color::purple});
}

// Two states: the belief in the first as a line between 1 and 0, and the true state.
void draw_line(Axes& axes, const Pomdp& m, const Trajectory& t, const Filtering& f, std::size_t steps) {
  const bool states_known = !t.states.empty();
  const std::vector<double> time = steps_to(steps);
  std::vector<double> belief, truth;
  std::vector<std::vector<double>> heard_at(m.observations.size());
  for (std::size_t k = 0; k <= steps; ++k) {
    belief.push_back(f.belief[k][0]);
    if (states_known) truth.push_back(t.states[k] == 0 ? 1 : 0);
    if (k) heard_at[t.observations[k - 1]].push_back(static_cast<double>(k));
  }
  axes.y_label = "b_k(" + m.states[0] + ")";
  axes.y_range = Range{-0.2, 1.2};
  axes.y_ticks({0, 0.5, 1}, {"0", "0.5", "1"});
  if (states_known)
    axes.steps(time, truth, {.label = "true state", .color = Color::ink, .dash = Dash::dotted});
  axes.line(time, belief,
            {.label = "belief", .color = Color::blue, .dash = Dash::solid, .marker = Marker::circle});
  mark_rare_actions(axes, m, t, steps);
  for (std::size_t o = 0; o < std::min<std::size_t>(heard_at.size(), 2); ++o)
    axes.scatter(heard_at[o], std::vector<double>(heard_at[o].size(), o ? -0.12 : 1.12),
                 {.label = m.observations[o],
                  .color = o ? Color::vermillion : Color::green,
                  .marker = o ? Marker::square : Marker::triangle});
}

// More states: a row of colours for each, with a cross on the true one.
void draw_map(Axes& axes, const Pomdp& m, const Trajectory& t, const Filtering& f, std::size_t steps) {
  const std::size_t states = m.states.size();
  Grid grid{{0, static_cast<double>(steps)}, {0, static_cast<double>(states - 1)}, steps + 1, states, {}};
  for (std::size_t s = 0; s < states; ++s)
    for (std::size_t k = 0; k <= steps; ++k) grid.values.push_back(f.belief[k][s]);
  axes.y_label = "state";
  axes.y_downwards = true;
  if (states <= named_states) axes.y_ticks(steps_to(states - 1), m.states);
  axes.heatmap(grid, {.label = "b_k(s)", .range = Range{0, 1}});
  if (t.states.empty()) return;
  const auto truth = series(std::span(t.states).first(steps + 1), std::identity());
  axes.scatter(steps_to(steps), truth,
               {.label = "true state", .color = Color::vermillion, .marker = Marker::cross});
}

// Very many states: only the belief in the true state, and in the likeliest.
void draw_truth(Axes& axes, const Trajectory& t, const Filtering& f, std::size_t steps) {
  std::vector<double> truth, most;
  for (std::size_t k = 0; k <= steps; ++k) {
    if (!t.states.empty()) truth.push_back(f.belief[k][t.states[k]]);
    most.push_back(f.belief[k][most_likely(f.belief[k])]);
  }
  axes.y_label = "belief";
  axes.line(steps_to(steps), most, {.label = "the likeliest state"});
  if (!t.states.empty()) axes.line(steps_to(steps), truth, {.label = "the true state"});
}

}  // namespace

Figure belief_figure(const Pomdp& m, const Trajectory& t, const Filtering& f) {
  const std::size_t steps = std::min(f.steps(), figure_steps);
  Figure figure(t.states.empty()
                    ? "Belief along a trajectory, and the surprise of each observation"
                    : "Belief along a trajectory, with the true state, and the surprise of each observation");
  if (m.states.size() > 2 && m.states.size() <= named_states)  // a line of text for each state
    figure.row_height = std::max(figure.row_height, 100 + 14 * static_cast<double>(m.states.size()));
  Axes& top =
      figure.axes(t.states.empty() ? "What is believed" : "What is believed, and what is true", "step k");
  if (m.states.size() <= 2)
    draw_line(top, m, t, f, steps);
  else if (m.states.size() <= drawn_states)
    draw_map(top, m, t, f, steps);
  else
    draw_truth(top, t, f, steps);
  Axes& bottom = figure.axes("Surprise of each observation", "step k", "−log p(o_k | past) / nats");
  const auto surprise =
      series(std::span(f.probability).subspan(1, steps), [](double p) { return -std::log(p); });
  bottom.bars(spaced(1, static_cast<double>(steps), 1), surprise, {.color = Color::blue});
  bottom.horizontal(-f.end.log_evidence / static_cast<double>(t.horizon()), "mean");
  return figure;
}

// With two states the belief in the first; with more the belief in the true state, or in the likeliest one if
// the true states are unknown.
Figure smoothing_figure(const Pomdp& m, const Trajectory& t, const Smoothed& smoothed) {
  const bool two_states = m.states.size() == 2, known = !t.states.empty();
  const std::vector<double> time = steps_to(smoothed.horizon());
  std::vector<double> filtered, after, truth, filtered_entropy, smoothed_entropy;
  for (std::size_t k = 0; k <= smoothed.horizon(); ++k) {
    std::vector<double> b(m.states.size());
    for (std::size_t s = 0; s < b.size(); ++s)
      b[s] = static_cast<double>(smoothed.filtered[k * m.states.size() + s]);
    const std::vector<double> gamma = probabilities(smoothed, k);
    const std::size_t state = two_states ? 0 : known ? t.states[k] : most_likely(gamma);
    filtered.push_back(b[state]);
    after.push_back(gamma[state]);
    filtered_entropy.push_back(entropy(b));
    smoothed_entropy.push_back(entropy(gamma));
    if (two_states && known) truth.push_back(t.states[k] == 0 ? 1 : 0);
  }
  Figure figure("Filtered and smoothed belief along a trajectory, and the entropy of each");
  Axes& top = figure.axes("What is believed at the time, and afterwards", "step k",
                          two_states ? "belief in " + m.states[0]
                          : known    ? "belief in the true state"
                                     : "belief in the likeliest state");
  top.y_range = Range{-0.05, 1.05};
  top.y_ticks({0, 0.5, 1}, {"0", "0.5", "1"});
  if (!truth.empty())
    top.steps(time, truth, {.label = "true state", .color = Color::ink, .dash = Dash::dotted});
  const auto draw = [&](Axes& axes, const std::vector<double>& first, const std::vector<double>& second) {
    axes.line(time, first,
              {.label = "filtered", .color = Color::blue, .dash = Dash::solid, .marker = Marker::circle});
    axes.line(
        time, second,
        {.label = "smoothed", .color = Color::vermillion, .dash = Dash::dashed, .marker = Marker::square});
  };
  draw(top, filtered, after);
  draw(figure.axes("Uncertainty at the time, and afterwards", "step k", "entropy / nats"), filtered_entropy,
       smoothed_entropy);
  return figure;
}
