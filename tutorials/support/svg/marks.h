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

// The cells of a heatmap, one path a colour. Grids finer than the eye or the file can bear are averaged to
// fewer cells; cells without a finite value stay empty. Throws std::invalid_argument on a logarithmic axis.
std::string draw_heatmap(const Axes::Mark& mark, const Projection& projection);

// The colour bar of a heatmap beside the plot whose box is `plot`, and the width it needs, label included.
std::string draw_color_bar(const Axes::Mark& mark, const Rect& plot);
double color_bar_width(const Axes::Mark& mark, double plot_height);

// The curves on which the bilinear interpolation of `grid` is about `level`, in the grid's coordinates:
// marching squares, crossings placed by linear interpolation along cell edges. Closed curves end where they
// began. Cells with a corner that is not finite are left out.
std::vector<Polyline> contour_lines(const Grid& grid, double level);

}  // namespace doxa::support::svg
