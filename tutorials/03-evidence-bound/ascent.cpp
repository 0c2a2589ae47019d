// Gradient ascent on V over the parameters of q.

#include <span>

#include "doxa/autograd/random.h"
#include "doxa/models/nn/adam.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// A family of approximate posteriors N(loc, L Lᵀ): L has e^raw on its diagonal and, in the full family, raw
// below it.
struct GaussianFamily {
  Parameter loc, raw;
  bool full;

  GaussianFamily(const Gaussian& start, bool with_correlations)
      : loc("loc", Tensor(Shape{start.mean.rows})),
        raw("raw", Tensor(Shape{start.mean.rows, start.mean.rows})),
        full(with_correlations) {
    for (Index i = 0; i < start.mean.rows; ++i) {
      loc.value[i] = static_cast<Real>(start.mean[i]);
      raw.value(i, i) = static_cast<Real>(std::log(start.factor(i, i)));
    }
  }
};

MultivariateNormal distribution(Tape& tape, GaussianFamily& q) {
  const Index d = q.loc.value.size();
  Tensor diagonal(Shape{d, d}), below(Shape{d, d});
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j <= i; ++j) (i == j ? diagonal : below)(i, j) = 1;
  const Var raw = q.raw.on(tape), positive = exp(raw), scales = tape.constant(diagonal) * positive;
  return {q.loc.on(tape), q.full ? scales + tape.constant(below) * raw : scales};
}

// Its present member.
Gaussian gaussian(GaussianFamily& q) {
  Tape tape;
  const Evaluation evaluation(tape);
  const MultivariateNormal now = distribution(tape, q);
  return {column({now.loc.value().begin(), now.loc.value().end()}), Matrix(now.scale_tril.tensor())};
}

void append_parameters(Parameters& to, GaussianFamily& q) {
  to.push_back(&q.loc);
  to.push_back(&q.raw);
}

// How V or its gradient is had.
enum class Objective { closed_form, one_draw, one_draw_path };

//! [objective]
Var objective(const ModelOnTape& p, const MultivariateNormal& q, Objective how, Philox& random) {
  if (how == Objective::closed_form) return elbo(p, q);                         // (03.14)
  const Var z = rsample(q, normal_noise(q.loc.tape(), q.loc.shape(), random));  // z = loc + L ε
  if (how == Objective::one_draw) return log_weights(p, q, z);                  // (03.7)
  // The same value, and the same gradient in expectation: that of log q(z) at a fixed z averages to zero.
  return log_weights(p, {stop_gradient(q.loc), stop_gradient(q.scale_tril)}, z);
}
//! [objective]

// One maximisation of V over a family of q, step by step.
struct Climb {
  std::string name;
  std::vector<EvidenceSplit> splits;  // before the first step, and after each
  std::vector<Gaussian> path;         // the q that they belong to

  const Gaussian& end() const { return path.back(); }
};

Climb climb(const std::string& name, const Problem& problem, const Gaussian& start, bool full, Objective how,
            int steps, std::uint64_t seed) {
  GaussianFamily q(start, full);
  const Parameters all = parameters(q);
  Adam adam;
  const double first_rate = 0.05;
  Philox random(seed, ascent_noise);
  Climb climb{name, {}, {}};
  const auto look = [&] {
    climb.path.push_back(gaussian(q));
    climb.splits.push_back(evidence_split(problem.model, problem.x, climb.end()));
  };
  look();
  Tape tape;
  for (int t = 0; t < steps; ++t) {
    tape.clear();
    const MultivariateNormal now = distribution(tape, q);
    const Var v = objective(on_tape(tape, problem.model, problem.x), now, how, random);
    tape.backward(-v);
    adam.rate = first_rate * 0.5 * (1 + std::cos(std::numbers::pi * t / steps));
    adam.step(all);
    look();
  }
  return climb;
}

// The largest difference of means or of covariances, entry by entry.
double distance(const Gaussian& a, const Gaussian& b) {
  return std::max(largest_magnitude(a.mean - b.mean), largest_magnitude(covariance(a) - covariance(b)));
}

