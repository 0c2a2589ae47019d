#include <span>

#include "sections.h"

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

}  // namespace

Figure ascent_figure(const std::vector<Climb>& climbs) {
  Figure figure("The bound climbs to log p(x) and the divergence falls to nothing", 2, 340);
  const Climb &full = climbs[0], &diagonal = climbs[1];
  const double evidence = full.splits[0].log_evidence;

  Axes& bound = figure.axes("log p(x) = V + KL, all the way", "step", "nats");
  constexpr std::size_t shown = 141;
  bound.y_range = Range{evidence - 12, evidence + 1.5};
  bound.x_range = Range{0, static_cast<double>(shown - 1)};
  const auto elbo = [](const EvidenceSplit& split) { return split.elbo.value(); };
  const std::vector<double> step = spaced(0, shown - 1, 1), top(shown, evidence),
                            v = series(std::span(full.splits).first(shown), elbo),
                            v_diagonal = series(std::span(diagonal.splits).first(shown), elbo);
  bound.band(step, v, top, {.label = "KL(q ‖ posterior)", .color = Color::orange, .opacity = 0.3});
  bound.line(step, v, {.label = "V, full q", .color = Color::blue});
  bound.line(step, v_diagonal, {.label = "V, diagonal q", .color = Color::green});
  bound.horizontal(evidence, "log p(x)", {.color = Color::ink, .dash = Dash::dashed});

  Axes& gap = figure.axes("the divergence, four ways", "step", "KL(q ‖ posterior) / nats");
  gap.y_scale = Scale::log;
  for (const Climb& c : climbs) {
    std::vector<double> at, kl;
    for (std::size_t t = 0; t < c.splits.size(); t += 5) {
      at.push_back(static_cast<double>(t));
      kl.push_back(c.splits[t].kl_to_posterior);
    }
    gap.line(at, kl, {.label = c.name});
  }
  return figure;
}

Figure ellipse_figure(const Problem& problem, const Climb& full, const Climb& diagonal) {
  Figure figure("Posterior, the ascent towards it, and the best diagonal approximation", 2, 380);
  const Gaussian exact = posterior(problem.model, problem.x);
  const Matrix c = covariance(exact);
  const Gaussian marginals = diagonal_gaussian(exact.mean, {c(0, 0), c(1, 1)});

  Axes& way = figure.axes("q on its way (1 deviation)", "z₁", "z₂");
  way.equal_aspect = true;
  for (const std::size_t t : {0u, 15u, 30u, 50u, 75u, 110u})
    ellipse(way, full.path[t], 1, {.color = Color::blue, .dash = Dash::solid, .width = 1, .opacity = 0.6});
  ellipse(way, standard_normal(2), 1, {.label = "prior", .color = Color::ink, .dash = Dash::dotted});
  ellipse(way, full.path[0], 1, {.label = "q", .color = Color::blue, .dash = Dash::solid, .width = 1.4});
  ellipse(way, exact, 1,
          {.label = "posterior", .color = Color::vermillion, .dash = Dash::dashed, .width = 2.2});
  way.text(full.path[0].mean[0], full.path[0].mean[1], "start", Anchor::middle);

  Axes& best = figure.axes("where they end (2 deviations)", "z₁", "z₂");
  best.equal_aspect = true;
  ellipse(best, full.end(), 2, {.label = "full q", .color = Color::blue, .dash = Dash::solid});
  ellipse(best, exact, 2,
          {.label = "posterior", .color = Color::vermillion, .dash = Dash::dashed, .width = 2.2});
  ellipse(best, diagonal.end(), 2, {.label = "diagonal q", .color = Color::green, .dash = Dash::solid});
  ellipse(best, marginals, 2, {.label = "marginals", .color = Color::ink, .dash = Dash::dotted});
  return figure;
}
