#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void draw_tangent(Chapter& chapter, const std::vector<double>& weights, double kl) {
  Figure figure(
      "The curve -log w with its tangent at w = 1, and the difference between the two, with forty draws", 2,
      350);
  const std::vector<double> w = spaced(0.05, 2.4, 0.01);
  const auto minus_log = [](double at) { return -std::log(at); };
  const auto tangent = [](double at) { return 1 - at; };
  const auto difference = [](double at) { return at - 1 - std::log(at); };
  const auto plot = [&](const char* title) -> Axes& {
    Axes& axes = figure.axes(title, "w = p/q", "nats");
    axes.x_range = Range{0, 2.4};
    axes.y_range = Range{-1, 2};
    axes.horizontal(0, "", {.color = Color::ink, .dash = Dash::solid, .width = 0.8});
    return axes;
  };
  Axes& left = plot("−log w and its tangent at w = 1");
  left.band(w, series(w, tangent), series(w, minus_log), {.color = Color::green, .opacity = 0.25});
  left.line(w, series(w, tangent),
            {.label = "1 − w", .color = Color::ink, .dash = Dash::dashed, .width = 1.4});
  left.line(w, series(w, minus_log), {.label = "−log w", .color = Color::orange, .dash = Dash::solid});
  left.scatter(weights, series(weights, minus_log),
               {.color = Color::orange, .marker = Marker::circle, .size = 6});
  Axes& right = plot("what is between them");
  right.band(w, std::vector<double>(w.size(), 0), series(w, difference),
             {.color = Color::green, .opacity = 0.25});
  right.line(w, series(w, [](double at) { return (at - 1) * (at - 1) / 2; }),
             {.label = "½ (w − 1)²", .color = Color::ink, .dash = Dash::dashed, .width = 1.4});
  right.line(w, series(w, difference),
             {.label = "(w − 1) − log w", .color = Color::green, .dash = Dash::solid});
  right.scatter(weights, series(weights, difference),
                {.color = Color::green, .marker = Marker::circle, .size = 6});
  for (Axes* axes : {&left, &right})
    axes->horizontal(kl, "KL", {.color = Color::ink, .dash = Dash::dotted, .width = 1.2});
  chapter.figure("tangent", figure);
}

void draw_monte_carlo(Chapter& chapter, const std::vector<Convergence>& errors,
                      const std::vector<Spread>& spreads) {
  Figure figure(
      "Error of the Monte-Carlo divergence against the number of draws, and the spread of one draw against "
      "the divergence",
      2, 340);
  Axes& left = figure.axes("rms error of N draws", "draws N", "rms error / nats");
  left.x_scale = left.y_scale = Scale::log;
  const std::vector<double> draws = series(errors, &Convergence::draws);
  left.line(draws, series(errors, &Convergence::predicted),
            {.label = "√(V/N), exact", .color = Color::ink, .dash = Dash::dashed, .width = 1.2});
  left.scatter(draws, series(errors, &Convergence::rms),
               {.label = "measured", .color = Color::orange, .marker = Marker::circle, .size = 6});

  Axes& right = figure.axes("one draw, relative to KL", "KL(q‖p) / nats", "standard deviation / KL");
  right.x_scale = right.y_scale = Scale::log;
  const std::vector<double> kl = series(spreads, &Spread::kl);
  right.line(kl, series(spreads, &Spread::plain),
             {.color = Color::orange, .dash = Dash::dashed, .width = 1.2});
  right.line(kl, series(spreads, &Spread::controlled),
             {.color = Color::green, .dash = Dash::dashed, .width = 1.2});
  right.scatter(kl, series(spreads, &Spread::plain_measured),
                {.label = "−log w", .color = Color::orange, .marker = Marker::square, .size = 6});
  right.scatter(kl, series(spreads, &Spread::controlled_measured),
                {.label = "(w − 1) − log w", .color = Color::green, .marker = Marker::circle, .size = 6});
  chapter.figure("monte_carlo", figure);
}
