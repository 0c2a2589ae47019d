#include <array>

#include "sections.h"
#include "support/diagram.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// A number as one writes it: "3", "0.8333", "−1".
std::string written(Real value) {
  const std::string digits = to_text(value), four = significant(value, 4);
  std::string text = digits.size() < four.size() ? digits : four;
  if (text[0] == '-') text.replace(0, 1, "−");
  return text;
}

}  // namespace

void draw_graph(Chapter& chapter, const Edges& edges, Tape& tape) {
  Diagram graph(
      "The records of log(x1) + x1 x2 - tanh(x2) as a graph, each with its value and adjoint, each "
      "arrow with the derivative of its head with respect to its tail");
  struct Place {
    double x, y;
    const char* text;
    Color color;
  };
  const std::array<Place, 7> places = {{{0, 70, "v₀ = x₁", Color::blue},
                                        {0, 250, "v₁ = x₂", Color::blue},
                                        {260, 0, "v₂ = log v₀", Color::ink},
                                        {260, 160, "v₃ = v₀ · v₁", Color::ink},
                                        {500, 80, "v₄ = v₂ + v₃", Color::ink},
                                        {500, 250, "v₅ = tanh v₁", Color::ink},
                                        {740, 165, "v₆ = v₄ − v₅", Color::vermillion}}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Var v = tape.at(i);
    graph.node(
        places[i].x, places[i].y,
        std::string(places[i].text) + "\nvalue " + written(v.item()) + "\nadjoint " + written(v.adjoint()[0]),
        {.color = places[i].color, .filled = places[i].color != Color::ink});
  }
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const Edge& e = edges[i];
    const std::string formula = partials_of_f[i], value = written(e.partial);
    graph.arrow(e.from, e.to, formula == value ? formula : formula + " = " + value);
  }
  chapter.figure("graph", graph);
}

void draw_differences(Chapter& chapter, const AlongX2& along, const Sweep& s, double best_step) {
  Figure figure("Error of forward, central and Ridders' differences against the step, both logarithmic", 1,
                460);
  Axes& axes = figure.axes("∂f/∂x₂ at " + along.at.text() + " by finite differences",
                           "step h along x₂ (Ridders: the first of its steps)", "|error| of the derivative");
  axes.x_scale = axes.y_scale = Scale::log;
  const std::vector<double> step = series(s, &Errors::step);
  struct Method {
    const char* name;
    Difference Errors::*errors;
    Color color;
    Marker marker;
  };
  constexpr Method methods[] = {{"one-sided", &Errors::forward, Color::blue, Marker::square},
                                {"central", &Errors::central, Color::vermillion, Marker::circle},
                                {"Ridders", &Errors::ridders, Color::green, Marker::triangle}};
  for (const Method& m : methods)
    axes.line(step, series(s, [&](const Errors& e) { return (e.*m.errors).bound; }),
              {.color = m.color, .dash = Dash::dashed, .width = 1.2});
  for (const Method& m : methods)
    axes.scatter(step, series(s, [&](const Errors& e) { return (e.*m.errors).error; }),
                 {.label = m.name, .color = m.color, .marker = m.marker});
  axes.line({}, {}, {.label = "bound (of Ridders: estimate)", .color = Color::ink, .dash = Dash::dashed});
  axes.vertical(best_step, "h*", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  axes.horizontal(u, "u", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  const double noise = along.noise();
  const double right = std::sqrt(best_step), left = 20 * s.back().step;
  axes.text(right / 20, 10 * std::abs(along.exact().second) * right / 40, "f″h/2", Anchor::end);
  axes.text(2 * right, std::abs(along.exact().third) * right * right / 40, "f‴h²/6");
  axes.text(left, 25 * noise / left, "cu/h");
  chapter.figure("differences", figure);
}