void report(const Climb& c) {
  std::cout << '\n' << c.name << ":\n\n";
  Table table(
      {"step", "mean of q", "deviations", "correlation", {"V", 6}, "log p(x) − V", "KL(q ‖ posterior)"}, 3);
  const std::size_t last = c.path.size() - 1;
  for (const std::size_t t : {std::size_t{0}, last / 100, last / 20, last / 5, last / 2, last}) {
    const Matrix s = covariance(c.path[t]);
    table.row({t, decimal(c.path[t].mean[0], 4) + ", " + decimal(c.path[t].mean[1], 4),
               decimal(std::sqrt(s(0, 0)), 4) + ", " + decimal(std::sqrt(s(1, 1)), 4),
               decimal(s(0, 1) / std::sqrt(s(0, 0) * s(1, 1)), 4), c.splits[t].elbo.value(),
               c.splits[t].gap(), c.splits[t].kl_to_posterior});
  }
  std::cout << table;
}

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

}  // namespace

void ascent(Chapter& chapter, const Problem& problem) {
  const LinearGaussian& model = problem.model;
  const Matrix& x = problem.x;
  const int steps = chapter.quick() ? 2000 : 3000;
  const Gaussian start = diagonal_gaussian(column({-1.5, 2}), {0.25, 0.25});
  const auto run = [&](const std::string& name, bool full, Objective how) {
    return climb(name, problem, start, full, how, steps, chapter.seed());
  };
  const std::vector<Climb> climbs{run("exact V, full q", true, Objective::closed_form),
                                  run("exact V, diagonal q", false, Objective::closed_form),
                                  run("one draw", true, Objective::one_draw),
                                  run("one draw, path derivative", true, Objective::one_draw_path)};
  std::cout << "\nGradient ascent on V, " << steps << " steps of Adam from a poor start.\n";
  for (const Climb& c : climbs) report(c);
  chapter.figure("ascent", ascent_figure(climbs));
  chapter.figure("ellipses", ellipse_figure(problem, climbs[0], climbs[1]));

  const Gaussian exact = posterior(model, x), mean_field = best_diagonal(model, x);
  const Climb &full = climbs[0], &diagonal = climbs[1], &path = climbs[3];
  const double flat = units_allowed * full.splits.back().unit;  // what rounding may hide of V
  const std::string why_flat =
      "V is flat at its top: rounding hides differences of 4 units there, and q moved by δ deviations loses "
      "only ½ δ² nats";
  double worst = 0;
  for (const Climb& c : climbs)
    for (const EvidenceSplit& s : c.splits) worst = std::max(worst, s.miss());
  chapter.claims.equal("maximising V makes q the posterior: largest difference of a mean or covariance",
                       distance(full.end(), exact), 0, std::sqrt(2 * flat), why_flat);
  chapter.claims.equal("and V is then log p(x)", full.splits.back().elbo.value(), log_evidence(model, x),
                       flat, why_units);
  chapter.claims.equal("and the divergence has gone: KL(q ‖ posterior)", full.splits.back().kl_to_posterior,
                       0, flat, why_units);
  chapter.claims.at_most(
      "log p(x) − V was KL(q ‖ posterior) at every step of all four ascents: largest miss, in units "
      "of rounding",
      worst, 0, units_allowed, why_units);
  chapter.claims.equal("one draw a step finds the posterior too, by the path derivative",
                       distance(path.end(), exact), 0, std::sqrt(2 * flat),
                       "its noise is nothing where q is the posterior, (03.8); " + why_flat);
  chapter.claims.equal(
      "(03.15) among diagonal q the best has variances 1/Λ_ii: largest difference from the trained one",
      distance(diagonal.end(), mean_field), 0, std::sqrt(2 * flat), why_flat);
  chapter.claims.equal("(03.16) and V is short of log p(x) by ½ (Σ log Λ_ii − log det Λ)",
                       diagonal.splits.back().gap(), mean_field_gap(model), flat, why_units);
  chapter.results.set("log_evidence", log_evidence(model, x));
  chapter.results.set("ascent.elbo", full.splits.back().elbo.value());
  chapter.results.set("ascent.kl", full.splits.back().kl_to_posterior);
  chapter.results.set("ascent.distance", distance(full.end(), exact));
  chapter.results.set("ascent.one_draw.kl", climbs[2].splits.back().kl_to_posterior);
  chapter.results.set("ascent.one_draw_path.kl", path.splits.back().kl_to_posterior);
  chapter.results.set("mean_field.gap", diagonal.splits.back().gap());
  chapter.results.set("identity.ascent_worst_in_units_of_rounding", worst, rounding_noise);
  const Matrix c = covariance(exact), narrow = covariance(mean_field);
  chapter.results.set("posterior.correlation", c(0, 1) / std::sqrt(c(0, 0) * c(1, 1)));
  chapter.results.set("mean_field.deviation_ratio", std::sqrt(c(0, 0) / narrow(0, 0)));
}
