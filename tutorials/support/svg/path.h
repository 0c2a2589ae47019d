#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace doxa::support::svg {

// Pixels, y downwards.
struct Point {
  double x;
  double y;
};

struct Rect {
  double left;
  double top;
  double width;
  double height;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
  bool contains(Point p) const { return p.x >= left && p.x <= right() && p.y >= top && p.y <= bottom(); }
  Rect grown(double margin) const {
    return {left - margin, top - margin, width + 2 * margin, height + 2 * margin};
  }
};

using Polyline = std::vector<Point>;

// The pieces of `points` between points that are not finite.
std::vector<Polyline> finite_pieces(const Polyline& points);

// The pieces of `line` inside `box`.
std::vector<Polyline> clipped(const Polyline& line, const Rect& box);

// `line` with fewer points and the same look: where x never turns back, of each pixel column only what the
// eye can tell, then everything within `tolerance` px of a straight line (Douglas and Peucker, 1973).
Polyline simplified(const Polyline& line, double tolerance = 0.1);

// The "d" attribute of a <path>, in relative coordinates rounded to 1/100 px.
class PathData {
 public:
  void move(Point to);
  void line(Point to);
  void close();
  void polyline(const Polyline& points);  // move, then lines
  void dot(Point at);                     // of no length: round line caps make it a disc

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  void emit(char command, Point to);

  std::string text_;
  char command_ = ' ';
  long long x_ = 0, y_ = 0;              // current point, in 1/100 px
  long long start_x_ = 0, start_y_ = 0;  // of the subpath
};

}  // namespace doxa::support::svg
