#include <algorithm>

#include "doxa/models/pomdp/belief.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The exact filter's p(o | o_{<k}, a_{<k}) for each step and observation, in the layout of predictive().
std::vector<double> exact_predictive(const Pomdp& m, const Trajectory& t) {
  std::vector<double> all, p(m.observations.size());
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < t.horizon(); ++k) {
    predict(m, belief, t.actions[k]);
    predictive(m, belief, t.actions[k], p);
    all.insert(all.end(), p.begin(), p.end());
    condition(m, belief, t.actions[k], t.observations[k]);
  }
  return all;
}

}  // namespace

Figure learning_figure(const std::vector<Variant>& variants, const Variant& best, const Data& data) {
  Figure figure(
      "Learning curves against the exact filter, and learned against exact predictive probabilities", 2);
  Axes& curves = figure.axes();
  curves.title = "learning";
  curves.x_label = "training step";
  curves.y_label = "excess over the exact filter / nats per step";
  for (const Variant& v : variants) curves.line(v.curve.step, v.curve.excess, {.label = v.name});
  curves.horizontal(mean(data.last) - mean(data.exact), "last observation only");
  curves.horizontal(0, "");

  std::vector<double> learned, exact;
  for (std::size_t i = 0; i < std::min<std::size_t>(40, data.held_out.size()); ++i) {
    const std::vector<double> e = exact_predictive(data.pomdp, data.held_out[i]);
    for (std::size_t at = 0; at < e.size(); at += data.pomdp.observations.size()) {
      exact.push_back(e[at]);
      learned.push_back(best.predictions[i][at]);
    }
  }
  Axes& scatter = figure.axes();
  const std::string probability = "p(" + data.pomdp.observations[0] + " | past)";
  scatter.title = "prediction";
  scatter.x_label = probability + ", exact filter";
  scatter.y_label = probability + ", " + best.name;
  scatter.x_range = scatter.y_range = Range{0, 1};
  scatter.equal_aspect = true;
  const std::vector<double> diagonal{0, 1};
  scatter.line(diagonal, diagonal, {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  scatter.scatter(exact, learned, {.size = 3.5, .opacity = 0.5});
  return figure;
}

Figure track_figure(const Variant& best, const Data& data) {
  const Trajectory& t = data.held_out[0];
  const std::size_t outcomes = data.pomdp.observations.size();
  const std::vector<double> exact = exact_predictive(data.pomdp, t);
  std::vector<double> step, from_exact, from_model, seen_step, seen;
  for (std::size_t k = 0; k < t.horizon(); ++k) {
    step.push_back(static_cast<double>(k + 1));
    from_exact.push_back(exact[k * outcomes]);
    from_model.push_back(best.predictions[0][k * outcomes]);
    seen_step.push_back(static_cast<double>(k + 1));
    seen.push_back(t.observations[k] == 0 ? 1.0 : 0.0);
  }
  Figure figure("Predictive probability along one held-out trajectory, exact and learned");
  figure.row_height = 280;
  Axes& axes = figure.axes();
  axes.title =
      "one held-out trajectory: probability of “" + data.pomdp.observations[0] + "” before it is seen";
  axes.x_label = "step k";
  axes.y_label = "probability";
  axes.y_range = Range{-0.05, 1.05};
  axes.line(step, from_exact, {.label = "exact filter"});
  axes.line(step, from_model, {.label = "learned, " + best.name});
  axes.scatter(seen_step, seen, {.label = "seen (1) or not (0)", .opacity = 0.7});
  return figure;
}
