#include <algorithm>

#include "doxa/models/pomdp/exact_prediction.h"
#include "support/belief_learning/experiment.h"

namespace doxa::support {
namespace {

// The observation whose exact predictive probability moves most along the trajectory.
std::size_t most_telling(const std::vector<double>& exact, std::size_t outcomes) {
  std::size_t best = 0;
  double widest = -1;
  for (std::size_t o = 0; o < outcomes; ++o) {
    double sum = 0, squares = 0, n = 0;
    for (std::size_t at = o; at < exact.size(); at += outcomes, ++n) {
      sum += exact[at];
      squares += exact[at] * exact[at];
    }
    const double variance = squares / n - sum * sum / n / n;
    if (variance > widest) {
      widest = variance;
      best = o;
    }
  }
  return best;
}

}  // namespace

Figure learning_figure(const BeliefData& data, const std::vector<BeliefVariant>& variants) {
  Figure figure("Excess of the prediction over the exact filter in the course of training, by variant");
  Axes& axes = figure.axes();
  axes.title = "learning";
  axes.x_label = "share of the training";
  axes.y_label = "excess over the exact filter / nats per step";
  axes.y_scale = Scale::log;
  for (const BeliefVariant& v : variants) {
    std::vector<double> share, excess;
    for (std::size_t i = 0; i < v.curve_step.size(); ++i) {
      share.push_back(v.curve_step[i] / static_cast<double>(v.steps));
      excess.push_back(std::max(v.curve_excess[i], 1e-4));
    }
    axes.line(share, excess, {.label = v.name()});
  }
  axes.horizontal(mean(data.last) - mean(data.exact), "no memory");
  return figure;
}

Figure calibration_figure(const BeliefData& data, const std::vector<const BeliefVariant*>& shown) {
  Figure figure("Learned against exact predictive probability on held-out episodes",
                static_cast<int>(shown.size()));
  for (const BeliefVariant* v : shown) {
    std::vector<double> learned, exact;
    const auto few = std::span(data.held_out).first(std::min<std::size_t>(40, data.held_out.size()));
    const std::vector<std::vector<double>> by_trajectory = exact_predictive(data.pomdp, few);
    for (std::size_t i = 0; i < few.size(); ++i) {
      exact.insert(exact.end(), by_trajectory[i].begin(), by_trajectory[i].end());
      learned.insert(learned.end(), v->predictions[i].begin(), v->predictions[i].end());
    }
    Axes& axes = figure.axes();
    axes.title = v->name();
    axes.x_label = "p(o | past), exact filter";
    axes.y_label = "p(o | past), learned";
    axes.x_range = axes.y_range = Range{0, 1};
    axes.equal_aspect = true;
    const std::vector<double> diagonal{0, 1};
    axes.line(diagonal, diagonal, {.color = Color::ink, .dash = Dash::dotted, .width = 1});
    axes.scatter(exact, learned, {.size = 3.5, .opacity = 0.5});
  }
  return figure;
}

Figure track_figure(const BeliefData& data, const std::vector<const BeliefVariant*>& shown) {
  const Trajectory& t = data.held_out[0];
  const std::size_t outcomes = data.pomdp.observations.size();
  const std::vector<double> exact = exact_predictive(data.pomdp, std::span(&t, 1))[0];
  const std::size_t o = most_telling(exact, outcomes);
  std::vector<double> step, from_exact, seen;
  for (std::size_t k = 0; k < t.horizon(); ++k) {
    step.push_back(static_cast<double>(k + 1));
    from_exact.push_back(exact[k * outcomes + o]);
    seen.push_back(t.observations[k] == o ? 1.0 : 0.0);
  }
  Figure figure("Predictive probability along one held-out trajectory, exact and learned");
  figure.row_height = 280;
  Axes& axes = figure.axes();
  axes.title =
      "one held-out trajectory: probability of “" + data.pomdp.observations[o] + "” before it is seen";
  axes.x_label = "step k";
  axes.y_label = "probability";
  axes.y_range = Range{-0.05, 1.05};
  axes.line(step, from_exact, {.label = "exact filter"});
  for (const BeliefVariant* v : shown) {
    std::vector<double> p;
    for (std::size_t k = 0; k < t.horizon(); ++k) p.push_back(v->predictions[0][k * outcomes + o]);
    axes.line(step, p, {.label = v->name()});
  }
  axes.scatter(step, seen, {.label = "seen (1) or not (0)", .opacity = 0.7});
  return figure;
}

}  // namespace doxa::support
