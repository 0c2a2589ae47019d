#include <algorithm>

#include "support/svg/marks.h"
#include "support/svg/plot.h"
#include "support/svg/theme.h"
#include "support/svg/writer.h"

namespace doxa::support::svg {
namespace {

using Mark = Axes::Mark;
using Kind = Axes::Mark::Kind;

constexpr double text_size = 12, row_height = 18, key_gap = 7, column_gap = 20;

void occupy(const Rect& place, std::vector<Point>& occupied) {
  for (double y = place.top; y <= place.bottom(); y += 5) {
    for (double x = place.left; x <= place.right(); x += 5) occupied.push_back({x, y});
  }
}

std::string halo_text(const Rect& place, const std::string& text, Color color) {
  return text_element({place.left + place.width / 2, place.top + place.height / 2}, text,
                      {.size = text_size, .anchor = "middle", .css_class = "halo " + fill_class(color)});
}

// Places beside a reference line; those that do not fit into the box are not offered unless none fits.
std::vector<Rect> places_beside(const Mark& mark, const Projection& projection) {
  const Rect box = projection.box;
  const double width = text_width(mark.text, text_size), height = 15;
  std::vector<Rect> places;
  if (mark.kind == Kind::horizontal) {
    const double y = projection(projection.x.low, mark.y[0]).y;
    for (const double top : {y - height - 2, y + 3}) {
      for (const double left : {box.right() - width - 4, box.left + 8, box.left + (box.width - width) / 2}) {
        places.push_back({left, top, width, height});
      }
    }
  } else {
    const double x = projection(mark.x[0], projection.y.low).x;
    for (const double top : {box.top + 2, box.bottom() - height - 4, box.top + (box.height - height) / 2}) {
      for (const double left : {x + 5, x - width - 5}) places.push_back({left, top, width, height});
    }
  }
  std::vector<Rect> fitting;
  std::ranges::copy_if(places, std::back_inserter(fitting), [&](const Rect& place) {
    return box.contains({place.left, place.top}) && box.contains({place.right(), place.bottom()});
  });
  return fitting.empty() ? places : fitting;
}

// Around the point of a text mark, moved back into the box where it would stick out.
Rect place_at(const Mark& mark, const Projection& projection) {
  const Rect box = projection.box;
  const Point at = projection(mark.x[0], mark.y[0]);
  const double width = text_width(mark.text, text_size), height = 15;
  const double left = mark.anchor == Anchor::start    ? at.x
                      : mark.anchor == Anchor::middle ? at.x - width / 2
                                                      : at.x - width;
  return {std::clamp(left, box.left, std::max(box.left, box.right() - width)),
          std::clamp(at.y - height / 2, box.top, std::max(box.top, box.bottom() - height)), width, height};
}

std::vector<const Mark*> entries(const Axes& axes) {
  std::vector<const Mark*> labelled;
  for (const Mark& mark : axes.marks()) {
    if (!mark.style.label.empty()) labelled.push_back(&mark);
  }
  return labelled;
}

double key_width(const Mark& mark) { return mark.kind == Kind::scatter || mark.kind == Kind::bars ? 12 : 26; }

double entry_width(const Mark& mark) {
  return key_width(mark) + key_gap + text_width(mark.style.label, text_size);
}

// A sample of the mark and its label; `at` is the middle of the left edge.
std::string draw_entry(const Mark& mark, Point at) {
  const double width = key_width(mark), middle = at.x + width / 2;
  std::string key;
  if (mark.kind == Kind::scatter) {
    key = draw_markers({{middle, at.y}}, mark.marker, mark.color, std::max(mark.style.size, 6.0), 1);
  } else if (mark.kind == Kind::band || mark.kind == Kind::bars) {
    key = element("rect", {{"class", fill_class(mark.color)},
                           {"fill-opacity", mark.style.opacity < 1 ? px(mark.style.opacity) : ""},
                           {"x", px(at.x)},
                           {"y", px(at.y - 5)},
                           {"width", px(width)},
                           {"height", "10"}});
  } else {
    key = element("path", {{"class", "line " + stroke_class(mark.color)},
                           {"stroke-width", px(mark.style.width)},
                           {"stroke-dasharray", dash_array(mark.dash, mark.style.width)},
                           {"d", "M" + px(at.x) + " " + px(at.y) + "h" + px(width)}});
    if (mark.style.marker) key += draw_markers({{middle, at.y}}, mark.marker, mark.color, mark.style.size, 1);
  }
  return key + text_element({at.x + width + key_gap, at.y}, mark.style.label, {.size = text_size});
}

// The entries in rows from left to right, as corners relative to the first.
std::vector<Point> flowed(const std::vector<const Mark*>& marks, double width) {
  std::vector<Point> corners;
  Point next{0, 0};
  for (const Mark* mark : marks) {
    if (next.x > 0 && next.x + entry_width(*mark) > width) next = {0, next.y + row_height};
    corners.push_back(next);
    next.x += entry_width(*mark) + column_gap;
  }
  return corners;
}

}  // namespace

Choice least_covering(const std::vector<Rect>& places, const std::vector<Point>& points) {
  Choice best{0, points.size() + 1};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto covered = static_cast<std::size_t>(
        std::ranges::count_if(points, [&](const Point& p) { return places[i].contains(p); }));
    if (covered < best.covered) best = {i, covered};
  }
  return best;
}

