#include "figures.h"

#include <array>
#include <cmath>
#include <string>

#include "expression.h"
#include "support/diagram.h"
#include "support/figure.h"
#include "support/number.h"

using namespace doxa;
using support::Chapter;

namespace {

// A number as one writes it: "3", "0.8333", "−1".
std::string written(Real value) {
  const std::string digits = support::to_text(value), four = support::significant(value, 4);
  std::string text = digits.size() < four.size() ? digits : four;
  if (text[0] == '-') text.replace(0, 1, "−");
  return text;
}

}  // namespace

void draw_graph(Chapter& chapter, const Edges& edges, Tape& tape) {
  support::Diagram graph(
      "The records of log(x1) + x1 x2 - tanh(x2) as a graph, each with its value and adjoint, each "
      "arrow with the derivative of its head with respect to its tail");
  struct Place {
    double x, y;
    const char* text;
    support::Color color;
  };
  using support::Color;
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
  for (const Edge& e : edges) {
    const std::string formula = e.formula, value = written(e.partial);
    graph.arrow(e.from, e.to, formula == value ? formula : formula + " = " + value);
  }
  chapter.figure("graph", graph);
}

void draw_differences(Chapter& chapter, const Sweep& s, double best_step) {
  support::Figure figure(
      "Error of forward, central and Ridders' differences against the step, both logarithmic");
  figure.row_height = 460;
  support::Axes& axes = figure.axes();
  axes.title = "∂f/∂x₂ at (3, ½) by finite differences";
  axes.x_label = "step h along x₂ (Ridders: the first of its steps)";
  axes.y_label = "|error| of the derivative";
  axes.x_scale = axes.y_scale = support::Scale::log;
  using support::Color, support::Dash, support::Marker;
  axes.line(s.step, s.forward_bound, {.color = Color::blue, .dash = Dash::dashed, .width = 1.2});
  axes.line(s.step, s.central_bound, {.color = Color::vermillion, .dash = Dash::dashed, .width = 1.2});
  axes.line(s.step, s.estimate, {.color = Color::green, .dash = Dash::dashed, .width = 1.2});
  axes.scatter(s.step, s.forward, {.label = "forward", .color = Color::blue, .marker = Marker::square});
  axes.scatter(s.step, s.central, {.label = "central", .color = Color::vermillion, .marker = Marker::circle});
  axes.scatter(s.step, s.ridders, {.label = "Ridders", .color = Color::green, .marker = Marker::triangle});
  axes.line({}, {}, {.label = "bound (of Ridders: estimate)", .color = Color::ink, .dash = Dash::dashed});
  axes.vertical(best_step, "h*", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  axes.horizontal(u, "u", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  const double noise = u * roundings(hand_x1, hand_x2);
  const double right = std::sqrt(best_step), left = 20 * s.step.back();
  axes.text(right / 20, 10 * exact.second * right / 40, "f″h/2", support::Anchor::end);
  axes.text(2 * right, exact.third * right * right / 40, "f‴h²/6");
  axes.text(left, 25 * noise / left, "cu/h");
  chapter.figure("differences", figure);
}
