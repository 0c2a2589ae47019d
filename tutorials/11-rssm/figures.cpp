#include <map>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// A variant has one colour in all figures; the exact filter is drawn in ink.
Style style_of(const std::string& name) {
  static const std::map<std::string, std::pair<Color, Dash>> known{
      {"planet", {Color::vermillion, Dash::dashed}},
      {"belief", {Color::green, Dash::dash_dot}},
      {"discrete", {Color::blue, Dash::dotted}}};
  Style style{.label = name};
  if (const auto found = known.find(name); found != known.end()) {
    style.color = found->second.first;
    style.dash = found->second.second;
  }
  return style;
}

Figure learning(const Learned& learned) {
  Figure figure("Excess of the prediction over the exact filter in the course of training");
  Axes& axes =
      figure.axes("learning", "share of the training", "excess over the exact filter / nats per step");
  axes.y_scale = Scale::log;
  for (const LearnedBelief& v : learned.scores)
    axes.line(
        series(v.training.validation_step, [&](double step) { return step / static_cast<double>(v.steps); }),
        series(v.training.validation,
               [&](double nll) { return std::max(nll - learned.data.exact_on_curve, 1e-4); }),
        style_of(v.name));
  axes.horizontal(estimate_mean(learned.data.last).mean - estimate_mean(learned.data.exact).mean,
                  "the last observation");
  return figure;
}

Figure calibration(const Learned& learned) {
  const std::vector<LearnedBelief>& scores = learned.scores;
  Figure figure("Learned against exact predictive probability on held-out episodes",
                static_cast<int>(scores.size()));
  const std::size_t few = std::min<std::size_t>(40, learned.data.held_out.size());
  const StepTable exact = exact_predictive(learned.data.pomdp, std::span(learned.data.held_out).first(few));
  for (const LearnedBelief& v : scores) {
    Axes& axes = figure.axes(v.name, "p(o | past), exact filter", "p(o | past), learned");
    axes.x_range = axes.y_range = Range{0, 1};
    axes.equal_aspect = true;
    const std::vector<double> diagonal{0, 1};
    axes.line(diagonal, diagonal, {.color = Color::ink, .dash = Dash::dotted, .width = 1});
    axes.scatter(exact.values, std::span(v.score.predictions.values).first(exact.values.size()),
                 {.color = style_of(v.name).color.value_or(Color::blue), .size = 3.5, .opacity = 0.5});
  }
  return figure;
}

// The observation whose exact predictive probability moves most along the first trajectory.
std::size_t most_telling(const StepTable& exact) {
  std::size_t best = 0;
  double widest = -1;
  for (std::size_t o = 0; o < exact.width; ++o) {
    double low = 1, high = 0;
    for (std::size_t k = 1; k <= exact.steps(0); ++k) {
      low = std::min(low, exact.row(0, k)[o]);
      high = std::max(high, exact.row(0, k)[o]);
    }
    if (high - low > widest) widest = high - low, best = o;
  }
  return best;
}

Figure track(const Learned& learned) {
  const Trajectory& t = learned.data.held_out[0];
  const StepTable exact = exact_predictive(learned.data.pomdp, std::span(&t, 1));
  const std::size_t o = most_telling(exact);
  const std::vector<double> step = spaced(1, static_cast<double>(t.horizon()), 1);
  const auto probability = [&](const StepTable& predictions) {
    return series(step, [&](double k) { return predictions.row(0, static_cast<std::size_t>(k))[o]; });
  };
  Figure figure("Predictive probability along one held-out episode, exact and learned", 1, 280);
  Axes& axes = figure.axes("the episode of the table: probability of “" + learned.data.pomdp.observations[o] +
                               "” before it is seen",
                           "step k", "probability");
  axes.y_range = Range{-0.05, 1.05};
  axes.line(step, probability(exact), {.label = "exact filter", .color = Color::ink});
  for (const LearnedBelief& v : learned.scores)
    axes.line(step, probability(v.score.predictions), style_of(v.name));
  axes.scatter(
      step, series(t.observations, [&](std::size_t seen) { return seen == o; }),
      {.label = "seen (1) or not (0)", .color = Color::ink, .marker = Marker::cross, .opacity = 0.6});
  return figure;
}

}  // namespace

void draw_figures(Chapter& chapter, const Learned& learned) {
  chapter.figure("learning", learning(learned));
  chapter.figure("calibration", calibration(learned));
  chapter.figure("track", track(learned));
}
