// Chapter 06: a variational auto-encoder on data whose true density is known, so that every bound has an
// exact answer to be compared with. The equations are numbered as in README.md.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <numbers>

#include "doxa/models/nn/adam.h"
#include "experiment.h"
#include "support/chapter.h"
#include "support/progress.h"
#include "support/table.h"

using namespace doxa;

namespace {

// The streams of the seed: what is drawn for one purpose does not move when another draws more.
enum Stream : std::uint64_t {
  initial_weights = 1,
  training_data,
  training_noise,
  held_out_data,
  bound_noise
};

struct Settings {
  int steps = 20'000, batch = 256, hidden = 32;
  // Not on the command line: how finely the exact answers and the bounds are computed.
  Index held_out = 2000, importance_samples = 1000, checked = 12;
};

Data draw(const GaussianMixture& mixture, Index n, Philox& random) {
  Data data{Tensor({n, 2}), {}, {}};
  for (Index i = 0; i < n; ++i) {
    const MixtureDraw d = sample(mixture, random);
    data.x(i, 0) = static_cast<Real>(d.x[0]);
    data.x(i, 1) = static_cast<Real>(d.x[1]);
    data.points.push_back(
        {double{data.x(i, 0)}, double{data.x(i, 1)}});  // what the model sees, in any precision
    data.arm.push_back(d.component);
  }
  return data;
}

// Every batch is drawn afresh: there is nothing to over-fit, and what is missing at the end is the model's.
Curve train(Vae& vae, const GaussianMixture& mixture, const Settings& settings, std::uint64_t seed) {
  Philox data_random(seed, training_data), noise_random(seed, training_noise);
  const Parameters all = parameters(vae);
  const double first_rate = 7e-3;
  Adam adam;
  Curve curve;
  const int steps_a_point = std::max(1, settings.steps / 200);
  double sum = 0;
  support::Progress progress("training", static_cast<std::size_t>(settings.steps));
  Tape tape;
  for (int t = 0; t < settings.steps; ++t) {
    tape.clear();
    const Var x = tape.constant(draw(mixture, settings.batch, data_random).x);
    const Var noise = tape.constant(normal_noise({settings.batch, vae.sizes.latent}, noise_random));
    const Var loss = -mean(elbo(vae, x, noise).value());  // (06.4), (06.5)
    tape.backward(loss);
    adam.rate = first_rate * 0.5 * (1 + std::cos(std::numbers::pi * t / settings.steps));
    adam.step(all);

    sum -= double{loss.item()};
    if ((t + 1) % steps_a_point == 0) {
      curve.steps.push_back(t + 1);
      curve.elbo.push_back(sum / steps_a_point);
      sum = 0;
    }
    progress.step([&] {
      return "ELBO " + support::decimal(curve.elbo.empty() ? -double{loss.item()} : curve.elbo.back(), 3);
    });
  }
  return curve;
}

struct Estimate {
  double mean, standard_error;
};

Estimate estimate(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

// Mean and standard error of a - b, datum by datum.
Estimate paired(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> d(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) d[i] = a[i] - b[i];
  return estimate(d);
}

// The bound with K samples for each datum, averaged over as many disjoint groups of K as there are weights
// for.
std::vector<double> bound_of_groups(const Tensor& log_weights, Index K) {
  const Index n = log_weights.shape()[0], groups = log_weights.shape()[1] / K;
  Tape tape;
  const Evaluation evaluation(tape);
  const Var w = slice(tape.constant(log_weights), 1, 0, groups * K);
  const Var b = mean(reshape(importance_weighted_bound(reshape(w, {n * groups, K})), {n, groups}), 1);
  return {b.value().begin(), b.value().end()};
}

// One number a held-out datum, in nats.
struct Scores {
  std::vector<double> kl, elbo, evidence, evidence_coarser, truth, one_gaussian;
  std::vector<Index> K;
  std::vector<std::vector<double>> bound, bound_again;  // [K][datum], from two independent sets of samples
};

Scores score(Vae& vae, const GaussianMixture& mixture, const Data& data, const Settings& settings,
             std::uint64_t seed) {
  Scores s;
  const DecodedPrior model = decode_prior(vae, normal_quadrature(0.035, 6.5)),
                     coarser = decode_prior(vae, normal_quadrature(0.05, 6.5));
  const PlaneNormal gaussian = moment_matched(mixture);
  for (const PlanePoint& x : data.points) {
    s.evidence.push_back(log_evidence(model, x));
    s.evidence_coarser.push_back(log_evidence(coarser, x));
    s.truth.push_back(log_prob(mixture, x));
    s.one_gaussian.push_back(log_prob(gaussian, x));
  }
  for (const ExactElbo& e :
       exact_elbo(vae, data.x, normal_quadrature(0.5, 6.5))) {  // (06.4), E_q by quadrature
    s.kl.push_back(e.kl);
    s.elbo.push_back(e.value());
  }
  for (const Index K : {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000})
    if (K <= settings.importance_samples) s.K.push_back(K);
  // Two sets, because on one and the same set the bound of pairs is never below that of singles, whatever the
  // weights.
  Philox random(seed, bound_noise);
  for (auto* bound : {&s.bound, &s.bound_again}) {
    const Tensor log_weights =
        sample_log_importance_weights(vae, data.x, settings.importance_samples, random);
    for (const Index K : s.K) bound->push_back(bound_of_groups(log_weights, K));  // (06.9)
  }
  return s;
}

DataLattice on_lattice(Vae& vae, const GaussianMixture& mixture) {
  DataLattice lattice{{}, 0.1, {}, {}};
  for (int i = -96; i <= 96; ++i) lattice.at.push_back(i * lattice.spacing);
  for (const double x2 : lattice.at)
    for (const double x1 : lattice.at) lattice.truth.push_back(std::exp(log_prob(mixture, {x1, x2})));
  lattice.model = evidence_on_grid(decode_prior(vae, normal_quadrature(0.05, 6.5)), lattice.at, lattice.at);
  return lattice;
}

// Equation (06.3) at some data, every expectation a sum over a fine lattice of latents.
struct Identity {
  double worst = 0, least_gap = std::numeric_limits<double>::infinity();
};

Identity check_identity(Vae& vae, const Data& data, Index count) {
  Tensor x({count, 2});
  std::copy_n(data.x.data(), 2 * count, x.data());
  const NormalQuadrature fine = normal_quadrature(0.025, 7.5);
  const DecodedPrior model = decode_prior(vae, fine);
  const std::vector<ExactElbo> bound = exact_elbo(vae, x, fine);
  const std::vector<PlanePosterior> q = posteriors(vae, x);
  Identity result;
  for (std::size_t i = 0; i < bound.size(); ++i) {
    const double evidence = log_evidence(model, data.points[i]),
                 gap = kl_to_true_posterior(model, q[i], data.points[i]);
    result.worst = std::max(result.worst, std::abs(evidence - (bound[i].value() + gap)));
    result.least_gap = std::min(result.least_gap, evidence - bound[i].value());
  }
  return result;
}

double true_entropy(const DataLattice& lattice) {
  return lattice.integral([](double truth, double) { return truth > 0 ? -truth * std::log(truth) : 0; });
}

// KL(p* ‖ p_θ) (06.10). Where p* < e^-25 lies about e^-25 of its mass: leaving that out spares logarithms of
// densities that underflow.
double kl_from_truth(const DataLattice& lattice) {
  constexpr double negligible = 1.4e-11;
  return lattice.integral(
      [](double truth, double p) { return truth > negligible ? truth * std::log(truth / p) : 0; });
}

void claim(support::Chapter& chapter, const Scores& s, const DataLattice& lattice, const Identity& identity) {
  constexpr double u = std::numeric_limits<Real>::epsilon() / 2.0;
  const double networks = 1e4 * u;  // both sides run the networks in Real, at different latents
  support::Claims& claims = chapter.claims;
  claims.equal(
      "the learned density, by quadrature over z, integrates to 1 over x",
      lattice.integral([](double, double p) { return p; }), 1, 1e-6 + networks,
      "the prior's mass beyond radius 6.5 is 7e-10, the data's beyond the lattice is less than 1e-6");
  const double refinement = paired(s.evidence, s.evidence_coarser).mean;
  claims.equal(
      "quadrature has converged: change of the held-out mean of log p(x) when the lattice of latents is "
      "refined",
      refinement, 0, paired(s.truth, s.evidence).standard_error / 10,
      "a tenth of the standard error of what it is compared with");
  claims.equal("(06.3) log p(x) = bound + KL(q(z|x) ‖ p(z|x)): the largest error over the data checked",
               identity.worst, 0, 1e-6 + networks,
               "the sums leave out 1e-12 of the prior; the aliases of the narrowest q");
  claims.at_least("the bound lies below log p(x) at each of them: the smallest gap", identity.least_gap, 0,
                  1e-6 + networks, "a divergence is not negative; the quadratures' error");
  const Estimate first = paired(s.bound.front(), s.elbo);
  claims.equal("one importance weight is the ELBO: difference of the held-out means", first.mean, 0,
               4 * first.standard_error, "independent samples of the same number: 4 standard errors");
  double weakest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 1; k < s.K.size(); ++k) {
    const Estimate rise = paired(s.bound_again[k], s.bound[k - 1]);
    weakest = std::min(weakest, rise.mean / rise.standard_error);
  }
  claims.at_least("the bound never falls as K grows: the weakest rise, in standard errors", weakest, 0, 4,
                  "true in expectation, the samples of K and of the next K being independent; 4 standard "
                  "errors of the paired difference");
  const Estimate last = paired(s.bound.back(), s.evidence);
  claims.at_most("the bound with the most samples stays below log p(x)", last.mean, 0,
                 4 * last.standard_error, "true in expectation; 4 standard errors");
  const Estimate gap_one = paired(s.evidence, s.bound.front());
  claims.at_most("and has closed nine tenths of the ELBO's gap", -last.mean, gap_one.mean / 10,
                 4 * last.standard_error, "the gap falls like 1/K once K is large; 4 standard errors");
  std::vector<double> ratio(s.evidence.size());  // of the average weight to the evidence
  for (std::size_t i = 0; i < s.evidence.size(); ++i)
    for (const auto* bound : {&s.bound, &s.bound_again})
      ratio[i] += std::exp(bound->back()[i] - s.evidence[i]) / 2;
  const Estimate unbiased = estimate(ratio);
  claims.equal("(06.8) the weights average to p(x): their mean over p(x) by quadrature", unbiased.mean, 1,
               4 * unbiased.standard_error, "exact in expectation; 4 standard errors over held-out data");
  const Estimate missing = paired(s.truth, s.evidence);
  claims.equal("(06.10) true minus learned log-density on held-out data is KL(p* ‖ p_θ) by quadrature over x",
               missing.mean, kl_from_truth(lattice), 4 * missing.standard_error,
               "4 standard errors over held-out data");
  const double available = entropy(moment_matched(pinwheel())) - true_entropy(lattice);
  claims.at_least(
      "of what the truth is better than the best single Gaussian, the model gains at least this share",
      1 - kl_from_truth(lattice) / available, chapter.quick() ? 0.7 : 0.8, 0,
      "both by quadrature over x, without sampling error; how far this many steps go");
}

void report(support::Chapter& chapter, const Scores& s, const DataLattice& lattice) {
  support::Table table({"held-out data, nats a datum", "mean", "± se", "above the row before", "± se"});
  const std::vector<double>* before = nullptr;
  const auto row = [&](const std::string& name, const std::string& key, const std::vector<double>& values) {
    const Estimate e = estimate(values);
    const Estimate rise = before ? paired(values, *before) : Estimate{};
    table.row({name,
               {e.mean, 5},
               {e.standard_error, 2},
               before ? support::Cell(rise.mean, 3) : "",
               before ? support::Cell(rise.standard_error, 2) : ""});
    chapter.results.set(key, e.mean);
    chapter.results.set(key + "_se", e.standard_error);
    before = &values;
  };
  row("best single Gaussian", "one_gaussian", s.one_gaussian);
  row("ELBO", "elbo", s.elbo);
  chapter.results.set("iw_1", estimate(s.bound.front()).mean);  // the ELBO again, by samples
  for (std::size_t k = 1; k < s.K.size(); ++k)
    row("importance-weighted, K = " + std::to_string(s.K[k]), "iw_" + std::to_string(s.K[k]), s.bound[k]);
  row("log p(x) of the model, by quadrature", "log_evidence", s.evidence);
  row("log p*(x), the truth", "true_log_density", s.truth);
  const double entropy = true_entropy(lattice);
  chapter.results.set("kl", estimate(s.kl).mean);
  chapter.results.set("kl_to_true_posterior", paired(s.evidence, s.elbo).mean);
  chapter.results.set("kl_from_truth", kl_from_truth(lattice));
  chapter.results.set("true_entropy", entropy);
  std::cout << '\n'
            << table << "\nthe entropy of the data is " << support::significant(entropy, 6)
            << " nats: no model does better than its negative in expectation\n\n";
}

void run(support::Chapter& chapter, const Settings& settings) {
  const GaussianMixture mixture = pinwheel();
  Philox init(chapter.seed(), initial_weights), held_out_random(chapter.seed(), held_out_data);
  Vae vae({.hidden = settings.hidden}, init);
  std::cout << "a mixture of " << mixture.components.size() << " Gaussians in the plane, a fresh batch of "
            << settings.batch << " each step, two latents, " << count(parameters(vae)) << " parameters\n\n";
  const Curve curve = train(vae, mixture, settings, chapter.seed());

  const Data held_out = draw(mixture, settings.held_out, held_out_random);
  const Scores scores = score(vae, mixture, held_out, settings, chapter.seed());
  const DataLattice lattice = on_lattice(vae, mixture);
  report(chapter, scores, lattice);
  chapter.results.set("noise_scale", std::exp(double{vae.log_scale.value.item()}));

  Summary summary{{},
                  {},
                  estimate(scores.elbo).mean,
                  estimate(scores.evidence).mean,
                  estimate(scores.truth).mean,
                  estimate(scores.one_gaussian).mean};
  for (std::size_t k = 0; k < scores.K.size(); ++k) {
    summary.K.push_back(static_cast<double>(scores.K[k]));
    summary.bound.push_back(estimate(scores.bound[k]).mean);
  }
  chapter.figure("density", density_figure(vae, held_out, lattice, chapter.seed()));
  chapter.figure("latent", latent_figure(vae, held_out));
  chapter.figure("bounds", bounds_figure(curve, summary));
  claim(chapter, scores, lattice, check_identity(vae, held_out, settings.checked));
}

}  // namespace

int main(int argc, char** argv) {
  support::Arguments arguments("06-vae", "A variational auto-encoder against the truth");
  Settings settings;
  arguments.integer("steps", settings.steps, {1, 10'000'000, 4000}, "training steps");
  arguments.integer("batch", settings.batch, {1, 65'536}, "data a step");
  arguments.integer("hidden", settings.hidden, {1, 1024}, "units in each hidden layer");
  return support::run_chapter(arguments, argc, argv, [&](support::Chapter& chapter) {
    if (chapter.quick()) {
      settings.held_out = 1000;
      settings.importance_samples = 500;
      settings.checked = 4;
    }
    run(chapter, settings);
  });
}
