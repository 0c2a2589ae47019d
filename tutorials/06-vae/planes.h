#pragma once

#include "plane_data.h"
#include "support/tutorial.h"

// What the pictures of the plane of x and of z have in common.

// Half of the width and half of the height that a picture of this density needs.
struct Window {
  double x, y;
};
Window window_of(const DataLattice& lattice);

// The part of a density on the lattice that lies in the window.
doxa::support::Grid picture_of(const DataLattice& lattice, const std::vector<double>& density,
                               const Window& window);

void scatter_points(doxa::support::Axes& axes, const std::vector<doxa::PlanePoint>& points,
                    const doxa::support::Style& style);
// The first `count` points, which belong to the data: a colour a cluster; of the eight round Gaussians a colour
// a column, with dots below and triangles above.
void scatter_by_cluster(doxa::support::Axes& axes, const std::vector<doxa::PlanePoint>& points,
                        const Sample& data, std::size_t count, double size);

// A plane with axes, each coordinate from -limit to limit.
doxa::support::Axes& plane(doxa::support::Figure& figure, const std::string& title,
                           const std::string& coordinates, double limit);
// A small one without ticks, for a strip of them.
doxa::support::Axes& frame(doxa::support::Figure& figure, const std::string& title, const Window& window);

// The prior at one, two and three standard deviations.
void prior_circles(doxa::support::Axes& axes, doxa::support::Color color = doxa::support::Color::ink);
