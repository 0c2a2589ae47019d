#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/svg/projection.h"

namespace doxa::support::svg {

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
