#include "support/diagram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "support/svg/path.h"
#include "support/svg/writer.h"

namespace doxa::support {
namespace {

using svg::Point;
using svg::px;

constexpr double first_size = 14, other_size = 12, line_height = 17, label_size = 12;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

// How far along the direction (dx, dy) from its centre a node's border is.
double reach(NodeShape shape, double half_width, double half_height, double dx, double dy) {
  if (shape == NodeShape::ellipse) return 1 / std::hypot(dx / half_width, dy / half_height);
  return std::min(dx == 0 ? HUGE_VAL : half_width / std::abs(dx),
                  dy == 0 ? HUGE_VAL : half_height / std::abs(dy));
}

// The smallest rectangle around what is drawn.
struct Bounds {
  double left = std::numeric_limits<double>::infinity(), top = left;
  double right = -left, bottom = -left;

  void include(double x, double y, double half_width = 0, double half_height = 0) {
    left = std::min(left, x - half_width), right = std::max(right, x + half_width);
    top = std::min(top, y - half_height), bottom = std::max(bottom, y + half_height);
  }
};

}  // namespace

Diagram::Diagram(std::string description) : description_(std::move(description)) {}

std::size_t Diagram::node(double x, double y, std::string text, NodeStyle style) {
  std::vector<std::string> lines = split(text);
  double width = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    width = std::max(width, svg::text_width(lines[i], i == 0 ? 1.1 * first_size : other_size));
  }
  const double slack = style.shape == NodeShape::ellipse ? 1.25 : 1;
  const double half_width = slack * (width / 2 + 10);
  const double half_height = slack * (static_cast<double>(lines.size()) * line_height / 2 + 6);
  nodes_.push_back({x, y, std::move(lines), style, half_width, half_height});
  return nodes_.size() - 1;
}

void Diagram::arrow(std::size_t from, std::size_t to, std::string label, ArrowStyle style) {
  static_cast<void>(nodes_.at(std::max(from, to)));  // throws unless both exist
  arrows_.push_back({from, to, std::move(label), style});
}

std::string Diagram::svg() const {
  Bounds bounds;
  std::string shapes, labels;
  for (const Node& node : nodes_) {
    bounds.include(node.x, node.y, node.half_width, node.half_height);
    const std::string classes = svg::stroke_class(node.style.color) + " " + svg::fill_class(node.style.color);
    const std::string tint = node.style.filled ? ".14" : "0";
    if (node.style.shape == NodeShape::box) {
      shapes += svg::element("rect", {{"class", classes},
                                      {"fill-opacity", tint},
                                      {"stroke-width", "1.4"},
                                      {"x", px(node.x - node.half_width)},
                                      {"y", px(node.y - node.half_height)},
                                      {"width", px(2 * node.half_width)},
                                      {"height", px(2 * node.half_height)},
                                      {"rx", "6"}});
    } else if (node.style.shape == NodeShape::ellipse) {
      shapes += svg::element("ellipse", {{"class", classes},
                                         {"fill-opacity", tint},
                                         {"stroke-width", "1.4"},
                                         {"cx", px(node.x)},
                                         {"cy", px(node.y)},
                                         {"rx", px(node.half_width)},
                                         {"ry", px(node.half_height)}});
    }
    for (std::size_t i = 0; i < node.lines.size(); ++i) {
      const double offset = static_cast<double>(i) - (static_cast<double>(node.lines.size()) - 1) / 2;
      labels += svg::text_element(
          {node.x, node.y + offset * line_height}, node.lines[i],
          {.size = i == 0 ? first_size : other_size, .anchor = "middle", .css_class = i == 0 ? "title" : ""});
    }
  }

  for (const Arrow& arrow : arrows_) {
    const Node &from = nodes_[arrow.from], &to = nodes_[arrow.to];
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    if (length == 0) continue;
    const Point along{(to.x - from.x) / length, (to.y - from.y) / length};
    const Point left{along.y, -along.x};  // of the direction, y being downwards
    // A quadratic curve passes half-way between its control point and the middle of its ends.
    const Point control{(from.x + to.x) / 2 + 2 * arrow.style.bend * left.x,
                        (from.y + to.y) / 2 + 2 * arrow.style.bend * left.y};
    const auto border = [&](const Node& node, double gap) {
      const double d = std::hypot(control.x - node.x, control.y - node.y);
      const Point way{(control.x - node.x) / d, (control.y - node.y) / d};
      const double r = reach(node.style.shape, node.half_width, node.half_height, way.x, way.y) + gap;
      return std::pair{Point{node.x + r * way.x, node.y + r * way.y}, way};
    };
    const Point start = border(from, 2).first;
    const auto [tip, back] = border(to, 2);
    const double head = 9, half = 3.8;
    const Point base{tip.x + head * back.x, tip.y + head * back.y};
    shapes +=
        svg::element("path", {{"class", "line " + svg::stroke_class(arrow.style.color)},
                              {"stroke-width", px(arrow.style.width)},
                              {"stroke-dasharray", svg::dash_array(arrow.style.dash, arrow.style.width)},
                              {"d", "M" + px(start.x) + " " + px(start.y) + "Q" + px(control.x) + " " +
                                        px(control.y) + " " + px(base.x) + " " + px(base.y)}});
    svg::PathData point;
    point.polyline({tip,
                    {base.x - half * back.y, base.y + half * back.x},
                    {base.x + half * back.y, base.y - half * back.x}});
    point.close();
    shapes += svg::element("path", {{"class", svg::fill_class(arrow.style.color)}, {"d", point.text()}});

    const Point middle{(start.x + 2 * control.x + base.x) / 4, (start.y + 2 * control.y + base.y) / 4};
    bounds.include(middle.x, middle.y);
    if (arrow.label.empty()) continue;
    // On the outer side of the bend, else above, and just far enough not to touch the arrow.
    const double side = arrow.style.bend != 0 ? std::copysign(1.0, arrow.style.bend) : left.y <= 0 ? 1 : -1;
    const double half_width = svg::text_width(arrow.label, label_size) / 2, half_height = label_size / 2;
    const double away = std::abs(left.x) * half_width + std::abs(left.y) * half_height + 4;
    const Point at{middle.x + side * away * left.x, middle.y + side * away * left.y};
    bounds.include(at.x, at.y, half_width, half_height);
    labels += svg::text_element(
        at, arrow.label,
        {.size = label_size, .anchor = "middle", .css_class = "halo " + svg::fill_class(arrow.style.color)});
  }
  if (nodes_.empty()) bounds = {0, 0, 100, 100};
  constexpr double margin = 8;
  return svg::document({bounds.left - margin, bounds.top - margin}, bounds.right - bounds.left + 2 * margin,
                       bounds.bottom - bounds.top + 2 * margin, description_, shapes + labels);
}

}  // namespace doxa::support
