#include "figures.h"

#include "support/figure.h"

using namespace doxa;
using support::Chapter;

void draw_nearly_equal(Chapter& chapter, const NearlyEqual& errors) {
  support::Figure figure("Relative error of the divergence of two nearly equal normals, by two formulas");
  support::Axes& axes = figure.axes();
  axes.title = "KL(N(0, (1 + t)²) ‖ N(0, 1))";
  axes.x_label = "t";
  axes.y_label = "relative error";
  axes.x_scale = axes.y_scale = support::Scale::log;
  axes.scatter(errors.t, errors.textbook, {.label = "textbook formula", .marker = support::Marker::square});
  axes.scatter(errors.t, errors.library, {.label = "kl_divergence", .marker = support::Marker::circle});
  axes.line(errors.t, errors.rounding, {.label = "u / KL", .color = support::Color::ink, .dash = support::Dash::dashed});
  chapter.figure("nearly_equal", figure);
}
void draw_monte_carlo(Chapter&, const Convergence&, const Spread&) {}
void draw_asymmetry(Chapter&, const Mixture&, const std::vector<Fit>&, Fit) {}
void draw_independence(Chapter&, const Gaussian&, const Vector&, const Vector&) {}
