#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void draw_nearly_equal(Chapter& chapter, const std::vector<NearlyEqual>& errors) {
  Figure figure("Relative error of the divergence of two nearly equal normals, by two formulas", 1, 340);
  Axes& axes = figure.axes("KL(N(0, (1 + t)² σ²) ‖ N(0, σ²))", "t, relative difference of the scales",
                           "relative error of KL");
  axes.x_scale = axes.y_scale = Scale::log;
  const std::vector<double> t = series(errors, &NearlyEqual::t);
  axes.scatter(t, series(errors, &NearlyEqual::textbook),
               {.label = "textbook formula", .color = Color::vermillion, .marker = Marker::square});
  axes.scatter(t, series(errors, &NearlyEqual::library),
               {.label = "kl_divergence", .color = Color::blue, .marker = Marker::circle});
  axes.line(t, series(errors, &NearlyEqual::rounding),
            {.label = "u / KL", .color = Color::ink, .dash = Dash::dashed, .width = 1.2});
  axes.horizontal(1, "no digit left", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  chapter.figure("nearly_equal", figure);
}

void draw_monte_carlo(Chapter& chapter, const std::vector<Convergence>& errors,
                      const std::vector<Spread>& spreads) {
  Figure figure(
      "Error of the Monte-Carlo divergence against the number of draws, and the spread of one draw against "
      "the divergence",
      2, 340);
  Axes& left = figure.axes("rms error of N draws", "draws N", "rms error / nats");
  left.x_scale = left.y_scale = Scale::log;
  const std::vector<double> draws = series(errors, &Convergence::draws);
  left.line(draws, series(errors, &Convergence::predicted),
            {.label = "√(V/N), exact", .color = Color::ink, .dash = Dash::dashed, .width = 1.2});
  left.scatter(draws, series(errors, &Convergence::rms),
               {.label = "measured", .color = Color::blue, .marker = Marker::circle, .size = 6});

  Axes& right = figure.axes("one draw, relative to KL", "KL(q‖p) / nats", "standard deviation / KL");
  right.x_scale = right.y_scale = Scale::log;
  const std::vector<double> kl = series(spreads, &Spread::kl);
  right.line(kl, series(spreads, &Spread::plain),
             {.color = Color::vermillion, .dash = Dash::dashed, .width = 1.2});
  right.line(kl, series(spreads, &Spread::controlled),
             {.color = Color::blue, .dash = Dash::dashed, .width = 1.2});
  right.scatter(kl, series(spreads, &Spread::plain_measured),
                {.label = "−log w", .color = Color::vermillion, .marker = Marker::square, .size = 6});
  right.scatter(kl, series(spreads, &Spread::controlled_measured),
                {.label = "(w − 1) − log w", .color = Color::blue, .marker = Marker::circle, .size = 6});
  chapter.figure("monte_carlo", figure);
}

namespace {

double density(double x, double loc, double scale) {
  const double e = (x - loc) / scale;
  return std::exp(-e * e / 2) / (scale * std::sqrt(2 * std::numbers::pi));
}

constexpr Color reverse_colors[] = {Color::blue, Color::green, Color::purple};

}  // namespace

void draw_asymmetry(Chapter& chapter, const Mixture& p, const std::vector<Fit>& reverse, Fit forward) {
  Figure figure(
      "A density of two modes with the single normals nearest to it either way round, and KL(q||p) over mean "
      "and scale",
      2, 380);
  std::vector<double> x;
  for (int i = -480; i <= 480; ++i) x.push_back(i / 80.0);
  const auto of_p = series(x, [&](double at) {
    return p.weight[0] * density(at, p.loc[0], p.scale[0]) + p.weight[1] * density(at, p.loc[1], p.scale[1]);
  });
  const auto curve = [&](Fit fit) {
    return series(x, [&](double at) { return density(at, fit.loc, fit.scale); });
  };
  Axes& left = figure.axes("p and the nearest normals", "x", "density");
  left.x_range = Range{-6, 6};
  left.band(x, std::vector<double>(x.size(), 0), of_p, {.label = "p", .color = Color::ink, .opacity = 0.2});
  left.line(x, curve(forward), {.label = "min KL(p‖q)", .color = Color::vermillion, .dash = Dash::dashed});
  for (std::size_t i = 0; i < reverse.size(); ++i)
    left.line(x, curve(reverse[i]),
              {.label = i == 0 ? "minima of KL(q‖p)" : "", .color = reverse_colors[i], .dash = Dash::solid});

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
  right.contour(grid, {0.48, 0.55, 0.6, 0.65, 0.7, 0.8, 0.965, 1, 1.1, 1.4, 2, 3, 5, 8},
                {.color = Color::ink, .width = 0.8, .opacity = 0.6});
  for (std::size_t i = 0; i < reverse.size(); ++i)
    right.scatter(std::vector<double>{reverse[i].loc}, std::vector<double>{std::log2(reverse[i].scale)},
                  {.color = reverse_colors[i], .marker = Marker::circle, .size = 9});
  right.scatter(std::vector<double>{forward.loc}, std::vector<double>{std::log2(forward.scale)},
                {.color = Color::vermillion, .marker = Marker::square, .size = 9});
  chapter.figure("asymmetry", figure);
}

void draw_independence(Chapter& chapter, const Gaussian& p, const Matrix& reverse, const Matrix& forward) {
  Figure figure(
      "Level sets of a correlated Gaussian, and of the independent Gaussians nearest to it either way round",
      2, 380);
  const auto ellipse = [&](Axes& axes, const Matrix& l, double radius, Style style) {
    std::vector<double> x, y;
    for (int i = 0; i <= 180; ++i) {
      const double angle = std::numbers::pi * i / 90;
      const Matrix z = l * column({radius * std::cos(angle), radius * std::sin(angle)});  // (02.3)
      x.push_back(double{p.loc[0]} + z[0]);
      y.push_back(double{p.loc[1]} + z[1]);
    }
    if (radius > 1) style.label.clear();
    axes.line(x, y, style);
  };
  const auto plot = [&](const char* title, const Matrix& scale, Color color, Dash dash) {
    Axes& axes = figure.axes(title, "x₁", "x₂");
    axes.equal_aspect = true;
    axes.x_range = Range{-3.6, 4.6};
    axes.y_range = Range{-3.6, 3.6};
    for (const double radius : {1.0, 2.0}) {
      ellipse(axes, p.cholesky(), radius,
              {.label = "p", .color = Color::ink, .dash = Dash::solid, .width = 1.3});
      ellipse(axes, diagonal(scale.elements), radius, {.label = "q", .color = color, .dash = dash});
    }
  };
  plot("min KL(q‖p): σ² = 1/Λ_ii", reverse, Color::blue, Dash::solid);
  plot("min KL(p‖q): σ² = Σ_ii", forward, Color::vermillion, Dash::dashed);
  chapter.figure("independence", figure);
}
