#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/svg/projection.h"

namespace doxa::support::svg {

// The room around the box of a plot, px.
struct Margins {
  double left;
  double right;
  double top;
  double bottom;
};

// What is decided about a plot before it is drawn, so that plots side by side can be aligned.
struct Plan {
  Margins margins;
  bool legend_above;  // there is no free place for it inside
};

// A plot of width × height px, margins included.
Plan plan_plot(const Axes& axes, double width, double height);

// The plot around `box`; its margins are drawn outside of it.
std::string draw_plot(const Axes& axes, const Rect& box, const Plan& plan);

// ---- what stands in a plot beside its marks

// Which of `places` covers the fewest of `points`; the first of equals.
struct Choice {
  std::size_t index;
  std::size_t covered;
};
Choice least_covering(const std::vector<Rect>& places, const std::vector<Point>& points);

// The text marks and the labels of the reference lines, each where it covers least. Adds what they cover to
// `occupied`.
std::string draw_labels(const Axes& axes, const Projection& projection, std::vector<Point>& occupied);

// The legend of the labelled marks.
bool has_legend(const Axes& axes);

// The legend inside the plot, where nothing is in its way; nullopt when there is no such place.
std::optional<std::string> draw_legend_inside(const Axes& axes, const Rect& box,
                                              const std::vector<Point>& occupied);

// The legend in rows of at most `width` px, its upper left corner at `corner`, and the height of these rows.
std::string draw_legend_above(const Axes& axes, Point corner, double width);
double legend_height_above(const Axes& axes, double width);

}  // namespace doxa::support::svg
