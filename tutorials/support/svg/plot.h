#pragma once

#include <string>

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

}  // namespace doxa::support::svg
