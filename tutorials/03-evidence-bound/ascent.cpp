// Gradient ascent on V over the parameters of q.

#include "ascent.h"

#include "doxa/models/nn/parameter.h"

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

// Plain ascent: each number moves by `rate` times its derivative.
void step(const Parameters& all, double rate) {
  for (Parameter* p : all)
    for (Index i = 0; i < p->value.size(); ++i) {
      p->value[i] += static_cast<Real>(rate) * p->gradient[i];
      p->gradient[i] = 0;
    }
}

constexpr double first_rate = 0.01;

// What a climb starts from and how long it is, the same for all.
struct Start {
  const Problem& problem;
  Gaussian q;
  int steps;
  std::uint64_t seed;
};

Climb climb(const std::string& name, const Start& start, bool full, Objective how,
            Rate rate = Rate::constant) {
  const Problem& problem = start.problem;
  GaussianFamily q(start.q, full);
  const Parameters all = parameters(q);
  Philox random(start.seed, ascent_noise);
  Climb climb{name, {}, {}};
  const auto look = [&] {
    climb.path.push_back(gaussian(q));
    climb.splits.push_back(evidence_split(problem.model, problem.x, climb.end()));
  };
  look();
  Tape tape;
  for (int t = 0; t < start.steps; ++t) {
    tape.clear();
    const MultivariateNormal now = distribution(tape, q);
    const Var v = objective(on_tape(tape, problem.model, problem.x), now, how, random);
    tape.backward(v);
    step(all, rate == Rate::constant ? first_rate
                                     : first_rate / 2 * (1 + std::cos(std::numbers::pi * t / start.steps)));
    look();
  }
  return climb;
}

// The largest difference of means or of covariances, entry by entry.
double distance(const Gaussian& a, const Gaussian& b) {
  return std::max(largest_magnitude(a.mean - b.mean), largest_magnitude(covariance(a) - covariance(b)));
}

void report(Chapter& chapter, const Climb& c) {
  Table table(
      {"step", "mean of q", "deviations", "correlation", {"V", 6}, "log p(x) − V", "KL(q ‖ posterior)"}, 3);
  for (const std::size_t t : {0u, 15u, 30u, 60u, 150u, 600u, 1500u}) {
    const Matrix s = covariance(c.path[t]);
    table.row({t, decimal(c.path[t].mean[0], 4) + ", " + decimal(c.path[t].mean[1], 4),
               decimal(std::sqrt(s(0, 0)), 4) + ", " + decimal(std::sqrt(s(1, 1)), 4),
               decimal(s(0, 1) / std::sqrt(s(0, 0) * s(1, 1)), 4), c.splits[t].elbo.value(),
               c.splits[t].gap(), c.splits[t].kl_to_posterior});
  }
  chapter.print("ascent", table);
}

// The mean divergence over the last third of a climb.
double last_third(const Climb& c) {
  double sum = 0;
  const std::size_t count = c.splits.size() / 3;
  for (std::size_t i = c.splits.size() - count; i < c.splits.size(); ++i) sum += c.splits[i].kl_to_posterior;
  return sum / static_cast<double>(count);
}

void compare(Chapter& chapter, const Climbs& climbs) {
  std::cout
      << "\nThe divergence of five climbs. The rate is 0.01 at every step but where it says \"falling\": "
         "there it is\n0.005 (1 + cos(π t / steps)).\n\n";
  Table table({"what is followed", "mean KL, last third", {"KL at the end", 3}}, 3);
  for (const Climb* c : climbs.all()) table.row({c->name, last_third(*c), c->splits.back().kl_to_posterior});
  chapter.print("five-climbs", table);
  std::cout << "\nlog KL(q ‖ posterior) over the steps:\n\n";
  for (const Climb* c : climbs.all())
    std::cout << "  "
              << sparkline(series(c->splits,
                                  [](const EvidenceSplit& s) { return std::log(s.kl_to_posterior + 1e-30); }))
              << "  " << c->name << '\n';
}

}  // namespace

//! [objective]
Var objective(const ModelOnTape& p, const MultivariateNormal& q, Objective how, Philox& random) {
  if (how == Objective::closed_form) return elbo(p, q);                         // (03.14)
  const Var z = rsample(q, normal_noise(q.loc.tape(), q.loc.shape(), random));  // z = loc + L ε
  if (how == Objective::one_draw) return log_weights(p, q, z);                  // (03.7)
  // The same value, and the same gradient in expectation: that of log q(z) at a fixed z averages to zero.
  return log_weights(p, {stop_gradient(q.loc), stop_gradient(q.scale_tril)}, z);
}
//! [objective]

