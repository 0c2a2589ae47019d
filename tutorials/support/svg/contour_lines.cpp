#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "support/svg/marks.h"

namespace doxa::support::svg {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

// The crossings of the level with the edges of the grid, each joined to at most one more in either of its
// cells. The edge to the right of node n is number 2n, the one above it 2n + 1.
struct Crossings {
  explicit Crossings(std::size_t nodes) : joined(2 * nodes, {none, none}) {}

  void join(std::size_t a, std::size_t b) {
    (joined[a][0] == none ? joined[a][0] : joined[a][1]) = b;
    (joined[b][0] == none ? joined[b][0] : joined[b][1]) = a;
  }

  std::vector<std::array<std::size_t, 2>> joined;
};

Crossings crossings_of(const Grid& grid, double level) {
  Crossings crossings(grid.values.size());
  for (std::size_t row = 0; row + 1 < grid.rows; ++row) {
    for (std::size_t column = 0; column + 1 < grid.columns; ++column) {
      const std::size_t node = row * grid.columns + column;
      // Corners and edges counter-clockwise from the lower left; edge i joins corner i to corner i + 1.
      const std::array<double, 4> corner = {grid.values[node], grid.values[node + 1],
                                            grid.values[node + grid.columns + 1],
                                            grid.values[node + grid.columns]};
      const std::array<std::size_t, 4> edge = {2 * node, 2 * (node + 1) + 1, 2 * (node + grid.columns),
                                               2 * node + 1};
      const double sum = corner[0] + corner[1] + corner[2] + corner[3];
      if (!std::isfinite(sum)) continue;
      const auto above = [&](std::size_t i) { return corner[i % 4] >= level; };
      std::array<std::size_t, 4> crossed{};
      std::size_t count = 0;
      for (std::size_t i = 0; i < 4; ++i) {
        if (above(i) != above(i + 1)) crossed[count++] = edge[i];
      }
      if (count == 2) crossings.join(crossed[0], crossed[1]);
      if (count == 4) {
        // A saddle: the centre tells which pair of opposite corners is connected.
        const bool connects_first = (sum / 4 >= level) == above(0);
        crossings.join(edge[0], edge[connects_first ? 1 : 3]);
        crossings.join(edge[2], edge[connects_first ? 3 : 1]);
      }
    }
  }
  return crossings;
}

Point position(const Grid& grid, std::size_t edge, double level) {
  const std::size_t node = edge / 2;
  const bool upwards = edge % 2 == 1;
  const double here = grid.values[node];
  const double there = grid.values[upwards ? node + grid.columns : node + 1];
  const double part = (level - here) / (there - here);
  const double column = static_cast<double>(node % grid.columns) + (upwards ? 0 : part);
  const double row = static_cast<double>(node / grid.columns) + (upwards ? part : 0);
  return {grid.x.low + column * (grid.x.high - grid.x.low) / static_cast<double>(grid.columns - 1),
          grid.y.low + row * (grid.y.high - grid.y.low) / static_cast<double>(grid.rows - 1)};
}

}  // namespace

std::vector<Polyline> contour_lines(const Grid& grid, double level) {
  Crossings crossings = crossings_of(grid, level);
  auto& joined = crossings.joined;
  std::vector<Polyline> curves;

  // Takes a crossing's link away as it is walked along, so that every link is drawn once.
  const auto take = [&](std::size_t from) {
    auto& links = joined[from];
    const std::size_t to = links[0] != none ? links[0] : links[1];
    if (to == none) return none;
    (links[0] == to ? links[0] : links[1]) = none;
    auto& back = joined[to];
    (back[0] == from ? back[0] : back[1]) = none;
    return to;
  };
  const auto walk = [&](std::size_t start) {
    Polyline curve = {position(grid, start, level)};
    for (std::size_t at = take(start); at != none; at = take(at)) curve.push_back(position(grid, at, level));
    curves.push_back(std::move(curve));
  };
  // Open curves from their ends first; what is left then is closed.
  for (std::size_t edge = 0; edge < joined.size(); ++edge) {
    if ((joined[edge][0] == none) != (joined[edge][1] == none)) walk(edge);
  }
  for (std::size_t edge = 0; edge < joined.size(); ++edge) {
    if (joined[edge][0] != none) walk(edge);
  }
  return curves;
}

}  // namespace doxa::support::svg
