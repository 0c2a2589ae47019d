#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/svg/theme.h"

namespace doxa::support {

struct Range {
  double low;
  double high;
};

enum class Scale { linear, log };

// How a mark looks. Colour, dash and marker not given follow the order of the labelled marks, so that series
// differ in dash or marker as well as in colour.
struct Style {
  std::string label = {};  // entry in the legend, none when empty
  std::optional<Color> color = {};
  std::optional<Dash> dash = {};
  std::optional<Marker> marker = {};  // of line(): markers at the points; of scatter(): its shape
  double width = 1.8;                 // of lines, in px
  double size = 5;                    // of markers, diameter in px
  double opacity = 1;
};

// A function sampled on a regular grid: values[row * columns + column] at the column's x and the row's y.
struct Grid {
  Range x;  // of the first and the last column
  Range y;  // of the first and the last row
  std::size_t columns = 0;
  std::size_t rows = 0;
  std::vector<double> values = {};
};

// f at columns × rows points, the corners of the rectangle included. Throws std::invalid_argument for fewer
// than 2 × 2.
Grid sample_grid(const std::function<double(double, double)>& f, Range x, Range y, std::size_t columns,
                 std::size_t rows);

// The colours of a heatmap.
struct HeatmapStyle {
  std::string label = {};           // beside the colour bar, with units
  std::optional<Range> range = {};  // of the colour map, that of the data if not given
  bool color_bar = true;
};

// f of each element: series(curve, &Snapshot::gap), or series(x, [](double at) { return at * at; }).
template <class Elements, class F>
std::vector<double> series(const Elements& elements, F f) {
  std::vector<double> all;
  for (const auto& element : elements) all.push_back(static_cast<double>(std::invoke(f, element)));
  return all;
}

// low, low + step, low + 2 step … up to high.
inline std::vector<double> spaced(double low, double high, double step) {
  std::vector<double> all;
  for (double x = low; x <= high; x += step) all.push_back(x);
  return all;
}

enum class Anchor { start, middle, end };

// One plot. Marks are drawn in the order in which they are added. Points with a coordinate that is not
// finite, or not positive on a logarithmic scale, are left out and break the line. Series of different
// lengths throw std::invalid_argument naming the mark.
class Axes {
 public:
  using Series = std::span<const double>;

  std::string title = {};
  std::string x_label = {};  // with units: "time / steps"
  std::string y_label = {};
  Scale x_scale = Scale::linear;
  Scale y_scale = Scale::linear;
  std::optional<Range> x_range = {};  // of the data, with a little air, if not given
  std::optional<Range> y_range = {};
  bool equal_aspect = false;  // one unit of x is as long as one unit of y
  bool y_downwards = false;   // the y axis grows downwards, as in a matrix
  bool without_axes = false;  // neither lines nor ticks, for a drawing

  // Ticks at these positions with these labels, instead of round numbers.
  void x_ticks(std::vector<double> positions, std::vector<std::string> labels);
  void y_ticks(std::vector<double> positions, std::vector<std::string> labels);

  void line(Series x, Series y, Style style = {});
  // The area between two curves; an opacity of 0.25 is usual.
  void band(Series x, Series lower, Series upper, Style style = {});
  // y[i] holds from x[i] to x[i + 1].
  void steps(Series x, Series y, Style style = {});
  // Of more than 2000 points a plot, evenly chosen ones are drawn.
  void scatter(Series x, Series y, Style style = {});
  // From 0; several sets stand side by side.
  void bars(Series x, Series heights, Style style = {});
  // Lines across the plot, each with its label beside it.
  void horizontal(double y, std::string label, Style style = {});
  void vertical(double x, std::string label, Style style = {});
  // Cells centred at the points of the grid, on linear axes.
  void heatmap(Grid grid, HeatmapStyle style = {});
  void contour(Grid grid, std::vector<double> levels, Style style = {});
  void text(double x, double y, std::string text, Anchor anchor = Anchor::start);

  // For the figure that draws these axes; a chapter has no use for what follows.
  struct Mark {
    enum class Kind { line, band, steps, scatter, bars, horizontal, vertical, heatmap, contour, text };
    Kind kind;
    Style style = {};
    Color color = Color::ink;
    Dash dash = Dash::solid;
    Marker marker = Marker::circle;
    std::vector<double> x = {};
    std::vector<double> y = {};
    std::vector<double> upper = {};   // of a band; y is its lower edge
    std::vector<double> levels = {};  // of a contour
    Grid grid = {{0, 1}, {0, 1}};
    HeatmapStyle heat = {};
    std::string text = {};
    Anchor anchor = Anchor::start;
  };
  struct Ticks {
    std::vector<double> positions;
    std::vector<std::string> labels;
  };
  const std::vector<Mark>& marks() const { return marks_; }
  const std::optional<Ticks>& x_tick_list() const { return x_ticks_; }
  const std::optional<Ticks>& y_tick_list() const { return y_ticks_; }

 private:
  Mark& add(Mark::Kind kind, Style style);
  void add_series(Mark::Kind kind, const char* name, Series x, Series y, Style style);
  Mark& add_reference(Mark::Kind kind, std::string label, Style style);

  std::vector<Mark> marks_;
  std::optional<Ticks> x_ticks_;
  std::optional<Ticks> y_ticks_;
  int series_ = 0;  // labelled marks so far
};

}  // namespace doxa::support
