#include "support/figure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "support/diagram.h"
#include "support/svg/marks.h"
#include "support/svg/path.h"
#include "support/svg/writer.h"
#include "tests/support/rounding.h"

namespace doxa::support {
namespace {

// Every element closed in the order of opening, every attribute quoted, no bare '&', no number that is none.
void expect_well_formed(const std::string& svg) {
  std::vector<std::string> open;
  for (std::size_t i = 0; (i = svg.find_first_of("<&", i)) != std::string::npos;) {
    if (svg[i] == '&') {
      const auto end = svg.find(';', i);
      const std::string entity = svg.substr(i, end - i + 1);
      EXPECT_TRUE(entity == "&amp;" || entity == "&lt;" || entity == "&gt;" || entity == "&quot;") << entity;
      i = end;
      continue;
    }
    const auto end = svg.find('>', i);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = svg.substr(i + 1, end - i - 1);
    EXPECT_EQ(std::count(tag.begin(), tag.end(), '"') % 2, 0) << tag;
    EXPECT_EQ(tag.find('<'), std::string::npos) << tag;
    if (tag.front() == '/') {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(tag.substr(1), open.back());
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
    i = end;
  }
  EXPECT_TRUE(open.empty());
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

double number(double seed) {
  return std::sin(seed * 12.9898) * 43758.5453 - std::floor(std::sin(seed * 12.9898) * 43758.5453);
}

// Every mark, with a hole in each series.
Figure everything() {
  Figure figure("Every <mark> & \"more\"", 3);
  std::vector<double> x, y, z;
  for (int i = 0; i < 200; ++i) {
    x.push_back(i), y.push_back(i == 70 ? nan : 2 + std::sin(0.1 * i)),
        z.push_back(i == 90 ? infinity : 4 + number(i));
  }
  Axes& curves = figure.axes();
  curves.title = "a < b & c", curves.x_label = "time / s", curves.y_label = "ℓ";
  curves.line(x, y, {.label = "line", .marker = Marker::diamond});
  curves.band(x, y, z, {.opacity = 0.2});
  curves.steps(x, z, {.label = "steps"});
  curves.horizontal(3, "horizontal");
  curves.vertical(40, "vertical");
  curves.text(20, 1, "text", Anchor::middle);
  Axes& field = figure.axes();
  Grid grid = sample_grid([](double a, double b) { return std::sin(a) * b; }, {0, 6}, {-1, 1}, 20, 10);
  grid.values[33] = nan;
  field.equal_aspect = true;
  field.heatmap(grid, {.label = "sin(a) b"});
  field.contour(grid, {-0.5, 0, 0.5}, {.label = "level"});
  Axes& rest = figure.axes();
  rest.y_scale = Scale::log;
  rest.bars(std::vector<double>{1, 2, 3}, std::vector<double>{1, 10, 100}, {.label = "bars"});
  for (const Marker marker :
       {Marker::circle, Marker::square, Marker::triangle, Marker::diamond, Marker::cross}) {
    rest.scatter(std::vector<double>{1, 2, nan, 3}, std::vector<double>{3, -1, 2, 5},
                 {.label = "s", .marker = marker});
  }
  return figure;
}

TEST(Figure, IsWellFormed) {
  const std::string svg = everything().svg();
  expect_well_formed(svg);
  EXPECT_NE(svg.find("<title>Every &lt;mark&gt; &amp; &quot;more&quot;</title>"), std::string::npos);
  EXPECT_NE(svg.find("role=\"img\""), std::string::npos);
  EXPECT_NE(svg.find("prefers-color-scheme:dark"), std::string::npos);
}

TEST(Figure, WithoutAxesShowsMarksOnly) {
  Figure figure("a triangle");
  Axes& axes = figure.axes();
  axes.without_axes = true;
  axes.line(std::vector{0.0, 1.0, 0.5, 0.0}, std::vector{0.0, 0.0, 1.0, 0.0});
  const std::string svg = figure.svg();
  expect_well_formed(svg);
  EXPECT_EQ(svg.find("class=\"axis\""), std::string::npos);
  EXPECT_EQ(svg.find("class=\"grid\""), std::string::npos);
  EXPECT_NE(svg.find("<path"), std::string::npos);
}

TEST(Figure, GivesTheSameBytesAgain) { EXPECT_EQ(everything().svg(), everything().svg()); }

TEST(Figure, CoordinatesHaveTwoDecimalsAtMost) {
  EXPECT_EQ(svg::px(1.0 / 3), "0.33");
  EXPECT_EQ(svg::px(-0.001), "0");
  EXPECT_EQ(svg::px(25.0 / 2), "12.5");
  EXPECT_EQ(svg::px(100), "100");
}

TEST(Figure, StaysSmallHoweverMuchIsDrawn) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> x, y, z;
  double walk = 0;
  for (int i = 0; i < 60000; ++i)
    x.push_back(i), y.push_back(normal(random)), z.push_back(walk += normal(random));
  Figure lines("lines"), cloud("cloud"), field("field");
  lines.axes().line(x, y, {.label = "noise"});
  lines.axes().line(x, z, {.label = "walk"});
  cloud.axes().scatter(y, z, {.label = "first", .opacity = 0.3});
  cloud.axes().scatter(y, z, {.label = "second", .marker = Marker::triangle});
  field.axes().heatmap({{0, 1}, {0, 1}, 240, 240, std::vector<double>(y.begin(), y.begin() + 57600)});
  EXPECT_LT(lines.svg().size(), 100000u);
  EXPECT_LT(cloud.svg().size(), 100000u);
  EXPECT_LT(field.svg().size(), 100000u);
}

TEST(Figure, DrawsWhatIsEmptyConstantOrHuge) {
  const std::vector<double> none, one{5}, three{0, 1, 2}, constant{3, 3, 3}, bad{nan, infinity, -infinity};
  const std::vector<double> huge{-1e308, 1e308, 1e300}, tiny{0, 5e-324, 1e-310},
      close{1e15, 1e15 + 1, 1e15 + 2};
  for (const Scale scale : {Scale::linear, Scale::log}) {
    for (const std::vector<double>* y : {&none, &one, &constant, &bad, &huge, &tiny, &close}) {
      const std::vector<double> x(three.begin(), three.begin() + static_cast<std::ptrdiff_t>(y->size()));
      Figure figure("edge", 2);
      for (int kind = 0; kind < 5; ++kind) {
        Axes& axes = figure.axes();
        axes.y_scale = scale;
        if (kind == 0) axes.line(x, *y, {.label = "line"});
        if (kind == 1) axes.scatter(*y, *y);
        if (kind == 2) axes.bars(x, *y);
        if (kind == 3) axes.band(x, *y, *y);
        if (kind == 4) axes.steps(x, *y);
      }
      expect_well_formed(figure.svg());
    }
  }
  Figure cells("cells");
  cells.axes().heatmap({{0, 0}, {0, 0}, 1, 1, {nan}});
  cells.axes().heatmap({{0, 1}, {0, 0}, 2, 1, {4, 4}});
  cells.axes().contour({{0, 1}, {0, 1}, 2, 2, {1, 1, 1, 1}}, {1});
  expect_well_formed(cells.svg());
  expect_well_formed(Figure("nothing").svg());
}

TEST(Figure, RefusesWhatCannotBeDrawn) {
  Axes axes;
  const std::vector<double> two{1, 2}, three{1, 2, 3};
  EXPECT_THROW(axes.line(two, three), std::invalid_argument);
  EXPECT_THROW(axes.band(two, two, three), std::invalid_argument);
  EXPECT_THROW(axes.heatmap({{0, 1}, {0, 1}, 2, 2, {1}}), std::invalid_argument);
  EXPECT_THROW(axes.x_ticks({1}, {}), std::invalid_argument);
  EXPECT_THROW(Figure("none", 0), std::invalid_argument);
  Figure figure("range");
  figure.axes().y_range = Range{1, 1};
  EXPECT_THROW(figure.svg(), std::invalid_argument);
}

// ---- ticks

TEST(Ticks, AreRoundCoverTheRangeAndAreFewEnough) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(-1, 1), exponent(-8, 8);
  for (int i = 0; i < 2000; ++i) {
    const double share = uniform(random), middle = share * std::pow(10, exponent(random));
    const double span = std::pow(10, exponent(random));
    if (span < 1e-6 * std::abs(middle)) continue;
    const Range range{middle - span / 2, middle + span / 2};
    const int at_most = 3 + i % 8;
    const std::vector<svg::Tick> ticks = svg::linear_ticks(range, at_most);
    ASSERT_GE(ticks.size(), 1u);
    ASSERT_LE(ticks.size(), static_cast<std::size_t>(at_most));
    if (ticks.size() < 2) continue;
    const double step = ticks[1].value - ticks[0].value;
    const double power = std::pow(10, std::floor(std::log10(step) + 1e-6));
    const double factor = std::round(step / power);
    EXPECT_TRUE(factor == 1 || factor == 2 || factor == 5) << step;
    EXPECT_LT(ticks.front().value - range.low, step * 1.0001);
    EXPECT_LT(range.high - ticks.back().value, step * 1.0001);
    for (std::size_t k = 0; k < ticks.size(); ++k) {
      EXPECT_GE(ticks[k].value, range.low - 1e-6 * step);
      EXPECT_LE(ticks[k].value, range.high + 1e-6 * step);
      EXPECT_NEAR(std::remainder(ticks[k].value, factor * power), 0, 1e-9 * std::abs(middle) + 1e-9 * span);
      EXPECT_TRUE(k == 0 || ticks[k].label != ticks[k - 1].label) << ticks[k].label;
    }
  }
}

std::vector<std::string> labels(const std::vector<svg::Tick>& ticks) {
  std::vector<std::string> result;
  for (const svg::Tick& tick : ticks) {
    if (!tick.label.empty()) result.push_back(tick.label);
  }
  return result;
}

TEST(Ticks, Labels) {
  using Labels = std::vector<std::string>;
  EXPECT_EQ(labels(svg::linear_ticks({-1, 1}, 5)), (Labels{"−1.0", "−0.5", "0", "0.5", "1.0"}));
  EXPECT_EQ(labels(svg::linear_ticks({0, 3000}, 4)), (Labels{"0", "1000", "2000", "3000"}));
  EXPECT_EQ(labels(svg::linear_ticks({0, 4e6}, 3)), (Labels{"0", "2×10⁶", "4×10⁶"}));
  EXPECT_EQ(labels(svg::log_ticks({0.01, 100}, 6)), (Labels{"0.01", "0.1", "1", "10", "100"}));
  EXPECT_EQ(labels(svg::log_ticks({1e-5, 1}, 3)), (Labels{"10⁻⁴", "10⁻²", "1"}));
  EXPECT_EQ(labels(svg::log_ticks({1, 10}, 6)), (Labels{"1", "2", "5", "10"}));
}

// ---- curves

TEST(Path, SimplifyingMovesALineByLessThanItsTolerance) {
  svg::Polyline line;
  for (int i = 0; i <= 2000; ++i)
    line.push_back({300 + 200 * std::cos(i * 0.00314159), 200 * std::sin(i * 0.00314159)});
  const svg::Polyline fewer = svg::simplified(line, 0.1);
  EXPECT_LT(fewer.size(), 140u);  // 100 chords are the fewest there can be
  for (std::size_t i = 0; i + 1 < fewer.size(); ++i) {
    const double middle =
        std::hypot((fewer[i].x + fewer[i + 1].x) / 2 - 300, (fewer[i].y + fewer[i + 1].y) / 2);
    EXPECT_NEAR(middle, 200, 0.11);  // the sagitta of each chord
  }
}

TEST(Path, ThinningKeepsTheExtremesOfNoise) {
  svg::Polyline line;
  double low = 1, high = 0;
  for (int i = 0; i < 50000; ++i) {
    line.push_back({i * 0.01, number(i)});
    low = std::min(low, number(i)), high = std::max(high, number(i));
  }
  const svg::Polyline fewer = svg::simplified(line, 1e-9);
  EXPECT_LE(fewer.size(), 4u * 501u);
  const auto [bottom, top] = std::ranges::minmax(fewer, {}, &svg::Point::y);
  EXPECT_EQ(bottom.y, low);
  EXPECT_EQ(top.y, high);
}

TEST(Path, ClippingCutsAtTheBorder) {
  const svg::Rect box{0, 0, 10, 10};
  const std::vector<svg::Polyline> pieces = svg::clipped({{-10, 5}, {5, 5}, {5, 1e9}, {8, 1e9}, {8, 2}}, box);
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].front().x, 0);
  for (const svg::Polyline& piece : pieces) {
    for (const svg::Point& p : piece) EXPECT_TRUE(box.grown(1e-6).contains(p)) << p.x << " " << p.y;
  }
}

