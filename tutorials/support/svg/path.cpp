#include "support/svg/path.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace doxa::support::svg {
namespace {

// Distance of p from the segment a–b.
double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length2 = dx * dx + dy * dy;
  const double t = length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// First, lowest, highest and last point of each pixel column. Needs x in ascending order.
Polyline thinned(const Polyline& line) {
  Polyline result;
  for (std::size_t begin = 0; begin < line.size();) {
    std::size_t end = begin, low = begin, high = begin;
    for (; end < line.size() && std::floor(line[end].x) == std::floor(line[begin].x); ++end) {
      if (line[end].y < line[low].y) low = end;
      if (line[end].y > line[high].y) high = end;
    }
    std::size_t kept[] = {begin, std::min(low, high), std::max(low, high), end - 1};
    for (auto last = std::unique(std::begin(kept), std::end(kept)), i = std::begin(kept); i != last; ++i) {
      result.push_back(line[*i]);
    }
    begin = end;
  }
  return result;
}

// The part of a–b inside `box` (Liang and Barsky, 1984) as two parameters; empty when first > second.
std::pair<double, double> visible_part(Point a, Point b, const Rect& box) {
  double from = 0, to = 1;
  const auto cut = [&](double direction, double room) {
    if (direction == 0) {
      if (room < 0) from = 2;
    } else if (direction < 0) {
      from = std::max(from, room / direction);
    } else {
      to = std::min(to, room / direction);
    }
  };
  cut(a.x - b.x, a.x - box.left);
  cut(b.x - a.x, box.right() - a.x);
  cut(a.y - b.y, a.y - box.top);
  cut(b.y - a.y, box.bottom() - a.y);
  return {from, to};
}

// 1234 → "12.34", -50 → "-.5".
std::string hundredths(long long value) {
  const long long magnitude = std::llabs(value);
  const long long whole = magnitude / 100, rest = magnitude % 100;
  std::string text = value < 0 ? "-" : "";
  if (whole != 0 || rest == 0) text += std::to_string(whole);
  if (rest != 0) {
    text += rest < 10 ? ".0" : ".";
    text += std::to_string(rest % 10 == 0 ? rest / 10 : rest);
  }
  return text;
}

}  // namespace

std::vector<Polyline> finite_pieces(const Polyline& points) {
  std::vector<Polyline> pieces(1);
  for (const Point& p : points) {
    if (std::isfinite(p.x) && std::isfinite(p.y)) {
      pieces.back().push_back(p);
    } else if (!pieces.back().empty()) {
      pieces.emplace_back();
    }
  }
  if (pieces.back().empty()) pieces.pop_back();
  return pieces;
}

std::vector<Polyline> clipped(const Polyline& line, const Rect& box) {
  std::vector<Polyline> pieces;
  if (line.size() == 1 && box.contains(line[0])) pieces.push_back(line);
  bool connected = false;  // the last piece ends at line[i]
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Point a = line[i], b = line[i + 1];
    const auto [from, to] = visible_part(a, b, box);
    if (from > to) {
      connected = false;
      continue;
    }
    const auto at = [&](double t) { return Point{a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)}; };
    if (!connected || from > 0) pieces.push_back({from > 0 ? at(from) : a});
    pieces.back().push_back(to < 1 ? at(to) : b);
    connected = to == 1;
  }
  return pieces;
}

Polyline simplified(const Polyline& line, double tolerance) {
  const bool ascending =
      std::is_sorted(line.begin(), line.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
  const Polyline points = ascending ? thinned(line) : line;
  if (points.size() < 3) return points;

  std::vector<bool> kept(points.size(), false);
  kept.front() = kept.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> open = {{0, points.size() - 1}};
  while (!open.empty()) {
    const auto [first, last] = open.back();
    open.pop_back();
    std::size_t farthest = first;
    double largest = tolerance;
    for (std::size_t i = first + 1; i < last; ++i) {
      const double d = distance(points[i], points[first], points[last]);
      if (d > largest) largest = d, farthest = i;
    }
    if (farthest == first) continue;
    kept[farthest] = true;
    open.emplace_back(first, farthest);
    open.emplace_back(farthest, last);
  }
  Polyline result;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (kept[i]) result.push_back(points[i]);
  }
  return result;
}

void PathData::emit(char command, Point to) {
  const long long x = std::llround(to.x * 100), y = std::llround(to.y * 100);
  const std::string dx = hundredths(x - x_), dy = hundredths(y - y_);
  // After a move, pairs without a letter are lines; a sign separates as well as a blank.
  if (command == 'm' || command_ == 'z' || command_ == ' ') {
    text_ += command;
  } else if (dx.front() != '-') {
    text_ += ' ';
  }
  text_ += dx + (dy.front() == '-' ? "" : " ") + dy;
  x_ = x, y_ = y;
  command_ = command;
}

void PathData::move(Point to) {
  emit('m', to);
  start_x_ = x_, start_y_ = y_;
}

void PathData::line(Point to) { emit('l', to); }

void PathData::close() {
  text_ += command_ = 'z';
  x_ = start_x_, y_ = start_y_;
}

void PathData::polyline(const Polyline& points) {
  for (std::size_t i = 0; i < points.size(); ++i) i == 0 ? move(points[i]) : line(points[i]);
}

void PathData::dot(Point at) {
  move(at);
  text_ += "h0";
  command_ = ' ';
}

}  // namespace doxa::support::svg
