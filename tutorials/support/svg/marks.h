#pragma once

#include <string>
#include <vector>

#include "support/svg/projection.h"

namespace doxa::support::svg {

// One mark within the box of `projection`. Text and the labels of reference lines are not marks but labels.
std::string draw_mark(const Axes& axes, const Axes::Mark& mark, const Projection& projection);

// Points of the box that `mark` covers, a few pixels apart, for labels and legend to keep away from.
std::vector<Point> covered(const Axes& axes, const Axes::Mark& mark, const Projection& projection);

// A path of markers of one shape at `points`; a group of several paths when they shine through each other.
std::string draw_markers(const std::vector<Point>& points, Marker marker, Color color, double size,
                         double opacity);

}  // namespace doxa::support::svg
