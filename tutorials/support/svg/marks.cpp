#include "support/svg/marks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "support/svg/theme.h"
#include "support/svg/writer.h"

namespace doxa::support::svg {
namespace {

using Mark = Axes::Mark;
using Kind = Axes::Mark::Kind;

std::string opacity_of(const Style& style) { return style.opacity < 1 ? px(style.opacity) : ""; }

// The pieces of a line, a staircase, a reference line or a set of contours that can be seen.
std::vector<Polyline> curves(const Mark& mark, const Projection& projection) {
  std::vector<Polyline> lines(1);
  const Rect box = projection.box;
  switch (mark.kind) {
    case Kind::line:
      for (std::size_t i = 0; i < mark.x.size(); ++i) lines[0].push_back(projection(mark.x[i], mark.y[i]));
      break;
    case Kind::steps:
      for (std::size_t i = 0; i < mark.x.size(); ++i) {
        if (i > 0) lines[0].push_back(projection(mark.x[i], mark.y[i - 1]));
        lines[0].push_back(projection(mark.x[i], mark.y[i]));
      }
      break;
    case Kind::horizontal: {
      const double y = projection(projection.x.low, mark.y[0]).y;
      lines[0] = {{box.left, y}, {box.right(), y}};
      break;
    }
    case Kind::vertical: {
      const double x = projection(mark.x[0], projection.y.low).x;
      lines[0] = {{x, box.top}, {x, box.bottom()}};
      break;
    }
    case Kind::contour:
      for (const double level : mark.levels) {
        for (Polyline& curve : contour_lines(mark.grid, level)) {
          for (Point& p : curve) p = projection(p.x, p.y);
          lines.push_back(std::move(curve));
        }
      }
      break;
    default:
      break;
  }
  std::vector<Polyline> visible;
  for (const Polyline& line : lines) {
    for (const Polyline& piece : finite_pieces(line)) {
      for (const Polyline& part : clipped(piece, box.grown(4))) visible.push_back(simplified(part));
    }
  }
  return visible;
}

// How many of its points a mark may show. A reader cannot count more dots a plot than this, and a picture
// must stay small; several clouds are thinned alike.
std::size_t most_points(const Axes& axes, const Mark& mark) {
  constexpr std::size_t most = 2000;
  std::size_t total = 0;
  for (const Mark& other : axes.marks()) total += other.kind == Kind::scatter ? other.x.size() : 0;
  return mark.kind != Kind::scatter || total <= most ? most : mark.x.size() * most / total + 1;
}

std::vector<Point> visible_points(const Axes& axes, const Mark& mark, const Projection& projection) {
  const std::size_t most = most_points(axes, mark);
  const Rect box = projection.box.grown(4);
  std::set<std::pair<long, long>> taken;
  std::vector<Point> points;
  for (std::size_t i = 0; i < mark.x.size(); ++i) {
    const Point p = projection(mark.x[i], mark.y[i]);
    if (!box.contains(p)) continue;  // false for NaN as well
    if (taken.emplace(std::lround(4 * p.x), std::lround(4 * p.y)).second) points.push_back(p);
  }
  if (points.size() <= most) return points;
  std::vector<Point> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(points[i * points.size() / most]);
  return some;
}

std::vector<Rect> bar_boxes(const Axes& axes, const Mark& mark, const Projection& projection) {
  const BarSlot slot = bar_slot(axes, mark);
  const double base = projection.y_scale == Scale::log ? projection.y.low
                                                       : std::clamp(0.0, projection.y.low, projection.y.high);
  std::vector<Rect> boxes;
  for (std::size_t i = 0; i < mark.x.size(); ++i) {
    const Point a = projection(mark.x[i] + slot.offset, base);
    const Point b = projection(mark.x[i] + slot.offset + slot.width, mark.y[i]);
    if (!std::isfinite(b.x + b.y)) continue;
    const Rect box = projection.box;
    const double left = std::clamp(a.x, box.left, box.right()),
                 right = std::clamp(b.x, box.left, box.right());
    const double top = std::clamp(std::min(a.y, b.y), box.top, box.bottom());
    const double bottom = std::clamp(std::max(a.y, b.y), box.top, box.bottom());
    if (right > left) boxes.push_back({left, top, right - left, bottom - top});
  }
  return boxes;
}

// The lower and the upper edge of each unbroken piece of a band.
std::vector<std::pair<Polyline, Polyline>> band_edges(const Mark& mark, const Projection& projection) {
  std::vector<std::pair<Polyline, Polyline>> pieces(1);
  const Rect box = projection.box.grown(8);
  const auto inside = [&](Point p) {
    return Point{std::clamp(p.x, box.left, box.right()), std::clamp(p.y, box.top, box.bottom())};
  };
  for (std::size_t i = 0; i < mark.x.size(); ++i) {
    const Point low = projection(mark.x[i], mark.y[i]), high = projection(mark.x[i], mark.upper[i]);
    if (std::isfinite(low.x + low.y + high.y)) {
      pieces.back().first.push_back(inside(low));
      pieces.back().second.push_back(inside(high));
    } else if (!pieces.back().first.empty()) {
      pieces.emplace_back();
    }
  }
  return pieces;
}

std::string draw_curves(const Mark& mark, const Projection& projection) {
  PathData path;
  for (const Polyline& curve : curves(mark, projection)) path.polyline(curve);
  if (path.empty()) return {};
  const bool reference = mark.kind == Kind::horizontal || mark.kind == Kind::vertical;
  const double width = reference ? std::min(mark.style.width, 1.2) : mark.style.width;
  return element("path", {{"class", "line " + stroke_class(mark.color)},
                          {"stroke-width", px(width)},
                          {"stroke-dasharray", dash_array(mark.dash, width)},
                          {"stroke-opacity", opacity_of(mark.style)},
                          {"d", path.text()}});
}

std::string draw_area(const PathData& path, const Mark& mark) {
  if (path.empty()) return {};
  return element(
      "path",
      {{"class", fill_class(mark.color)}, {"fill-opacity", opacity_of(mark.style)}, {"d", path.text()}});
}

std::string draw_band(const Mark& mark, const Projection& projection) {
  PathData path;
  for (const auto& [lower, upper] : band_edges(mark, projection)) {
    if (lower.size() < 2) continue;
    Polyline outline = simplified(upper), back = simplified(lower);
    outline.insert(outline.end(), back.rbegin(), back.rend());
    path.polyline(outline);
    path.close();
  }
  return draw_area(path, mark);
}

std::string draw_bars(const Axes& axes, const Mark& mark, const Projection& projection) {
  PathData path;
  for (const Rect& bar : bar_boxes(axes, mark, projection)) {
    path.polyline(
        {{bar.left, bar.top}, {bar.right(), bar.top}, {bar.right(), bar.bottom()}, {bar.left, bar.bottom()}});
    path.close();
  }
  return draw_area(path, mark);
}

}  // namespace

std::string draw_markers(const std::vector<Point>& points, Marker marker, Color color, double size,
                         double opacity) {
  // Within one path, overlapping marks do not add up. A few paths give depth at no cost in bytes.
  const std::size_t layers = opacity < 1 ? std::min<std::size_t>(8, points.size()) : 1;
  const bool filled = marker == Marker::triangle || marker == Marker::diamond;
  const double stroke = marker == Marker::circle   ? size
                        : marker == Marker::square ? .9 * size
                                                   : std::max(1.2, size / 4);
  std::string paths;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    PathData path;
    for (std::size_t i = layer; i < points.size(); i += layers) {
      const auto [x, y] = points[i];
      const double r = size / 2;
      switch (marker) {
        case Marker::circle:
          path.dot({x, y});
          break;
        case Marker::square:
          path.polyline({{x - .9 * r, y}, {x + .9 * r, y}});
          break;  // as wide as long
        case Marker::triangle:
          path.polyline({{x - 1.1 * r, y + .8 * r}, {x, y - 1.2 * r}, {x + 1.1 * r, y + .8 * r}});
          path.close();
          break;
        case Marker::diamond:
          path.polyline({{x - 1.2 * r, y}, {x, y - 1.2 * r}, {x + 1.2 * r, y}, {x, y + 1.2 * r}});
          path.close();
          break;
        case Marker::cross:
          path.polyline({{x - r, y - r}, {x + r, y + r}});
          path.polyline({{x - r, y + r}, {x + r, y - r}});
          break;
      }
    }
    if (path.empty()) continue;
    const std::string share = opacity < 1 ? px(opacity) : "";
    if (filled) {
      paths += element("path", {{"class", fill_class(color)}, {"fill-opacity", share}, {"d", path.text()}});
    } else {
      paths += element("path", {{"class", "line " + stroke_class(color)},
                                {"stroke-width", px(stroke)},
                                {"stroke-linecap", marker == Marker::circle ? "round" : ""},
                                {"stroke-opacity", share},
                                {"d", path.text()}});
    }
  }
  return paths;
}