void ascent(Chapter& chapter, const Problem& problem) {
  const LinearGaussian& model = problem.model;
  const Matrix& x = problem.x;
  const int steps = chapter.quick() ? 2000 : 3000;
  const Gaussian start = diagonal_gaussian(column({-1.5, 2}), {0.25, 0.25});
  const Start from{problem, start, steps, chapter.seed()};
  const Climbs climbs{climb("exact V, full q", from, true, Objective::closed_form),
                      climb("exact V, diagonal q", from, false, Objective::closed_form),
                      climb("one draw, path only", from, true, Objective::one_draw_path),
                      climb("one draw", from, true, Objective::one_draw),
                      climb("one draw, rate falling", from, true, Objective::one_draw, Rate::falling)};
  std::cout << "\nGradient ascent on V, " << steps
            << " steps at a constant rate from a poor start; V in closed form:\n\n";
  report(chapter, climbs.full);
  compare(chapter, climbs);
  chapter.figure("ascent", ascent_figure(climbs));
  chapter.figure("ellipses", ellipse_figure(problem, climbs.full, climbs.diagonal));

  const Gaussian exact = posterior(model, x), mean_field = best_diagonal(model, x);
  const Climb &full = climbs.full, &diagonal = climbs.diagonal, &path = climbs.path;
  const double flat = units_allowed * full.splits.back().unit;  // what rounding may hide of V
  const std::string why_flat =
      "V is flat at its top: rounding hides differences of 4 units there, and q moved by δ deviations loses "
      "only ½ δ² nats";
  double worst = 0;
  for (const Climb* c : climbs.all())
    for (const EvidenceSplit& s : c->splits) worst = std::max(worst, s.miss());
  chapter.claims.equal("maximising V makes q the posterior: largest difference of a mean or covariance",
                       distance(full.end(), exact), 0, std::sqrt(2 * flat), why_flat);
  chapter.claims.equal("and V is then log p(x)", full.splits.back().elbo.value(), log_evidence(model, x),
                       flat, why_units);
  chapter.claims.equal("and the divergence has gone: KL(q ‖ posterior)", full.splits.back().kl_to_posterior,
                       0, flat, why_units);
  chapter.claims.at_most(
      "log p(x) − V was KL(q ‖ posterior) at every step of all five ascents: largest miss, in units "
      "of rounding",
      worst, 0, units_allowed, why_units);
  chapter.claims.equal("one draw a step, at a constant rate, finds the posterior too by the path derivative",
                       distance(path.end(), exact), 0, std::sqrt(2 * flat),
                       "its noise is nothing where q is the posterior, (03.8); " + why_flat);
  const Matrix precision = posterior_precision(model);
  const double jitter = first_rate / 4 * trace(precision);
  chapter.claims.at_least(
      "but by the whole gradient q jitters for ever: mean KL, last third, from r/4 tr Λ, that of μ alone",
      last_third(climbs.draw), jitter, jitter / 2,
      "to first order in the rate r, and a mean over some twenty independent stretches of the climb");
  chapter.results.set("ascent.jitter_of_mean", jitter);
  chapter.claims.equal(
      "(03.15) among diagonal q the best has variances 1/Λ_ii: largest difference from the trained one",
      distance(diagonal.end(), mean_field), 0, std::sqrt(2 * flat), why_flat);
  chapter.claims.equal("(03.16) and V is short of log p(x) by ½ (Σ log Λ_ii − log det Λ)",
                       diagonal.splits.back().gap(), mean_field_gap(model), flat, why_units);
  chapter.results.set("log_evidence", log_evidence(model, x));
  chapter.results.set("ascent.elbo", full.splits.back().elbo.value());
  chapter.results.set("ascent.kl", full.splits.back().kl_to_posterior);
  chapter.results.set("ascent.distance", distance(full.end(), exact));
  chapter.results.set("ascent.one_draw.kl_of_last_third", last_third(climbs.draw));
  chapter.results.set("ascent.one_draw_falling.kl", climbs.falling.splits.back().kl_to_posterior);
  chapter.results.set("ascent.one_draw_path.kl", path.splits.back().kl_to_posterior);
  chapter.results.set("mean_field.gap", diagonal.splits.back().gap());
  chapter.results.set("identity.ascent_worst_in_units_of_rounding", worst, rounding_noise);
  const Matrix c = covariance(exact), narrow = covariance(mean_field);
  chapter.results.set("posterior.correlation", c(0, 1) / std::sqrt(c(0, 0) * c(1, 1)));
  chapter.results.set("mean_field.deviation_ratio", std::sqrt(c(0, 0) / narrow(0, 0)));
}
