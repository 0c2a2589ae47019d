#include <map>

#include "doxa/models/pomdp/belief.h"
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
  for (const LearnedBelief& v : learned.scores) {
    const LearningCurve curve = learning_curve(learned.data, v);
    axes.line(curve.share, curve.excess, style_of(v.name));
  }
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

}  // namespace

void draw_figures(Chapter& chapter, const Learned& learned) {
  chapter.figure("learning", learning(learned));
  chapter.figure("calibration", calibration(learned));
}
