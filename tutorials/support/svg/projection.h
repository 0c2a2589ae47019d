#pragma once

#include <string>
#include <vector>

#include "support/axes.h"
#include "support/svg/path.h"

namespace doxa::support::svg {

// From data to pixels.
struct Projection {
  Range x;
  Range y;
  Scale x_scale;
  Scale y_scale;
  bool y_downwards;
  Rect box;

  // NaN for what is not finite or has no place on a logarithmic axis.
  Point operator()(double data_x, double data_y) const;
};

// Where the bars of one set stand relative to their positions, in units of x.
struct BarSlot {
  double offset;  // of the left edge
  double width;
};
BarSlot bar_slot(const Axes& axes, const Axes::Mark& mark);

// The outer edges of the cells of a heatmap's first and last column (or row).
Range cell_edges(Range centres, std::size_t count);

// The ranges of the axes: those asked for, or those of the marks with a little air. Throws
// std::invalid_argument when a range asked for is empty, not finite, or not positive on a logarithmic scale.
Projection projection_of(const Axes& axes, const Rect& box);

// The largest box within `box`, at its upper left, that gives both axes the same unit if `axes` wants that.
Rect fitted_box(const Axes& axes, const Rect& box);

struct Tick {
  double value;
  std::string label;  // empty for a minor tick of a logarithmic axis
};

// Multiples of 1, 2 or 5 times a power of ten in `range`, `at_most` of them or fewer, two at least where the
// range has them.
std::vector<Tick> linear_ticks(Range range, int at_most);

// Powers of ten in `range`, or 1, 2 and 5 times powers of ten when the range is short.
std::vector<Tick> log_ticks(Range range, int at_most);

}  // namespace doxa::support::svg
