#include "planes.h"

#include <iterator>

using namespace doxa;
using namespace doxa::support;
using std::numbers::pi;

namespace {

Style cluster_style(std::size_t k, std::size_t clusters, double size) {
  constexpr Color colors[] = {Color::blue, Color::vermillion, Color::green, Color::purple, Color::orange};
  const bool by_column = clusters > std::size(colors);
  return {.color = colors[by_column ? k % 4 : k],
          .marker = by_column && k >= 4 ? Marker::triangle : Marker::circle,
          .size = size,
          .opacity = 0.7};
}

}  // namespace

Window window_of(const DataLattice& lattice) {
  Window window{0, 0};
  const std::size_t n = lattice.at.size();
  for (std::size_t i = 0; i < lattice.truth.size(); ++i) {
    if (lattice.truth[i] < 1e-3) continue;
    window.x = std::max(window.x, std::abs(lattice.at[i % n]) + 0.35);
    window.y = std::max(window.y, std::abs(lattice.at[i / n]) + 0.35);
  }
  return window;
}

Grid picture_of(const DataLattice& lattice, const std::vector<double>& density, const Window& window) {
  const auto inside = [&](double limit) {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < lattice.at.size(); ++i)
      if (std::abs(lattice.at[i]) <= limit + 1e-9) all.push_back(i);
    return all;
  };
  const std::vector<std::size_t> columns = inside(window.x), rows = inside(window.y);
  Grid grid{{lattice.at[columns.front()], lattice.at[columns.back()]},
            {lattice.at[rows.front()], lattice.at[rows.back()]},
            columns.size(),
            rows.size()};
  for (const std::size_t r : rows)
    for (const std::size_t c : columns) grid.values.push_back(density[r * lattice.at.size() + c]);
  return grid;
}

void scatter_points(Axes& axes, const std::vector<PlanePoint>& points, const Style& style) {
  axes.scatter(series(points, [](const PlanePoint& p) { return p[0]; }),
               series(points, [](const PlanePoint& p) { return p[1]; }), style);
}

void scatter_by_cluster(Axes& axes, const std::vector<PlanePoint>& points, const Sample& data,
                        std::size_t count, double size) {
  const std::size_t clusters = *std::ranges::max_element(data.cluster) + 1;
  for (std::size_t k = 0; k < clusters; ++k) {
    std::vector<PlanePoint> of_k;
    for (std::size_t i = 0; i < count; ++i)
      if (data.cluster[i] == k) of_k.push_back(points[i]);
    scatter_points(axes, of_k, cluster_style(k, clusters, size));
  }
}

Axes& plane(Figure& figure, const std::string& title, const std::string& coordinates, double limit) {
  Axes& axes = figure.axes(title, coordinates + "₁", coordinates + "₂");
  axes.equal_aspect = true;
  axes.x_range = axes.y_range = Range{-limit, limit};
  return axes;
}

Axes& frame(Figure& figure, const std::string& title, const Window& window) {
  Axes& axes = figure.axes(title);
  axes.equal_aspect = true;
  axes.x_range = Range{-window.x, window.x};
  axes.y_range = Range{-window.y, window.y};
  axes.without_axes = true;
  return axes;
}

void prior_circles(Axes& axes, Color color) {
  for (const double radius : {1.0, 2.0, 3.0}) {
    std::vector<double> x, y;
    for (int i = 0; i <= 120; ++i) {
      x.push_back(radius * std::cos(2 * pi * i / 120));
      y.push_back(radius * std::sin(2 * pi * i / 120));
    }
    axes.line(x, y, {.color = color, .dash = Dash::dashed, .width = 1});
  }
}
