#include "support/svg/plot.h"

#include <algorithm>
#include <cmath>

#include "support/svg/marks.h"
#include "support/svg/theme.h"
#include "support/svg/writer.h"

namespace doxa::support::svg {
namespace {

using Mark = Axes::Mark;

constexpr double tick_length = 4, label_room = 21, title_room = 27;

const Mark* heatmap_of(const Axes& axes) {
  const auto mark = std::ranges::find(axes.marks(), Mark::Kind::heatmap, &Mark::kind);
  return mark == axes.marks().end() ? nullptr : &*mark;
}

// The font size at which `text` fits into `room` px.
double fitting_size(const std::string& text, double size, double room) {
  return std::clamp(size * room / std::max(1.0, text_width(text, size)), 9.0, size);
}

std::vector<Tick> chosen_ticks(const Axes::Ticks& chosen, Range range) {
  std::vector<Tick> ticks;
  for (std::size_t i = 0; i < chosen.positions.size(); ++i) {
    if (chosen.positions[i] >= range.low && chosen.positions[i] <= range.high) {
      ticks.push_back({chosen.positions[i], chosen.labels[i]});
    }
  }
  return ticks;
}

std::vector<Tick> round_ticks(Range range, Scale scale, int at_most) {
  return scale == Scale::log ? log_ticks(range, at_most) : linear_ticks(range, at_most);
}

std::vector<Tick> y_ticks(const Axes& axes, const Projection& projection) {
  if (axes.without_axes) return {};
  if (axes.y_tick_list()) return chosen_ticks(*axes.y_tick_list(), projection.y);
  const double spacing = projection.y_scale == Scale::log ? 24 : 30;
  return round_ticks(projection.y, projection.y_scale,
                     std::max(2, static_cast<int>(projection.box.height / spacing)));
}

bool labels_collide(const std::vector<Tick>& ticks, const Projection& projection) {
  double end = -1e9;  // right end of the last label
  for (const Tick& tick : ticks) {
    if (tick.label.empty()) continue;
    const double half = text_width(tick.label, tick_size) / 2;
    const double x = projection(tick.value, projection.y.low).x;
    if (x - half < end + 9) return true;
    end = x + half;
  }
  return false;
}

std::vector<Tick> x_ticks(const Axes& axes, const Projection& projection) {
  std::vector<Tick> ticks;
  if (axes.without_axes) return ticks;
  if (axes.x_tick_list()) {
    const std::vector<Tick> all = chosen_ticks(*axes.x_tick_list(), projection.x);
    for (std::size_t stride = 1; stride <= all.size(); ++stride) {
      ticks.clear();
      for (std::size_t i = 0; i < all.size(); i += stride) ticks.push_back(all[i]);
      if (!labels_collide(ticks, projection)) break;
    }
    return ticks;
  }
  for (int at_most = std::max(2, static_cast<int>(projection.box.width / 45)); at_most >= 1; --at_most) {
    ticks = round_ticks(projection.x, projection.x_scale, at_most);
    std::ranges::sort(ticks, {}, &Tick::value);
    if (!labels_collide(ticks, projection)) break;
  }
  return ticks;
}

double widest_label(const std::vector<Tick>& ticks) {
  double widest = 0;
  for (const Tick& tick : ticks) widest = std::max(widest, text_width(tick.label, tick_size));
  return widest;
}

std::vector<Point> occupied_by_marks(const Axes& axes, const Projection& projection) {
  std::vector<Point> occupied;
  for (const Mark& mark : axes.marks()) {
    const std::vector<Point> points = covered(axes, mark, projection);
    occupied.insert(occupied.end(), points.begin(), points.end());
  }
  return occupied;
}

struct AxisLines {
  PathData grid;
  PathData axis;
  std::string labels;
};

AxisLines draw_ticks(const Axes& axes, const Projection& projection) {
  const Rect box = projection.box;
  AxisLines lines;
  for (const Tick& tick : x_ticks(axes, projection)) {
    const double x = projection(tick.value, projection.y.low).x;
    const bool major = !tick.label.empty();
    lines.axis.polyline({{x, box.bottom()}, {x, box.bottom() + (major ? tick_length : tick_length / 2)}});
    if (!major) continue;
    lines.grid.polyline({{x, box.top}, {x, box.bottom()}});
    lines.labels += text_element({x, box.bottom() + tick_length + 9}, tick.label,
                                 {.size = tick_size, .anchor = "middle", .css_class = "quiet"});
  }
  for (const Tick& tick : y_ticks(axes, projection)) {
    const double y = projection(projection.x.low, tick.value).y;
    const bool major = !tick.label.empty();
    lines.axis.polyline({{box.left, y}, {box.left - (major ? tick_length : tick_length / 2), y}});
    if (!major) continue;
    lines.grid.polyline({{box.left, y}, {box.right(), y}});
    lines.labels += text_element({box.left - tick_length - 4, y}, tick.label,
                                 {.size = tick_size, .anchor = "end", .css_class = "quiet"});
  }
  return lines;
}

std::string draw_titles(const Axes& axes, const Projection& projection, const Plan& plan) {
  const Rect box = projection.box;
  const double middle_x = box.left + box.width / 2, middle_y = box.top + box.height / 2;
  std::string titles;
  if (!axes.title.empty()) {
    const double size = fitting_size(axes.title, title_size, box.width + plan.margins.right - 4);
    titles += text_element({box.left, box.top - plan.margins.top + 13}, axes.title,
                           {.size = size, .css_class = "title"});
  }
  if (!axes.x_label.empty()) {
    const double size = fitting_size(axes.x_label, label_size, box.width + plan.margins.left);
    titles += text_element({middle_x, box.bottom() + tick_length + 18 + label_room / 2}, axes.x_label,
                           {.size = size, .anchor = "middle"});
  }
  if (!axes.y_label.empty()) {
    const double x =
        box.left - tick_length - 4 - widest_label(y_ticks(axes, projection)) - label_room / 2 - 1;
    const double size = fitting_size(axes.y_label, label_size, box.height + 30);
    titles += text_element({x, middle_y}, axes.y_label, {.size = size, .anchor = "middle", .turn = -90});
  }
  return titles;
}

}  // namespace

Plan plan_plot(const Axes& axes, double width, double height) {
  Plan plan{};
  Margins& margins = plan.margins;
  margins.top = axes.title.empty() ? 10 : title_room;
  margins.bottom = tick_length + 18 + (axes.x_label.empty() ? 0 : label_room);
  const auto measure_sides = [&] {
    const Rect upright{0, 0, width, std::max(20.0, height - margins.top - margins.bottom)};
    const double labels = widest_label(y_ticks(axes, projection_of(axes, upright)));
    margins.left = tick_length + 4 + labels + (axes.y_label.empty() ? 5 : label_room + 2);
    margins.right = 12;
    const Mark* heatmap = heatmap_of(axes);
    if (heatmap != nullptr) margins.right = std::max(12.0, color_bar_width(*heatmap, upright.height) + 4);
    // Half of the last label hangs over the end of the axis.
    const Rect box{0, 0, std::max(20.0, width - margins.left - margins.right), upright.height};
    const Projection projection = projection_of(axes, box);
    for (const Tick& tick : x_ticks(axes, projection)) {
      const double end = projection(tick.value, projection.y.low).x + text_width(tick.label, tick_size) / 2;
      margins.right = std::max(margins.right, end - box.width + 3);
    }
    return fitted_box(axes, {0, 0, std::max(20.0, width - margins.left - margins.right), box.height});
  };
  const Rect box = measure_sides();
  if (!has_legend(axes)) return plan;
  const Projection projection = projection_of(axes, box);
  std::vector<Point> occupied = occupied_by_marks(axes, projection);
  draw_labels(axes, projection, occupied);
  plan.legend_above = !draw_legend_inside(axes, box, occupied);
  if (plan.legend_above) {
    margins.top += legend_height_above(axes, box.width) + 4;
    measure_sides();
  }
  return plan;
}

std::string draw_plot(const Axes& axes, const Rect& box, const Plan& plan) {
  const Projection projection = projection_of(axes, box);
  const bool framed = heatmap_of(axes) != nullptr;
  const AxisLines lines = draw_ticks(axes, projection);

  std::string drawing;
  if (!framed && !lines.grid.empty())
    drawing += element("path", {{"class", "grid"}, {"d", lines.grid.text()}});

  // An inner <svg> cuts off what sticks out, without an id that could clash with another picture of the page.
  // A margin keeps marks on the edge whole.
  const Rect window = box.grown(framed ? 0 : 5);
  std::string marks;
  for (const Mark& mark : axes.marks()) marks += draw_mark(axes, mark, projection);
  if (!marks.empty()) {
    drawing += element("svg",
                       {{"x", px(window.left)},
                        {"y", px(window.top)},
                        {"width", px(window.width)},
                        {"height", px(window.height)},
                        {"viewBox", px(window.left) + " " + px(window.top) + " " + px(window.width) + " " +
                                        px(window.height)}},
                       "\n" + marks);
  }
  PathData axis = lines.axis;
  axis.polyline({{box.left, box.top}, {box.left, box.bottom()}, {box.right(), box.bottom()}});
  if (framed) axis.polyline({{box.left, box.top}, {box.right(), box.top}, {box.right(), box.bottom()}});
  if (!axes.without_axes) drawing += element("path", {{"class", "axis"}, {"d", axis.text()}});
  drawing += lines.labels + draw_titles(axes, projection, plan);
  if (const Mark* heatmap = heatmap_of(axes)) drawing += draw_color_bar(*heatmap, box);

  std::vector<Point> occupied = occupied_by_marks(axes, projection);
  drawing += draw_labels(axes, projection, occupied);
  if (!has_legend(axes)) return drawing;
  if (!plan.legend_above) {
    if (const auto legend = draw_legend_inside(axes, box, occupied)) return drawing + *legend;
  }
  const double top = box.top - plan.margins.top + (axes.title.empty() ? 4 : title_room - 5);
  return drawing + draw_legend_above(axes, {box.left, top}, box.width);
}

}  // namespace doxa::support::svg
