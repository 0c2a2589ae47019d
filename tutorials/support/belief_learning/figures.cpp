#include <algorithm>

#include "doxa/models/pomdp/belief.h"
#include "support/belief_learning/experiment.h"

namespace doxa::support {
namespace {

// The observation whose exact predictive probability moves most along the first trajectory.
std::size_t most_telling(const StepTable& exact) {
  std::size_t best = 0;
  double widest = -1;
  for (std::size_t o = 0; o < exact.width; ++o) {
    double sum = 0, squares = 0;
    const double n = static_cast<double>(exact.steps(0));
    for (std::size_t k = 1; k <= exact.steps(0); ++k) {
      const double p = exact.row(0, k)[o];
      sum += p;
      squares += p * p;
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

LearningCurve learning_curve(const EpisodeData& data, const LearnedBelief& l) {
  LearningCurve c;
  const auto add = [&](double step, double nll) {
    c.share.push_back(step / static_cast<double>(l.steps));
    c.excess.push_back(std::max(nll - data.exact_on_curve, 1e-4));
  };
  add(0, l.untrained);
  for (std::size_t i = 0; i < l.training.validation.size(); ++i)
    add(l.training.validation_step[i], l.training.validation[i]);
  return c;
}

Figure learning_figure(const EpisodeData& data, const std::vector<LearnedBelief>& learned) {
  Figure figure("Excess of the prediction over the exact filter in the course of training, by variant");
  Axes& axes =
      figure.axes("learning", "share of the training", "excess over the exact filter / nats per step");
  axes.y_scale = Scale::log;
  for (const LearnedBelief& v : learned) {
    const LearningCurve curve = learning_curve(data, v);
    axes.line(curve.share, curve.excess, {.label = v.name});
  }
  axes.horizontal(estimate_mean(data.last).mean - estimate_mean(data.exact).mean, "last observation");
  return figure;
}

Figure calibration_figure(const EpisodeData& data, const std::vector<const LearnedBelief*>& shown) {
  Figure figure("Learned against exact predictive probability on held-out episodes",
                static_cast<int>(shown.size()));
  const std::size_t few = std::min<std::size_t>(40, data.held_out.size());
  const StepTable exact = exact_predictive(data.pomdp, std::span(data.held_out).first(few));
  for (const LearnedBelief* v : shown) {
    const std::span<const double> learned = std::span(v->score.predictions.values).first(exact.values.size());
    Axes& axes = figure.axes(v->name, "p(o | past), exact filter", "p(o | past), learned");
    axes.x_range = axes.y_range = Range{0, 1};
    axes.equal_aspect = true;
    const std::vector<double> diagonal{0, 1};
    axes.line(diagonal, diagonal, {.color = Color::ink, .dash = Dash::dotted, .width = 1});
    axes.scatter(exact.values, learned, {.size = 3.5, .opacity = 0.5});
  }
  return figure;
}

Figure track_figure(const EpisodeData& data, const std::vector<const LearnedBelief*>& shown) {
  const Trajectory& t = data.held_out[0];
  const StepTable exact = exact_predictive(data.pomdp, std::span(&t, 1));
  const std::size_t o = most_telling(exact);
  const std::vector<double> step = spaced(1, static_cast<double>(t.horizon()), 1);
  const auto probability = [&](const StepTable& predictions) {
    return series(step, [&](double k) { return predictions.row(0, static_cast<std::size_t>(k))[o]; });
  };
  Figure figure("Predictive probability along one held-out trajectory, exact and learned", 1, 280);
  Axes& axes = figure.axes(
      "one held-out trajectory: probability of “" + data.pomdp.observations[o] + "” before it is seen",
      "step k", "probability");
  axes.y_range = Range{-0.05, 1.05};
  axes.line(step, probability(exact), {.label = "exact filter"});
  for (const LearnedBelief* v : shown) axes.line(step, probability(v->score.predictions), {.label = v->name});
  axes.scatter(step, series(t.observations, [&](std::size_t seen) { return seen == o; }),
               {.label = "seen (1) or not (0)", .opacity = 0.7});
  return figure;
}

}  // namespace doxa::support