TEST(Path, RelativeCoordinatesDoNotDrift) {
  svg::PathData path;
  path.move({0.333, -0.5});
  path.line({0.666, 1});
  path.line({0.999, 0.05});
  path.close();
  path.move({10, 10});
  EXPECT_EQ(path.text(), "m.33-.5 .34 1.5 .33-.95zm9.67 10.5");
}

TEST(ContourLines, OfADistanceAreCircles) {
  const Grid grid =
      sample_grid([](double x, double y) { return std::hypot(x, y); }, {-2, 2}, {-2, 2}, 81, 81);
  const std::vector<svg::Polyline> curves = svg::contour_lines(grid, 1.5);
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0].front().x, curves[0].back().x);
  EXPECT_EQ(curves[0].front().y, curves[0].back().y);
  for (const svg::Point& p : curves[0]) EXPECT_NEAR(std::hypot(p.x, p.y), 1.5, 1e-3);
}

TEST(ContourLines, OfAPlaneIsOneStraightLineFromBorderToBorder) {
  const Grid grid = sample_grid([](double x, double y) { return x + y; }, {0, 1}, {0, 1}, 8, 5);
  const std::vector<svg::Polyline> curves = svg::contour_lines(grid, 0.9);
  ASSERT_EQ(curves.size(), 1u);
  for (const svg::Point& p : curves[0]) EXPECT_NEAR(p.x + p.y, 0.9, 1e-12);
}

