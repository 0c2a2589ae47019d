#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void draw_beliefs(Chapter& chapter) {
  Figure figure(
      "A standard normal with a belief that is too narrow and one that is too wide, and what a draw costs", 2,
      350);
  const std::vector<double> x = spaced(-3.2, 3.2, 1.0 / 64);
  Axes& left = figure.axes("a truth and two beliefs", "x", "density");
  left.x_range = Range{-3.2, 3.2};
  left.y_range = Range{0, 1.3};
  left.band(x, std::vector<double>(x.size(), 0),
            series(x, [](double at) { return normal_density(at, 0, 1); }),
            {.label = "truth, σ = 1", .color = Color::ink, .opacity = 0.2});
  Axes& right = figure.axes("nats lost by a draw at x", "x", "log q − log p");
  right.x_range = Range{-3.2, 3.2};
  right.y_range = Range{-3.5, 10};
  right.horizontal(0, "", {.color = Color::ink, .dash = Dash::solid, .width = 0.8});
  const auto belief = [&](const char* name, const char* cost, double scale, Color color, Dash dash) {
    left.line(x, series(x, [&](double at) { return normal_density(at, 0, scale); }),
              {.label = name, .color = color, .dash = dash});
    const auto lost = [&](double at) {
      return std::log(normal_density(at, 0, 1)) - std::log(normal_density(at, 0, scale));
    };
    right.line(x, series(x, lost), {.color = color, .dash = dash});
    right.horizontal(Divergences(1 / (scale * scale), 0).kl, cost, {.color = color, .dash = Dash::dotted});
  };
  belief("too sure, σ = ⅓", "2.90", 1.0 / 3, Color::vermillion, Dash::solid);
  belief("too unsure, σ = 3", "0.65", 3, Color::purple, Dash::dashed);
  chapter.figure("beliefs", figure);
}
