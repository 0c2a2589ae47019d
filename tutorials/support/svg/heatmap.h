#pragma once

#include <string>
#include <vector>

#include "support/svg/projection.h"
#include "support/svg/ticks.h"

namespace doxa::support::svg {

// The cells of a heatmap, one path a colour. Grids finer than the eye or the file can bear are averaged to
// fewer cells; cells without a finite value stay empty. Throws std::invalid_argument on a logarithmic axis.
std::string draw_heatmap(const Axes::Mark& mark, const Projection& projection);

// The colour bar beside the plot whose box is `plot`, and the width it needs, label included.
std::string draw_color_bar(const Axes::Mark& mark, const Rect& plot);
double color_bar_width(const Axes::Mark& mark, double plot_height);

}  // namespace doxa::support::svg
