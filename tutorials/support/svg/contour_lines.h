#pragma once

#include <vector>

#include "support/axes.h"
#include "support/svg/path.h"

namespace doxa::support::svg {

// The curves on which the bilinear interpolation of `grid` is about `level`, in the grid's coordinates:
// marching squares, crossings placed by linear interpolation along cell edges. Closed curves end where they
// began. Cells with a corner that is not finite are left out.
std::vector<Polyline> contour_lines(const Grid& grid, double level);

}  // namespace doxa::support::svg