TEST(ContourLines, SeparateTheCornersOfASaddle) {
  const Grid grid{{0, 1}, {0, 1}, 2, 2, {1, 0, 0, 1}};
  EXPECT_EQ(svg::contour_lines(grid, 0.4).size(), 2u);
  EXPECT_EQ(svg::contour_lines(grid, 0.6).size(), 2u);
  EXPECT_TRUE(svg::contour_lines(grid, 2).empty());
  EXPECT_TRUE(svg::contour_lines({{0, 1}, {0, 1}, 2, 2, {1, nan, 0, 1}}, 0.5).empty());
}

// ---- diagrams

TEST(Diagram, IsWellFormedAndTheSameAgain) {
  const auto draw = [] {
    Diagram diagram("x < y");
    const auto x = diagram.node(0, 0, "x₁ < 2\nv = 2", {.color = Color::blue, .filled = true});
    const auto y = diagram.node(150, 60, "y", {.shape = NodeShape::ellipse});
    const auto same = diagram.node(0, 0, "z", {.shape = NodeShape::plain});
    diagram.arrow(x, y, "∂y/∂x & so on");
    diagram.arrow(y, x, "back", {.color = Color::vermillion, .dash = Dash::dashed, .bend = 30});
    diagram.arrow(x, same, "no length");
    diagram.arrow(x, x);
    return diagram.svg();
  };
  expect_well_formed(draw());
  EXPECT_EQ(draw(), draw());
  expect_well_formed(Diagram("nothing").svg());
  Diagram empty("none");
  EXPECT_THROW(empty.arrow(0, 1), std::out_of_range);
}

}  // namespace
}  // namespace doxa::support
