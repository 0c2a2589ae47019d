#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "support/svg/marks.h"
#include "support/svg/theme.h"
#include "support/svg/writer.h"

namespace doxa::support::svg {
namespace {

constexpr int levels = 64;  // of colour: more cannot be told apart in cells of a few pixels
constexpr std::size_t most_cells = 9000;
constexpr double bar_gap = 12, bar_thickness = 12;

// The mean of each block of across × down cells, of those that are finite.
Grid averaged(const Grid& grid, std::size_t across, std::size_t down) {
  Grid result{grid.x, grid.y, (grid.columns + across - 1) / across, (grid.rows + down - 1) / down};
  for (std::size_t row = 0; row < result.rows; ++row) {
    for (std::size_t column = 0; column < result.columns; ++column) {
      double sum = 0, count = 0;
      for (std::size_t r = row * down; r < std::min(grid.rows, (row + 1) * down); ++r) {
        for (std::size_t c = column * across; c < std::min(grid.columns, (column + 1) * across); ++c) {
          const double value = grid.values[r * grid.columns + c];
          if (std::isfinite(value)) sum += value, ++count;
        }
      }
      result.values.push_back(count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN());
    }
  }
  return result;
}

Grid drawable(const Grid& grid) {
  std::size_t across = 1, down = 1;
  const auto parts = [](std::size_t whole, std::size_t part) { return (whole + part - 1) / part; };
  while (parts(grid.columns, across) * parts(grid.rows, down) > most_cells) {
    parts(grid.columns, across) >= parts(grid.rows, down) ? ++across : ++down;
  }
  return across == 1 && down == 1 ? grid : averaged(grid, across, down);
}

Range value_range(const Axes::Mark& mark) {
  if (mark.heat.range) return *mark.heat.range;
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double value : mark.grid.values) {
    if (!std::isfinite(value)) continue;
    range = {std::min(range.low, value), std::max(range.high, value)};
  }
  if (range.low > range.high) return {0, 1};
  if (range.high - range.low > 1e-12 * std::max(std::abs(range.low), std::abs(range.high))) return range;
  return {range.low - 0.5, range.high + 0.5};
}

std::vector<Tick> bar_ticks(const Axes::Mark& mark, double height) {
  return linear_ticks(value_range(mark), std::max(2, static_cast<int>(height / 30)));
}

}  // namespace

std::string draw_heatmap(const Axes::Mark& mark, const Projection& projection) {
  if (projection.x_scale == Scale::log || projection.y_scale == Scale::log) {
    throw std::invalid_argument("heatmap: its axes must be linear");
  }
  const Grid grid = drawable(mark.grid);
  const Range range = value_range(mark);
  const auto level_of = [&](double value) {
    if (!std::isfinite(value)) return -1;
    const double part = std::clamp((value - range.low) / (range.high - range.low), 0.0, 1.0);
    return std::min(levels - 1, static_cast<int>(part * levels));
  };

  // In units of cells, each run of one colour in a row is one horizontal stroke: a few bytes at any
  // length.
  std::array<std::string, levels> strokes;
  for (std::size_t row = 0; row < grid.rows; ++row) {
    for (std::size_t column = 0; column < grid.columns;) {
      const std::size_t begin = column;
      const int level = level_of(grid.values[row * grid.columns + begin]);
      while (column < grid.columns && level_of(grid.values[row * grid.columns + column]) == level) ++column;
      if (level < 0) continue;
      strokes[static_cast<std::size_t>(level)] +=
          "M" + std::to_string(begin) + " " + std::to_string(row) + "h" + std::to_string(column - begin);
    }
  }
  std::string paths;
  for (std::size_t level = 0; level < levels; ++level) {
    if (strokes[level].empty()) continue;
    const double middle = (static_cast<double>(level) + 0.5) / levels;
    paths += element("path", {{"stroke", map_color(middle)}, {"d", strokes[level]}});
  }
  if (paths.empty()) return {};

  const Range x = cell_edges(mark.grid.x, mark.grid.columns), y = cell_edges(mark.grid.y, mark.grid.rows);
  const Point first = projection(x.low, y.low), last = projection(x.high, y.high);
  const double wide = (last.x - first.x) / static_cast<double>(grid.columns);
  const double high = (last.y - first.y) / static_cast<double>(grid.rows);
  // More than two decimals here: the error of the scale is multiplied by the number of cells.
  const auto exact = [](double value) { return px(value * 1e4).append("e-4"); };
  // Strokes a little wider than a row leave no gap where a renderer rounds the edges of two rows apart.
  return element("g",
                 {{"class", "line"},
                  {"shape-rendering", "crispEdges"},
                  {"stroke-width", "1.04"},
                  {"transform", "translate(" + px(first.x) + " " + px(first.y) + ") scale(" + exact(wide) +
                                    " " + exact(high) + ") translate(0 .5)"}},
                 "\n" + paths);
}

double color_bar_width(const Axes::Mark& mark, double plot_height) {
  if (!mark.heat.color_bar) return 0;
  double widest = 0;
  for (const Tick& tick : bar_ticks(mark, plot_height))
    widest = std::max(widest, text_width(tick.label, tick_size));
  return bar_gap + bar_thickness + 8 + widest + (mark.heat.label.empty() ? 0 : 22);
}

std::string draw_color_bar(const Axes::Mark& mark, const Rect& plot) {
  if (!mark.heat.color_bar) return {};
  const Range range = value_range(mark);
  const Rect bar{plot.right() + bar_gap, plot.top, bar_thickness, plot.height};
  std::string strips, text;
  for (int level = 0; level < levels; ++level) {
    const double top = bar.bottom() - (level + 1) * bar.height / levels;
    strips += element("path", {{"fill", map_color((level + 0.5) / levels)},
                               {"d", "M" + px(bar.left) + " " + px(top) + "h" + px(bar.width) + "v" +
                                         px(bar.height / levels) + "h-" + px(bar.width) + "z"}});
  }
  std::string body = element("g", {{"shape-rendering", "crispEdges"}}, "\n" + strips);
  PathData marks;
  double widest = 0;
  for (const Tick& tick : bar_ticks(mark, plot.height)) {
    const double y = bar.bottom() - (tick.value - range.low) / (range.high - range.low) * bar.height;
    marks.polyline({{bar.right(), y}, {bar.right() + 4, y}});
    body += text_element({bar.right() + 8, y}, tick.label, {.size = tick_size, .css_class = "quiet"});
    widest = std::max(widest, text_width(tick.label, tick_size));
  }
  body += element("path", {{"class", "axis"}, {"d", marks.text()}});
  if (mark.heat.label.empty()) return body;
  const Point at{bar.right() + 8 + widest + 10, plot.top + plot.height / 2};
  return body + text_element(at, mark.heat.label, {.size = label_size, .anchor = "middle", .turn = 90});
}

}  // namespace doxa::support::svg
