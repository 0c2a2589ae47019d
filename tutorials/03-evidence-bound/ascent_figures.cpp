// The pictures of the ascent.

#include <span>

#include "ascent.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The points at `radius` standard deviations.
void ellipse(Axes& axes, const Gaussian& g, double radius, const Style& style) {
  std::vector<double> z1, z2;
  for (int i = 0; i <= 120; ++i) {
    const double angle = 2 * std::numbers::pi * i / 120, c = radius * std::cos(angle),
                 s = radius * std::sin(angle);
    z1.push_back(g.mean[0] + g.factor(0, 0) * c);
    z2.push_back(g.mean[1] + g.factor(1, 0) * c + g.factor(1, 1) * s);
  }
  axes.line(z1, z2, style);
}

// The divergence of a climb, averaged over stretches of 25 steps.
void divergence(Axes& axes, const Climb& climb, Color color, Dash dash) {
  constexpr std::size_t stretch = 25;
  std::vector<double> at, kl;
  for (std::size_t t = 0; t + stretch < climb.splits.size(); t += stretch) {
    double sum = 0;
    for (std::size_t i = t; i < t + stretch; ++i) sum += climb.splits[i].kl_to_posterior;
    at.push_back(static_cast<double>(t) + stretch / 2.0);
    kl.push_back(sum / stretch);
  }
  axes.line(at, kl, {.label = climb.name, .color = color, .dash = dash});
}

}  // namespace

Figure ascent_figure(const Climbs& climbs) {
  Figure figure("The bound climbs to log p(x) and the divergence falls to nothing", 2, 360);
  const double evidence = climbs.full.splits[0].log_evidence;

  Axes& bound = figure.axes("log p(x) = V + KL, all the way", "step", "nats");
  constexpr std::size_t shown = 141;
  bound.y_range = Range{evidence - 12, evidence + 1.5};
  bound.x_range = Range{0, static_cast<double>(shown - 1)};
  const auto elbo = [](const EvidenceSplit& split) { return split.elbo.value(); };
  const std::vector<double> step = spaced(0, shown - 1, 1), top(shown, evidence),
                            v = series(std::span(climbs.full.splits).first(shown), elbo),
                            v_diagonal = series(std::span(climbs.diagonal.splits).first(shown), elbo);
  bound.band(step, v, top, {.label = "KL(q ‖ posterior)", .color = Color::orange, .opacity = 0.3});
  bound.line(step, v, {.label = "V, full q", .color = Color::blue, .dash = Dash::solid});
  bound.line(step, v_diagonal, {.label = "V, diagonal q", .color = Color::green, .dash = Dash::dashed});
  bound.horizontal(evidence, "log p(x)", {.color = Color::ink, .dash = Dash::solid});

  Axes& gap = figure.axes("the divergence, five ways", "step", "KL(q ‖ posterior) / nats");
  gap.y_scale = Scale::log;
  divergence(gap, climbs.full, Color::blue, Dash::solid);
  divergence(gap, climbs.diagonal, Color::green, Dash::dashed);
  divergence(gap, climbs.draw, Color::purple, Dash::solid);
  divergence(gap, climbs.falling, Color::purple, Dash::dotted);
  divergence(gap, climbs.path, Color::purple, Dash::dash_dot);
  return figure;
}

Figure ellipse_figure(const Problem& problem, const Climb& full, const Climb& diagonal) {
  Figure figure("Posterior, the ascent towards it, and the best diagonal approximation", 2, 380);
  const Gaussian exact = posterior(problem.model, problem.x);
  const Matrix c = covariance(exact);
  const Gaussian marginals = diagonal_gaussian(exact.mean, {c(0, 0), c(1, 1)});

  Axes& way = figure.axes("q on its way (1 deviation)", "z₁", "z₂");
  way.equal_aspect = true;
  way.x_range = Range{-2.3, 2.3};
  way.y_range = Range{-1.2, 3.4};
  for (const std::size_t t : {10u, 25u, 60u}) {
    ellipse(way, full.path[t], 1, {.color = Color::blue, .dash = Dash::solid, .width = 1, .opacity = 0.6});
    way.text(full.path[t].mean[0], full.path[t].mean[1], std::to_string(t), Anchor::middle);
  }
  ellipse(way, standard_normal(2), 1, {.label = "prior", .color = Color::ink, .dash = Dash::dotted});
  ellipse(way, full.path[0], 1, {.label = "q", .color = Color::blue, .dash = Dash::solid, .width = 1.4});
  ellipse(way, exact, 1, {.label = "posterior", .color = Color::ink, .dash = Dash::dashed, .width = 2.2});
  way.text(full.path[0].mean[0], full.path[0].mean[1], "step 0", Anchor::middle);

  Axes& best = figure.axes("where they end (2 deviations)", "z₁", "z₂");
  best.equal_aspect = true;
  ellipse(best, full.end(), 2, {.label = "full q", .color = Color::blue, .dash = Dash::solid, .width = 3});
  ellipse(best, exact, 2, {.label = "posterior", .color = Color::ink, .dash = Dash::dashed, .width = 1.6});
  ellipse(best, diagonal.end(), 2, {.label = "diagonal q", .color = Color::green, .dash = Dash::solid});
  ellipse(best, marginals, 2, {.label = "marginals", .color = Color::green, .dash = Dash::dotted});
  return figure;
}