std::string draw_labels(const Axes& axes, const Projection& projection, std::vector<Point>& occupied) {
  std::string drawing;
  for (const Mark& mark : axes.marks()) {
    const bool reference = mark.kind == Kind::horizontal || mark.kind == Kind::vertical;
    if (mark.text.empty() || !(reference || mark.kind == Kind::text)) continue;
    const Point at = projection(mark.x.empty() ? projection.x.low : mark.x[0],
                                mark.y.empty() ? projection.y.low : mark.y[0]);
    if (!projection.box.grown(1).contains(at)) continue;
    Rect place;
    if (reference) {
      const std::vector<Rect> places = places_beside(mark, projection);
      place = places[least_covering(places, occupied).index];
    } else {
      place = place_at(mark, projection);
    }
    occupy(place, occupied);
    drawing += halo_text(place, mark.text, mark.color);
  }
  return drawing;
}

bool has_legend(const Axes& axes) { return !entries(axes).empty(); }

std::optional<std::string> draw_legend_inside(const Axes& axes, const Rect& box,
                                              const std::vector<Point>& occupied) {
  const std::vector<const Mark*> marks = entries(axes);
  double width = 0;
  for (const Mark* mark : marks) width = std::max(width, entry_width(*mark));
  width += 12;
  const double height = static_cast<double>(marks.size()) * row_height + 6, gap = 8;
  if (width > 0.7 * box.width || height > 0.7 * box.height) return std::nullopt;

  const double right = box.right() - width - gap, left = box.left + gap;
  const double top = box.top + gap, bottom = box.bottom() - height - gap;
  const double middle = box.left + (box.width - width) / 2;
  std::vector<Rect> places;
  for (const Point corner :
       {Point{right, top}, {left, top}, {right, bottom}, {left, bottom}, {middle, top}, {middle, bottom}}) {
    places.push_back({corner.x, corner.y, width, height});
  }
  const auto [index, hidden] = least_covering(places, occupied);
  if (hidden > 0) return std::nullopt;
  const Rect place = places[index];
  std::string drawing = element("rect", {{"class", "page"},
                                         {"fill-opacity", ".7"},
                                         {"rx", "3"},
                                         {"x", px(place.left)},
                                         {"y", px(place.top)},
                                         {"width", px(width)},
                                         {"height", px(height)}});
  for (std::size_t i = 0; i < marks.size(); ++i) {
    drawing +=
        draw_entry(*marks[i], {place.left + 6, place.top + 3 + (static_cast<double>(i) + 0.5) * row_height});
  }
  return drawing;
}

std::string draw_legend_above(const Axes& axes, Point corner, double width) {
  const std::vector<const Mark*> marks = entries(axes);
  const std::vector<Point> corners = flowed(marks, width);
  std::string drawing;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    drawing += draw_entry(*marks[i], {corner.x + corners[i].x, corner.y + corners[i].y + row_height / 2});
  }
  return drawing;
}

double legend_height_above(const Axes& axes, double width) {
  const std::vector<Point> corners = flowed(entries(axes), width);
  return corners.empty() ? 0 : corners.back().y + row_height;
}

}  // namespace doxa::support::svg
