// What Gumbel noise does on the simplex of three values: the same noise at three temperatures.

#include "choice_model.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

constexpr std::size_t simplex_points = 300;

struct SimplexPoint {
  Triple z;
  std::size_t nearest;
};

SimplexPoint relaxed(const Triple& p, const Triple& noise, double tau) {
  Triple y;
  for (std::size_t k = 0; k < 3; ++k) y[k] = (std::log(p[k]) + noise[k]) / tau;
  const Triple z = softmax_of(y);  // (04.17)
  return {z, static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin())};
}

// The triangle with the corners 1 and 2 below and 3 above.
double across(const Triple& z) { return z[1] + z[2] / 2; }
double above(const Triple& z) { return z[2] * std::sqrt(0.75); }

void draw_simplex(Axes& axes, const std::vector<SimplexPoint>& points) {
  axes.equal_aspect = true;
  axes.x_range = Range{-0.16, 1.16};
  axes.y_range = Range{-0.16, 1.04};
  axes.without_axes = true;
  const double top = std::sqrt(0.75);
  axes.line(std::vector{0.0, 1.0, 0.5, 0.0}, std::vector{0.0, 0.0, top, 0.0},
            {.color = Color::ink, .dash = Dash::solid, .width = 1});
  axes.text(0, -0.08, "1", Anchor::middle);
  axes.text(1, -0.08, "2", Anchor::middle);
  axes.text(0.5, top + 0.06, "3", Anchor::middle);
  // Where two coordinates are equal and the largest, one corner's share ends.
  const double middle_across = 0.5, middle_above = top / 3;
  for (const auto& [x, y] : {std::pair{0.5, 0.0}, std::pair{0.25, top / 2}, std::pair{0.75, top / 2}})
    axes.line(std::vector{middle_across, x}, std::vector{middle_above, y},
              {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  axes.scatter(series(points, [](const SimplexPoint& point) { return across(point.z); }),
               series(points, [](const SimplexPoint& point) { return above(point.z); }),
               {.color = color_of_gumbel, .marker = Marker::circle, .size = 4.5, .opacity = 0.6});
}

}  // namespace

void simplex(Chapter& chapter, const EstimatorOptions& options) {
  Philox random(chapter.seed(), simplex_draws);
  const Triple p = softmax_of(options.logits);
  std::vector<Triple> noise(simplex_points);
  for (Triple& e : noise)
    for (double& x : e) x = -std::log(-std::log(random.uniform()));
  std::cout << "A choice among three with probabilities " << significant(p[0], 3) << ", "
            << significant(p[1], 3) << ", " << significant(p[2], 3) << ". The same " << simplex_points
            << " draws of Gumbel noise, softmax((log p + ε)/τ):\n\n";
  Table table({{"τ", 2}, "nearest corner 1", "2", "3", {"mean of the largest coordinate", 2}});
  Figure figure("Draws of softmax((log p + ε)/τ) on the simplex at three temperatures", 3, 290, 860);
  std::vector<std::size_t> first;
  std::size_t moved = 0;
  for (const double tau : {2.0, 0.5, 0.1}) {
    std::vector<SimplexPoint> points;
    std::array<int, 3> count{};
    double largest = 0;
    for (std::size_t i = 0; i < noise.size(); ++i) {
      points.push_back(relaxed(p, noise[i], tau));
      const SimplexPoint& point = points.back();
      ++count[point.nearest];
      largest += point.z[point.nearest] / static_cast<double>(simplex_points);
      if (tau == 2)
        first.push_back(point.nearest);
      else
        moved += point.nearest != first[i];
    }
    table.row({tau, count[0], count[1], count[2], largest});
    draw_simplex(figure.axes("τ = " + to_text(tau)), points);
  }
  chapter.print("simplex", table);
  std::cout << '\n';
  chapter.figure("simplex", figure);
  chapter.claims.equal(
      "(04.17) the same noise falls to the same corner at three temperatures: draws that move",
      static_cast<double>(moved), 0, 0, "the softmax keeps the order of its arguments");
}

}  // namespace doxa
