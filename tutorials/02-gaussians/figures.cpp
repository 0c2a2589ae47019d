#include "figures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "support/figure.h"

using namespace doxa;
using support::Axes;
using support::Chapter;
using support::Color;
using support::Dash;
using support::Marker;

void draw_nearly_equal(Chapter& chapter, const NearlyEqual& errors) {
  support::Figure figure("Relative error of the divergence of two nearly equal normals, by two formulas");
  figure.row_height = 340;
  Axes& axes = figure.axes();
  axes.title = "KL(N(0, (1 + t)² σ²) ‖ N(0, σ²))";
  axes.x_label = "t, relative difference of the scales";
  axes.y_label = "relative error of KL";
  axes.x_scale = axes.y_scale = support::Scale::log;
  axes.scatter(errors.t, errors.textbook,
               {.label = "textbook formula", .color = Color::vermillion, .marker = Marker::square});
  axes.scatter(errors.t, errors.library,
               {.label = "kl_divergence", .color = Color::blue, .marker = Marker::circle});
  axes.line(errors.t, errors.rounding,
            {.label = "u / KL", .color = Color::ink, .dash = Dash::dashed, .width = 1.2});
  axes.horizontal(1, "no digit left", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  chapter.figure("nearly_equal", figure);
}

void draw_monte_carlo(Chapter& chapter, const Convergence& error, const Spread& spread) {
  support::Figure figure(
      "Error of the Monte-Carlo divergence against the number of draws, and the spread of one draw against "
      "the divergence",
      2);
  figure.row_height = 340;
  Axes& left = figure.axes();
  left.title = "rms error of N draws";
  left.x_label = "draws N";
  left.y_label = "rms error / nats";
  left.x_scale = left.y_scale = support::Scale::log;
  left.line(error.draws, error.predicted,
            {.label = "√(V/N), exact", .color = Color::ink, .dash = Dash::dashed, .width = 1.2});
  left.scatter(error.draws, error.rms,
               {.label = "measured", .color = Color::blue, .marker = Marker::circle, .size = 6});

  Axes& right = figure.axes();
  right.title = "one draw, relative to KL";
  right.x_label = "KL(q‖p) / nats";
  right.y_label = "standard deviation / KL";
  right.x_scale = right.y_scale = support::Scale::log;
  right.line(spread.kl, spread.plain, {.color = Color::vermillion, .dash = Dash::dashed, .width = 1.2});
  right.line(spread.kl, spread.controlled, {.color = Color::blue, .dash = Dash::dashed, .width = 1.2});
  right.scatter(spread.kl, spread.plain_measured,
                {.label = "−log w", .color = Color::vermillion, .marker = Marker::square, .size = 6});
  right.scatter(spread.kl, spread.controlled_measured,
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
  support::Figure figure(
      "A density of two modes with the single normals nearest to it either way round, and KL(q||p) over mean "
      "and scale",
      2);
  figure.row_height = 380;
  std::vector<double> x, of_p;
  for (int i = -480; i <= 480; ++i) {
    x.push_back(i / 80.0);
    of_p.push_back(p.weight[0] * density(x.back(), p.loc[0], p.scale[0]) +
                   p.weight[1] * density(x.back(), p.loc[1], p.scale[1]));
  }
  const auto curve = [&](Fit fit) {
    std::vector<double> y;
    for (const double at : x) y.push_back(density(at, fit.loc, fit.scale));
    return y;
  };
  Axes& left = figure.axes();
  left.title = "p and the nearest normals";
  left.x_label = "x";
  left.y_label = "density";
  left.x_range = support::Range{-6, 6};
  left.band(x, std::vector<double>(x.size(), 0), of_p, {.label = "p", .color = Color::ink, .opacity = 0.2});
  left.line(x, curve(forward), {.label = "min KL(p‖q)", .color = Color::vermillion, .dash = Dash::dashed});
  for (std::size_t i = 0; i < reverse.size(); ++i)
    left.line(x, curve(reverse[i]),
              {.label = i == 0 ? "minima of KL(q‖p)" : "", .color = reverse_colors[i], .dash = Dash::solid});

  Axes& right = figure.axes();
  right.title = "KL(q‖p) in nats";
  right.x_label = "μ";
  right.y_label = "log₂ σ";
  const NormalNodes noise = normal_nodes(1.0 / 16);
  Tape tape;
  const auto height = [&](double mu, double log2_sigma) {
    const Evaluation evaluation(tape);
    const Normal q(tape.constant(static_cast<Real>(mu)),
                   tape.constant(static_cast<Real>(std::exp2(log2_sigma))));
    return double{reverse_kl(q, p, noise).item()};
  };
  const support::Grid grid = support::sample_grid(height, {-4, 4}, {-1.5, 2}, 97, 71);
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
  support::Figure figure(
      "Level sets of a correlated Gaussian, and of the independent Gaussians nearest to it either way round",
      2);
  figure.row_height = 380;
  const auto ellipse = [&](const Matrix& l, double radius, auto use) {
    std::vector<double> x, y;
    for (int i = 0; i <= 180; ++i) {
      const double angle = std::numbers::pi * i / 90;
      const Matrix z = l * column({radius * std::cos(angle), radius * std::sin(angle)});  // (02.3)
      x.push_back(double{p.loc[0]} + z[0]);
      y.push_back(double{p.loc[1]} + z[1]);
    }
    use(x, y);
  };
  for (const bool inside : {true, false}) {
    const Matrix& scale = inside ? reverse : forward;
    Axes& axes = figure.axes();
    axes.title = inside ? "min KL(q‖p): σ² = 1/Λ_ii" : "min KL(p‖q): σ² = Σ_ii";
    axes.x_label = "x₁";
    axes.y_label = "x₂";
    axes.equal_aspect = true;
    axes.x_range = support::Range{-3.6, 4.6};
    axes.y_range = support::Range{-3.6, 3.6};
    for (const double radius : {1.0, 2.0}) {
      const bool first = radius == 1.0;
      ellipse(p.cholesky(), radius, [&](const auto& x, const auto& y) {
        axes.line(x, y, {.label = first ? "p" : "", .color = Color::ink, .dash = Dash::solid, .width = 1.3});
      });
      ellipse(diagonal(scale.elements), radius, [&](const auto& x, const auto& y) {
        axes.line(x, y,
                  {.label = first ? "q" : "",
                   .color = inside ? Color::blue : Color::vermillion,
                   .dash = inside ? Dash::solid : Dash::dashed});
      });
    }
  }
  chapter.figure("independence", figure);
}
