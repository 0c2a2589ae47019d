#include "support/axes.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace doxa::support {
namespace {

void require_same_length(const char* mark, std::size_t a, std::size_t b) {
  if (a == b) return;
  throw std::invalid_argument(std::string(mark) + ": series of " + std::to_string(a) + " and " +
                              std::to_string(b) + " values");
}

void require_grid(const char* mark, const Grid& grid, std::size_t least) {
  if (grid.columns >= least && grid.rows >= least && grid.values.size() == grid.columns * grid.rows) return;
  throw std::invalid_argument(std::string(mark) + ": " + std::to_string(grid.values.size()) +
                              " values on a grid of " + std::to_string(grid.columns) + " by " +
                              std::to_string(grid.rows));
}

std::vector<double> copy(Axes::Series series) { return {series.begin(), series.end()}; }

}  // namespace

Grid sample_grid(const std::function<double(double, double)>& f, Range x, Range y, std::size_t columns,
                 std::size_t rows) {
  if (columns < 2 || rows < 2) throw std::invalid_argument("sample_grid: fewer than 2 by 2 points");
  Grid grid{x, y, columns, rows};
  grid.values.reserve(columns * rows);
  const auto at = [](Range range, std::size_t i, std::size_t n) {
    return range.low + (range.high - range.low) * static_cast<double>(i) / static_cast<double>(n - 1);
  };
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      grid.values.push_back(f(at(x, column, columns), at(y, row, rows)));
    }
  }
  return grid;
}

Axes::Mark& Axes::add(Mark::Kind kind, Style style) {
  constexpr std::array<Color, 6> colors = {Color::blue,   Color::vermillion, Color::green,
                                           Color::purple, Color::orange,     Color::ink};
  constexpr std::array<Dash, 4> dashes = {Dash::solid, Dash::dashed, Dash::dash_dot, Dash::dotted};
  constexpr std::array<Marker, 5> markers = {Marker::circle, Marker::square, Marker::triangle,
                                             Marker::diamond, Marker::cross};
  // A mark without a label, such as the band around a line, belongs to the last mark that has one.
  if (!style.label.empty()) ++series_;
  const auto i = static_cast<std::size_t>(series_ > 0 ? series_ - 1 : 0);
  Mark& mark = marks_.emplace_back();
  mark.kind = kind;
  mark.color = style.color.value_or(colors[i % colors.size()]);
  mark.dash = style.dash.value_or(dashes[i % dashes.size()]);
  mark.marker = style.marker.value_or(markers[i % markers.size()]);
  mark.style = std::move(style);
  return mark;
}

Axes::Mark& Axes::add_reference(Mark::Kind kind, std::string label, Style style) {
  Mark& mark = marks_.emplace_back();
  mark.kind = kind;
  mark.color = style.color.value_or(Color::ink);
  mark.dash = style.dash.value_or(Dash::dashed);
  mark.text = std::move(label);
  mark.style = std::move(style);
  mark.style.label.clear();
  return mark;
}

void Axes::add_series(Mark::Kind kind, const char* name, Series x, Series y, Style style) {
  require_same_length(name, x.size(), y.size());
  Mark& mark = add(kind, std::move(style));
  mark.x = copy(x), mark.y = copy(y);
}

void Axes::line(Series x, Series y, Style style) {
  add_series(Mark::Kind::line, "line", x, y, std::move(style));
}

void Axes::band(Series x, Series lower, Series upper, Style style) {
  require_same_length("band", x.size(), upper.size());
  add_series(Mark::Kind::band, "band", x, lower, std::move(style));
  marks_.back().upper = copy(upper);
}

void Axes::steps(Series x, Series y, Style style) {
  add_series(Mark::Kind::steps, "steps", x, y, std::move(style));
}

void Axes::scatter(Series x, Series y, Style style) {
  add_series(Mark::Kind::scatter, "scatter", x, y, std::move(style));
}

void Axes::bars(Series x, Series heights, Style style) {
  add_series(Mark::Kind::bars, "bars", x, heights, std::move(style));
}

void Axes::horizontal(double y, std::string label, Style style) {
  add_reference(Mark::Kind::horizontal, std::move(label), std::move(style)).y = {y};
}

void Axes::vertical(double x, std::string label, Style style) {
  add_reference(Mark::Kind::vertical, std::move(label), std::move(style)).x = {x};
}

void Axes::heatmap(Grid grid, HeatmapStyle style) {
  require_grid("heatmap", grid, 1);
  Mark& mark = add_reference(Mark::Kind::heatmap, {}, {});
  mark.grid = std::move(grid), mark.heat = std::move(style);
}

void Axes::contour(Grid grid, std::vector<double> levels, Style style) {
  require_grid("contour", grid, 2);
  Mark& mark = add(Mark::Kind::contour, std::move(style));
  mark.grid = std::move(grid), mark.levels = std::move(levels);
}

void Axes::text(double x, double y, std::string text, Anchor anchor) {
  Mark& mark = add_reference(Mark::Kind::text, std::move(text), {});
  mark.x = {x}, mark.y = {y}, mark.anchor = anchor;
}

void Axes::x_ticks(std::vector<double> positions, std::vector<std::string> labels) {
  require_same_length("x_ticks", positions.size(), labels.size());
  x_ticks_ = Ticks{std::move(positions), std::move(labels)};
}

void Axes::y_ticks(std::vector<double> positions, std::vector<std::string> labels) {
  require_same_length("y_ticks", positions.size(), labels.size());
  y_ticks_ = Ticks{std::move(positions), std::move(labels)};
}

}  // namespace doxa::support
