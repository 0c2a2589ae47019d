#include "actors.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The beliefs in the first of two states at which the optimal action changes.
std::vector<double> thresholds(const Known& k) {
  std::vector<double> at;
  const auto best = [&](double b) { return greedy_action(k.best.policy, std::vector{b, 1 - b}); };
  constexpr int cells = 1000;
  for (int i = 0; i < cells; ++i)
    if (best(i / 1000.0) != best((i + 1) / 1000.0)) at.push_back((i + 0.5) / cells);
  return at;
}

}  // namespace

Figure policy_figure(const Known& k, const std::vector<const LearnedActor*>& shown) {
  Figure figure("Action probabilities over the exact belief, beside the thresholds of the optimal policy", 2,
                260);
  for (const LearnedActor* l : shown) {
    Axes& axes = figure.axes(l->name, "exact b(" + k.m.states[0] + ")", "probability of the action");
    axes.x_range = axes.y_range = Range{-0.03, 1.03};
    for (std::size_t a = 0; a < k.m.actions.size(); ++a)
      axes.scatter(l->belief, l->probabilities[a], {.label = k.m.actions[a], .size = 6, .opacity = 0.8});
    for (const double t : thresholds(k)) axes.vertical(t, "", {.color = Color::ink, .width = 1});
  }
  return figure;
}

Figure returns_figure(const Known& k, const std::vector<LearnedActor>& all) {
  Figure figure("Returns in the course of learning, with the optimum above");
  Axes& axes = figure.axes(k.name, "iteration", "mean return of what was collected");
  for (const LearnedActor& l : all)
    axes.line(spaced(1, static_cast<double>(l.curve.size()), 1), l.curve, {.label = l.name});
  const double optimum = k.optimum(), memoryless = k.memoryless.value.middle();
  // The beginning may lie far below; it is cut off where the two lines could no longer be told apart.
  double lowest = memoryless, highest = optimum;
  for (const LearnedActor& l : all)
    for (const double r : l.curve) lowest = std::min(lowest, r), highest = std::max(highest, r);
  const double span = std::max(optimum - memoryless, 0.1 * (highest - lowest));
  axes.y_range = Range{std::max(lowest, memoryless - 4 * span) - 0.1 * span, highest + 0.7 * span};
  axes.horizontal(optimum, "V*");
  axes.horizontal(memoryless, "the last observation only");
  return figure;
}
