#include "sections.h"

using namespace doxa;
using namespace doxa::support;

Curve ellipse(const Tensor& loc, const Matrix& factor, double radius) {
  Curve curve;
  for (int i = 0; i <= 180; ++i) {
    const double angle = std::numbers::pi * i / 90;
    const Matrix z = factor * column({radius * std::cos(angle), radius * std::sin(angle)});  // (02.3)
    curve.x.push_back(double{loc[0]} + z[0]);
    curve.y.push_back(double{loc[1]} + z[1]);
  }
  return curve;
}

double normal_density(double x, double loc, double scale) {
  const double e = (x - loc) / scale;
  return std::exp(-e * e / 2) / (scale * std::sqrt(2 * std::numbers::pi));
}

void draw_darts(Chapter& chapter, const Tensor& draws) {
  Figure figure(
      "Darts thrown at the origin of the plane, and the density of their distance in 1 to 100 dimensions", 2,
      370);
  Axes& left = figure.axes("600 darts at 0 in the plane", "x₁", "x₂");
  left.equal_aspect = true;
  left.x_range = left.y_range = Range{-3.4, 3.4};
  std::vector<double> x, y;
  for (Index i = 0; i < 600; ++i) {
    x.push_back(double{draws(i, 0)});
    y.push_back(double{draws(i, 1)});
  }
  left.scatter(x, y, {.color = Color::ink, .size = 3, .opacity = 0.45});
  const Curve ring = ellipse(Tensor(Shape{2}), identity(2), 1);
  left.line(ring.x, ring.y, {.label = "the ring r = 1", .color = Color::blue, .width = 2.4});

  Axes& right = figure.axes("density of the distance from 0", "distance r", "density");
  right.x_range = Range{0, 13};
  right.y_range = Range{0, 0.86};
  const std::vector<double> r = spaced(0, 13, 0.05);
  for (const int n : {1, 2, 3, 10, 100}) {
    const double half = n / 2.0, constant = (half - 1) * std::log(2.0) + std::lgamma(half);
    const auto density = [&](double at) {
      if (at == 0) return n == 1 ? std::sqrt(2 / std::numbers::pi) : 0;
      return std::exp((n - 1) * std::log(at) - at * at / 2 - constant);
    };
    right.line(r, series(r, density), {.color = Color::blue, .width = n == 2 ? 2.4 : 1.4});
    const double top = std::sqrt(n - 1.0);
    right.text(n == 2 ? 0.55 : top + 0.2, density(top) + (n == 3 ? 0.012 : 0.03), "n = " + std::to_string(n));
  }
  chapter.figure("darts", figure);
}

void draw_box(Chapter& chapter, const Tensor& noise) {
  const Gaussian g = ridge();
  Figure figure(
      "A unit box of noise, and the parallelogram that z = mu + L epsilon makes of it, with the same draws",
      2, 370);
  const auto plot = [&](const char* title, const char* x_label, const char* y_label, bool mapped) {
    Axes& axes = figure.axes(title, x_label, y_label);
    axes.equal_aspect = true;
    axes.x_range = axes.y_range = Range{-4, 4.6};
    const auto at = [&](double e1, double e2) {
      if (!mapped) return std::array<double, 2>{e1, e2};
      const Matrix z = g.mean() + g.cholesky() * column({e1, e2});  // (02.3)
      return std::array<double, 2>{z[0], z[1]};
    };
    const auto line = [&](const std::vector<std::array<double, 2>>& corners, Style style) {
      std::vector<double> x, y;
      for (const auto& c : corners) {
        const auto [a, b] = at(c[0], c[1]);
        x.push_back(a);
        y.push_back(b);
      }
      axes.line(x, y, style);
    };
    for (int k = -2; k <= 2; ++k) {
      const double d = k;
      line({{d, -2}, {d, 2}}, {.color = Color::ink, .width = 0.6, .opacity = 0.5});
      line({{-2, d}, {2, d}}, {.color = Color::ink, .width = 0.6, .opacity = 0.5});
    }
    std::vector<double> x, y, x_in, y_in;
    for (Index i = 0; i < noise.shape()[0]; ++i) {
      const double e1 = noise(i, 0), e2 = noise(i, 1);
      const bool inside = e1 > 0 && e1 < 1 && e2 > 0 && e2 < 1;
      const auto [a, b] = at(e1, e2);
      (inside ? x_in : x).push_back(a);
      (inside ? y_in : y).push_back(b);
    }
    axes.scatter(x, y, {.color = Color::ink, .size = 3, .opacity = 0.35});
    axes.scatter(x_in, y_in, {.color = Color::blue, .size = 4});
    line({{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}, {.color = Color::blue, .width = 2.2});
    axes.text(-3.8, 4.2,
              (mapped ? "area ¾, the same " : "area 1, ") + std::to_string(x_in.size()) + " draws");
  };
  plot("noise ε", "ε₁", "ε₂", false);
  plot("z = μ + Lε", "z₁", "z₂", true);
  chapter.figure("box", figure);
}

void draw_slices(Chapter& chapter, const std::vector<Slice>& cuts) {
  const Gaussian g = ridge();
  Figure figure("A correlated Gaussian cut along three vertical lines, and the densities on the cuts", 2,
                370);
  Axes& left = figure.axes("level lines, cut three times", "x₁", "x₂");
  left.equal_aspect = true;
  left.x_range = Range{-3.4, 4.4};
  left.y_range = Range{-3.3, 2.8};
  for (const double radius : {1.0, 2.0}) {
    const Curve curve = ellipse(g.loc, g.cholesky(), radius);
    left.line(curve.x, curve.y, {.color = Color::ink, .width = 1.3});
    left.text(curve.x[165], curve.y[165], radius > 1 ? "2σ" : "1σ", Anchor::middle);
  }
  const double slope = (cuts[2].loc - cuts[0].loc) / (cuts[2].at - cuts[0].at);
  const std::vector<double> ends{-2.8, 3.8};
  left.line(ends, series(ends, [&](double x) { return cuts[1].loc + slope * (x - cuts[1].at); }),
            {.label = "mean of x₂ given x₁", .color = Color::green, .dash = Dash::dashed, .width = 1.5});
  Axes& right = figure.axes("x₂ on the cuts", "x₂", "density");
  const std::vector<double> x2 = spaced(-3.3, 2.8, 0.02);
  const double alone = std::sqrt(g.covariance()(1, 1));
  right.x_range = Range{-3.3, 2.8};
  right.y_range = Range{0, 0.98};
  right.band(x2, std::vector<double>(x2.size(), 0),
             series(x2, [&](double x) { return normal_density(x, double{g.loc[1]}, alone); }),
             {.label = "x₁ not known", .color = Color::ink, .opacity = 0.2});
  for (const Slice& cut : cuts) {
    left.line(std::vector<double>{cut.at, cut.at}, std::vector<double>{-3.3, 2.8},
              {.color = Color::blue, .width = 1.6});
    right.line(x2, series(x2, [&](double x) { return normal_density(x, cut.loc, cut.scale); }),
               {.color = Color::blue, .width = 1.8});
    const Anchor anchor = cut.at < 0 ? Anchor::end : cut.at < 1 ? Anchor::middle : Anchor::start;
    const double aside = cut.at < 0 ? 0.15 : cut.at < 1 ? 0 : -0.15;
    right.text(cut.loc + aside, 0.84, (cut.at < 0 ? "x₁ = −" : "x₁ = ") + decimal(std::abs(cut.at), 1),
               anchor);
  }
  chapter.figure("slice", figure);
}