std::string draw_mark(const Axes& axes, const Mark& mark, const Projection& projection) {
  switch (mark.kind) {
    case Kind::line:
    case Kind::steps: {
      std::string drawing = draw_curves(mark, projection);
      if (!mark.style.marker) return drawing;
      return drawing + draw_markers(visible_points(axes, mark, projection), mark.marker, mark.color,
                                    mark.style.size, mark.style.opacity);
    }
    case Kind::horizontal:
    case Kind::vertical:
    case Kind::contour:
      return draw_curves(mark, projection);
    case Kind::band:
      return draw_band(mark, projection);
    case Kind::bars:
      return draw_bars(axes, mark, projection);
    case Kind::heatmap:
      return draw_heatmap(mark, projection);
    case Kind::scatter:
      return draw_markers(visible_points(axes, mark, projection), mark.marker, mark.color, mark.style.size,
                          mark.style.opacity);
    case Kind::text:
      return {};
  }
  return {};
}

std::vector<Point> covered(const Axes& axes, const Mark& mark, const Projection& projection) {
  constexpr double spacing = 5;
  std::vector<Point> points;
  const auto along = [&](const Polyline& line) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      const Point a = line[i], b = line[i + 1];
      const double parts = std::ceil(std::hypot(b.x - a.x, b.y - a.y) / spacing);
      for (double k = 0; k < parts; ++k)
        points.push_back({a.x + (b.x - a.x) * k / parts, a.y + (b.y - a.y) * k / parts});
    }
    if (!line.empty()) points.push_back(line.back());
  };
  const auto over = [&](const Rect& box) {
    for (double y = box.top; y <= box.bottom(); y += spacing) along({{box.left, y}, {box.right(), y}});
  };
  switch (mark.kind) {
    case Kind::scatter:
      return visible_points(axes, mark, projection);
    case Kind::bars:
      std::ranges::for_each(bar_boxes(axes, mark, projection), over);
      break;
    case Kind::heatmap:
      over(projection.box);
      break;
    case Kind::band:
      for (const auto& [lower, upper] : band_edges(mark, projection)) {
        for (std::size_t i = 0; i < lower.size(); ++i) along({lower[i], upper[i]});
      }
      break;
    default:
      std::ranges::for_each(curves(mark, projection), along);
  }
  return points;
}

}  // namespace doxa::support::svg
