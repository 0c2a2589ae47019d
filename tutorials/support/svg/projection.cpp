#include "support/svg/projection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace doxa::support::svg {
namespace {

using Kind = Axes::Mark::Kind;

constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();

// The smallest range with all values seen; values that cannot be drawn are not seen.
class Extent {
 public:
  explicit Extent(Scale scale) : positive_only_(scale == Scale::log) {}

  void see(double value) {
    if (!(std::abs(value) < largest) || (positive_only_ && value <= smallest)) return;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  void see(const std::vector<double>& values) {
    for (const double value : values) see(value);
  }
  void see(Range range) { see(range.low), see(range.high); }

  // With `air` on each side, as a part of the whole, but not beyond an end that is `fixed`.
  Range range(double air, std::optional<double> fixed) const {
    if (low_ > high_) return positive_only_ ? Range{1, 10} : Range{0, 1};
    if (positive_only_) {
      if (high_ / low_ < 1 + 1e-12) return {low_ / 2, high_ * 2};
      const double factor = std::pow(high_ / low_, air);
      return {low_ / factor, high_ * factor};
    }
    const double size = std::max(std::abs(low_), std::abs(high_));
    if (high_ - low_ <= 1e-12 * size || size < smallest) {
      const double reach = size < smallest ? 1 : 0.1 * size;
      return {low_ - reach, high_ + reach};
    }
    const double room = air * (high_ - low_);
    return {low_ == fixed ? low_ : low_ - room, high_ == fixed ? high_ : high_ + room};
  }

 private:
  // Within these, differences of values and their multiples neither overflow nor vanish.
  static constexpr double largest = 1e290, smallest = 1e-290;

  bool positive_only_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

bool has(const Axes& axes, Kind kind) {
  return std::ranges::any_of(axes.marks(), [kind](const Axes::Mark& mark) { return mark.kind == kind; });
}

Range checked(Range range, Scale scale, const char* axis) {
  const bool good = std::isfinite(range.low) && std::isfinite(range.high) &&
                    std::isnormal(range.high - range.low) && range.low < range.high;
  if (good && (scale == Scale::linear || range.low > 0)) return range;
  throw std::invalid_argument(std::string(axis) + ": no such range of an axis");
}

// Part of the way from range.low to range.high.
double fraction(double value, Range range, Scale scale) {
  if (scale == Scale::linear) return (value - range.low) / (range.high - range.low);
  if (value <= 0) return nowhere;
  return std::log10(value / range.low) / std::log10(range.high / range.low);
}

}  // namespace

Point Projection::operator()(double data_x, double data_y) const {
  if (!std::isfinite(data_x) || !std::isfinite(data_y)) return {nowhere, nowhere};
  const double right = fraction(data_x, x, x_scale);
  const double up = fraction(data_y, y, y_scale);
  const double reach = 1e9;  // far outside of every picture, and safe to calculate with
  return {std::clamp(box.left + right * box.width, -reach, reach),
          std::clamp(box.top + (y_downwards ? up : 1 - up) * box.height, -reach, reach)};
}

BarSlot bar_slot(const Axes& axes, const Axes::Mark& mark) {
  std::vector<double> positions;
  double sets = 0, place = 0;
  for (const Axes::Mark& other : axes.marks()) {
    if (other.kind != Kind::bars) continue;
    if (&other == &mark) place = sets;
    ++sets;
    std::ranges::copy_if(other.x, std::back_inserter(positions), [](double x) { return std::isfinite(x); });
  }
  std::ranges::sort(positions);
  double spacing = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < positions.size(); ++i) {
    if (positions[i] > positions[i - 1]) spacing = std::min(spacing, positions[i] - positions[i - 1]);
  }
  if (!std::isfinite(spacing)) spacing = 1;
  // Sets leave a gap to the next position; a histogram, one set of many bars, leaves hardly any.
  const double group = (sets > 1 || positions.size() < 12 ? 0.8 : 0.94) * spacing;
  return {-group / 2 + place * group / sets, group / sets};
}

Range cell_edges(Range centres, std::size_t count) {
  const double cell = count > 1 ? (centres.high - centres.low) / static_cast<double>(count - 1) : 1;
  return {centres.low - cell / 2, centres.high + cell / 2};
}

Projection projection_of(const Axes& axes, const Rect& box) {
  Extent x(axes.x_scale), y(axes.y_scale);
  for (const Axes::Mark& mark : axes.marks()) {
    switch (mark.kind) {
      case Kind::bars: {
        const BarSlot slot = bar_slot(axes, mark);
        for (const double at : mark.x) x.see(Range{at + slot.offset, at + slot.offset + slot.width});
        y.see(mark.y);
        y.see(0);
        break;
      }
      case Kind::heatmap:
        x.see(cell_edges(mark.grid.x, mark.grid.columns));
        y.see(cell_edges(mark.grid.y, mark.grid.rows));
        break;
      case Kind::contour:
        x.see(mark.grid.x);
        y.see(mark.grid.y);
        break;
      default:
        x.see(mark.x);
        y.see(mark.y);
        y.see(mark.upper);
    }
  }
  // A picture of a function on a rectangle fills its rectangle.
  const bool filled = has(axes, Kind::heatmap) || has(axes, Kind::contour);
  const std::optional<double> baseline = has(axes, Kind::bars) ? std::optional<double>(0) : std::nullopt;
  return {
      .x = axes.x_range ? checked(*axes.x_range, axes.x_scale, "x_range") : x.range(filled ? 0 : 0.02, {}),
      .y = axes.y_range ? checked(*axes.y_range, axes.y_scale, "y_range")
                        : y.range(filled ? 0 : 0.06, baseline),
      .x_scale = axes.x_scale,
      .y_scale = axes.y_scale,
      .y_downwards = axes.y_downwards,
      .box = box};
}

Rect fitted_box(const Axes& axes, const Rect& box) {
  if (!axes.equal_aspect) return box;
  const Projection projection = projection_of(axes, box);
  const double across = projection.x.high - projection.x.low;
  const double up = projection.y.high - projection.y.low;
  const double unit = std::min(box.width / across, box.height / up);
  return {box.left, box.top, across * unit, up * unit};
}

}  // namespace doxa::support::svg
