#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void draw_asymmetry(Chapter& chapter, const Mixture& p, const std::vector<Fit>& reverse, Fit forward) {
  Figure figure(
      "A density of two modes with the single normals nearest to it either way round, and KL(q||p) over mean "
      "and scale",
      2, 380);
  const std::vector<std::string> names{"A", "B", "C"};
  const std::vector<double> x = spaced(-6, 6, 1.0 / 64);
  const auto of_p = series(x, [&](double at) {
    return p.weight[0] * normal_density(at, p.loc[0], p.scale[0]) +
           p.weight[1] * normal_density(at, p.loc[1], p.scale[1]);
  });
  const auto curve = [&](Fit fit) {
    return series(x, [&](double at) { return normal_density(at, fit.loc, fit.scale); });
  };
  const auto name = [](Axes& axes, const std::string& letter, double at, double height) {
    axes.text(at, height, letter, Anchor::middle);
  };
  Axes& left = figure.axes("p and the normals nearest to it", "x", "density");
  left.x_range = Range{-6, 6};
  left.y_range = Range{0, 0.56};
  left.band(x, std::vector<double>(x.size(), 0), of_p, {.label = "p", .color = Color::ink, .opacity = 0.2});
  for (std::size_t i = 0; i < reverse.size(); ++i) {
    left.line(x, curve(reverse[i]),
              {.label = i == 0 ? "minima of KL(q‖p)" : "", .color = Color::blue, .dash = Dash::solid});
    name(left, names[i], reverse[i].loc + (i == 2 ? 0.35 : 0),
         normal_density(0, 0, reverse[i].scale) + (i == 2 ? 0.02 : 0.025));
  }
  left.line(x, curve(forward),
            {.label = "minimum of KL(p‖q)", .color = Color::vermillion, .dash = Dash::dashed});
  name(left, "D", forward.loc - 4.4, normal_density(4.4, 0, forward.scale) + 0.02);

  Axes& right = figure.axes("KL(q‖p) in nats", "μ", "log₂ σ");
  const NormalNodes noise = normal_nodes(1.0 / 16);
  Tape tape;
  const auto height = [&](double mu, double log2_sigma) {
    const Evaluation evaluation(tape);
    const Normal q{tape.constant(static_cast<Real>(mu)),
                   tape.constant(static_cast<Real>(std::exp2(log2_sigma)))};
    return double{reverse_kl(q, p, noise).item()};
  };
  const Grid grid = sample_grid(height, {-4, 4}, {-1.5, 2}, 97, 71);
  right.contour(grid, {0.5, 0.62, 0.7, 0.8, 1, 1.5, 2.5, 4, 8},
                {.color = Color::ink, .width = 0.8, .opacity = 0.6});
  // The level of each line, where it crosses a vertical line.
  const auto label = [&](double mu, double from, double to, double level) {
    if ((height(mu, from) - level) * (height(mu, to) - level) > 0) return;
    for (int k = 0; k < 30; ++k) {
      const double middle = (from + to) / 2;
      ((height(mu, from) - level) * (height(mu, middle) - level) <= 0 ? to : from) = middle;
    }
    right.text(mu, from, to_text(level), Anchor::middle);
  };
  for (const double level : {0.8, 1.5, 4.0}) label(0, 1, 2, level);
  for (const double level : {1.0, 2.5}) label(0.4, 0.8, -1.5, level);
  for (const double level : {0.5, 0.7, 1.0}) label(reverse[0].loc, std::log2(reverse[0].scale), -1.5, level);
  for (std::size_t i = 0; i < reverse.size(); ++i) {
    right.scatter(std::vector<double>{reverse[i].loc}, std::vector<double>{std::log2(reverse[i].scale)},
                  {.color = Color::blue, .marker = Marker::circle, .size = 9});
    name(right, names[i], reverse[i].loc + 0.3, std::log2(reverse[i].scale));
  }
  right.scatter(std::vector<double>{forward.loc}, std::vector<double>{std::log2(forward.scale)},
                {.color = Color::vermillion, .marker = Marker::square, .size = 9});
  name(right, "D", forward.loc - 0.3, std::log2(forward.scale) + 0.02);
  chapter.figure("asymmetry", figure);
}

void draw_independence(Chapter& chapter, const Gaussian& p, const Matrix& reverse, const Matrix& forward) {
  Figure figure(
      "Level sets of a correlated Gaussian, and of the independent Gaussians nearest to it either way round",
      2, 380);
  const auto plot = [&](const char* title, const Matrix& scale, Color color, Dash dash) {
    Axes& axes = figure.axes(title, "x₁", "x₂");
    axes.equal_aspect = true;
    axes.x_range = Range{-3.6, 4.6};
    axes.y_range = Range{-3.6, 3.6};
    for (const double radius : {1.0, 2.0}) {
      const Curve of_p = ellipse(p.loc, p.cholesky(), radius);
      const Curve of_q = ellipse(p.loc, diagonal(scale.elements), radius);
      axes.line(of_p.x, of_p.y,
                {.label = radius > 1 ? "" : "p", .color = Color::ink, .dash = Dash::solid, .width = 1.3});
      axes.line(of_q.x, of_q.y, {.label = radius > 1 ? "" : "q", .color = color, .dash = dash});
    }
  };
  plot("min KL(q‖p): σ² = 1/Λ_ii", reverse, Color::blue, Dash::solid);
  plot("min KL(p‖q): σ² = Σ_ii", forward, Color::vermillion, Dash::dashed);
  chapter.figure("independence", figure);
}
