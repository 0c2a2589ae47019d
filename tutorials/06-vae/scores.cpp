// The bounds of the trained model beside the exact answers.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

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

}  // namespace

Scores score(Vae& vae, const PlaneData& data, const Sample& held_out, const Settings& settings, bool checks,
             std::uint64_t seed) {
  Scores s;
  const DecodedPrior model = decode_prior(vae, normal_quadrature(settings.spacing, 6.5, turned)),
                     coarser = decode_prior(vae, normal_quadrature(settings.spacing * 4 / 3, 6.5, turned));
  const PlaneNormal gaussian = moment_matched(data.density);
  for (const PlanePoint& x : held_out.points) {
    s.evidence.push_back(log_evidence(model, x));
    if (checks) s.evidence_coarser.push_back(log_evidence(coarser, x));
    s.truth.push_back(log_prob(data.density, x));
    s.one_gaussian.push_back(log_prob(gaussian, x));
  }
  for (const BoundTerms<double>& e :
       exact_elbo(vae, held_out.x, normal_quadrature(0.5, 6.5))) {  // (06.4), E_q by quadrature
    s.kl.push_back(e.kl);
    s.elbo.push_back(e.value());
  }
  // Two sets, because on one and the same set the bound with pairs is never below that with single samples,
  // whatever the weights.
  Philox random(seed, bound_noise);
  const Index most = settings.importance_samples;
  const Tensor log_weights = sample_log_importance_weights(vae, held_out.x, most, random);
  const Tensor again =
      checks ? sample_log_importance_weights(vae, held_out.x, most, random) : Tensor(log_weights.shape());
  for (const Index K : {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000})
    if (K <= most)
      s.by_K.push_back({K, bound_of_groups(log_weights, K), bound_of_groups(again, K)});  // (06.9)
  return s;
}

Averages averages(Vae& vae, const PlaneData& data, const DataLattice& lattice, const DataNodes& nodes,
                  double spacing, double spacing_of_q) {
  Averages l{.entropy = lattice.entropy(),
             .one_gaussian = -entropy(moment_matched(data.density)),
             .evidence = 0,
             .bound = expected_bound(vae, nodes, normal_quadrature(spacing_of_q, 5.5, turned)),
             .model = learned_density(vae, lattice, spacing * 4 / 3, turned)};
  l.evidence = lattice.expected_log(l.model);
  return l;
}

std::vector<double> learned_density(Vae& vae, const DataLattice& lattice, double spacing, double angle) {
  return evidence_on_grid(decode_prior(vae, normal_quadrature(spacing, 6.5, angle)), lattice.at, lattice.at);
}

double expected_bound(Vae& vae, const DataNodes& nodes, const NormalQuadrature& noise) {
  double sum = 0;
  const std::vector<BoundTerms<double>> bounds = exact_elbo(vae, nodes.x, noise);
  for (std::size_t i = 0; i < bounds.size(); ++i) sum += nodes.weights[i] * bounds[i].value();
  return sum;
}

Identity check_identity(Vae& vae, const Sample& data, Index count) {
  Tensor x(Shape{count, 2});
  std::copy_n(data.x.data(), 2 * count, x.data());
  const std::vector<PlanePosterior> q = posteriors(vae, x);
  // The lattice must be finer than the narrowest scale, and hold all of each q: early in training some are
  // wider than the prior.
  double narrowest = 1, reach = 7.5;
  for (const PlanePosterior& of_x : q) {
    narrowest = std::min({narrowest, of_x.scale[0], of_x.scale[1]});
    reach =
        std::max(reach, std::hypot(of_x.loc[0], of_x.loc[1]) + 6 * std::max(of_x.scale[0], of_x.scale[1]));
  }
  const DecodedPrior model =
      decode_prior(vae, normal_quadrature(std::clamp(0.6 * narrowest, 0.01, 0.025), std::min(reach, 30.0)));
  const std::vector<BoundTerms<double>> bound = exact_elbo(vae, x, normal_quadrature(0.1, 7.5));
  Identity result{0, std::numeric_limits<double>::infinity()};
  //! [identity]
  for (std::size_t i = 0; i < bound.size(); ++i) {
    const double evidence = log_evidence(model, data.points[i]),
                 gap = kl_to_true_posterior(model, q[i], data.points[i]);
    result.worst = std::max(result.worst, std::abs(evidence - (bound[i].value() + gap)));  // (06.3)
    result.least_gap = std::min(result.least_gap, evidence - bound[i].value());            // (06.4)
  }
  //! [identity]
  return result;
}

void report_terms(Chapter& chapter, const Curve& curve, const Averages& averages) {
  Table table({"step", "log-likelihood", "KL of z₁", "KL of z₂", "ELBO", "s"});
  for (const Terms& t : curve.terms)
    table.row({t.step, decimal(t.log_likelihood, 3), decimal(t.kl[0], 3), decimal(t.kl[1], 3),
               decimal(t.bound(), 3), decimal(t.scale, 3)});
  const double floor = averages.one_gaussian - 0.2;  // the first steps lie far below
  std::cout << "\nELBO of the batches, from one Gaussian up:  "
            << sparkline(series(curve.bound, [&](double b) { return std::max(b, floor); }))
            << "\n\nthe terms of the bound on held-out data, one draw of z for each\n\n";
  chapter.print("terms", table);
  std::cout << '\n';
  const Terms& last = curve.terms.back();
  chapter.results.set("kl_1", last.kl[0], spread.kl_of_dimension);
  chapter.results.set("kl_2", last.kl[1], spread.kl_of_dimension);
  chapter.results.set("noise_scale", last.scale, spread.scale);
  chapter.results.set("noise_variance", last.scale * last.scale, spread.variance);
}

void report_scores(Chapter& chapter, const Scores& s, const Averages& averages) {
  Table table(
      {"held-out data, nats a datum", {"mean", 5}, {"± se", 2}, {"above the row before", 3}, {"± se", 2}});
  const std::vector<double>* before = nullptr;
  const auto row = [&](const std::string& name, const std::vector<double>& values) {
    const MeanEstimate e = sample_mean(values);
    const MeanEstimate rise = before ? sample_mean_difference(values, *before) : MeanEstimate{};
    table.row({name, e.mean, e.standard_error, before ? Cell(rise.mean) : "",
               before ? Cell(rise.standard_error) : ""});
    before = &values;
    return e;
  };
  const auto fixed = [&](const std::string& key, const MeanEstimate& e) {  // by the data alone
    chapter.results.set(key, e.mean);
    chapter.results.set(key + "_se", e.standard_error);
  };
  const auto trained = [&](const std::string& key, const MeanEstimate& e) {
    chapter.results.set(key, e.mean, spread.bound);
    chapter.results.set(key + "_se", e.standard_error, spread.standard_error);
  };
  fixed("one_gaussian", row("best single Gaussian", s.one_gaussian));
  trained("elbo", row("ELBO", s.elbo));
  const double of_one = sample_mean(s.by_K.front().bound).mean;  // the ELBO again, by samples
  chapter.results.set("iw_1", of_one, spread.bound);
  for (std::size_t k = 1; k < s.by_K.size(); ++k) {
    const std::string K = std::to_string(s.by_K[k].K);
    trained("iw_" + K, row("importance-weighted, K = " + K, s.by_K[k].bound));
  }
  trained("log_evidence", row("log p(x) of the model, by quadrature", s.evidence));
  fixed("true_log_density", row("log p*(x), the truth", s.truth));
  chapter.print("bounds", table);
  chapter.results.set("iw_" + std::to_string(s.by_K.back().K) + "_gap",
                      sample_mean_difference(s.evidence, s.by_K.back().bound).mean, spread.gap);
  chapter.results.set("kl", sample_mean(s.kl).mean, spread.kl);
  chapter.results.set("kl_to_true_posterior", sample_mean_difference(s.evidence, s.elbo).mean, spread.gap);
  std::cout << '\n';

  Table exact({"by quadrature over x, nats a datum", {"mean", 5}, "below the truth"});
  const auto exact_row = [&](const std::string& name, double value) {
    exact.row({name, value, -averages.entropy - value});
    return value;
  };
  Results& results = chapter.results;
  results.set("expected_one_gaussian", exact_row("best single Gaussian", averages.one_gaussian));
  results.set("expected_elbo", exact_row("ELBO", averages.bound), spread.bound);
  results.set("expected_log_evidence", exact_row("log p(x) of the model", averages.evidence), spread.bound);
  results.set("minus_entropy", exact_row("log p*(x): minus the entropy of the data", -averages.entropy));
  results.set("elbo_from_truth", -averages.entropy - averages.bound, spread.bound);
  results.set("to_be_gained", -averages.entropy - averages.one_gaussian);
  results.set("kl_from_truth", averages.missing(), spread.gap);
  results.set("share_gained", 1 - averages.missing() / (-averages.entropy - averages.one_gaussian),
              spread.share);
  chapter.print("exact", exact);
  std::cout << '\n';
}

void claim_scores(Chapter& chapter, const Scores& s, const Averages& averages, const DataLattice& lattice,
                  const Identity& identity, bool as_in_the_text) {
  const double networks = 1e4 * u;  // both sides run the networks in Real, at different latents
  Claims& claims = chapter.claims;
  const auto tolerance = [&](const MeanEstimate& e) {
    return errors_or_rounding(4, e, static_cast<double>(s.evidence.size()), averages.bound);
  };
  claims.equal(
      "(06.1) the learned density, by quadrature over z, integrates to 1 over x",
      lattice.integral(averages.model, [](double, double p) { return p; }), 1, 1e-6 + networks,
      "the prior's mass beyond radius 6.5 is 7e-10, the data's beyond the lattice is less than 1e-6");
  const double refinement = sample_mean_difference(s.evidence, s.evidence_coarser).mean;
  claims.equal(
      "quadrature has converged: change of the held-out mean of log p(x) when the lattice of latents is "
      "refined",
      refinement, 0, sample_mean_difference(s.truth, s.evidence).standard_error / 10,
      "a tenth of the standard error of what it is compared with");
  claims.equal("(06.3) log p(x) = bound + KL(q(z|x) ‖ p(z|x)): the largest error over the data checked",
               identity.worst, 0, 1e-6 + networks,
               "the sums leave out 1e-12 of the prior; lattices finer than the narrowest q have no aliases "
               "to speak of");
  claims.at_least("(06.4) the bound lies below log p(x) at each of them: the smallest gap",
                  identity.least_gap, 0, 1e-6 + networks,
                  "a divergence is not negative; the quadratures' error");
  const MeanEstimate first = sample_mean_difference(s.by_K.front().bound, s.elbo);
  claims.equal("(06.8) one importance weight is the ELBO: difference of the held-out means", first.mean, 0,
               tolerance(first), "independent samples of the same number: 4 standard errors");
  double weakest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 1; k < s.by_K.size(); ++k) {
    const MeanEstimate rise = sample_mean_difference(s.by_K[k].again, s.by_K[k - 1].bound);
    weakest = std::min(weakest, rise.mean / (tolerance(rise) / 4));
  }
  claims.at_least("(06.9) the bound never falls as K grows: the weakest rise, in standard errors", weakest, 0,
                  4,
                  "true in expectation, the samples of K and of the next K being independent; 4 standard "
                  "errors of the paired difference");
  const MeanEstimate last = sample_mean_difference(s.by_K.back().bound, s.evidence);
  claims.at_most("the bound with the most samples stays below log p(x)", last.mean, 0, tolerance(last),
                 "true in expectation; 4 standard errors");
  if (as_in_the_text)
    claims.at_most("and has closed nine tenths of the ELBO's gap", -last.mean,
                   sample_mean_difference(s.evidence, s.by_K.front().bound).mean / 10, tolerance(last),
                   "what these networks come to, promised by no theory; 4 standard errors");
  std::vector<double> ratio(s.evidence.size());  // of the average weight to the evidence
  for (std::size_t i = 0; i < s.evidence.size(); ++i)
    for (const auto* bound : {&s.by_K.back().bound, &s.by_K.back().again})
      ratio[i] += std::exp((*bound)[i] - s.evidence[i]) / 2;
  const MeanEstimate unbiased = sample_mean(ratio);
  claims.equal("(06.8) the weights average to p(x): their mean over p(x) by quadrature", unbiased.mean, 1,
               tolerance(unbiased), "exact in expectation; 4 standard errors over held-out data");
  const MeanEstimate missing = sample_mean_difference(s.truth, s.evidence);
  claims.equal("(06.12) true minus learned log-density on held-out data is KL(p* ‖ p_θ) by quadrature over x",
               missing.mean, averages.missing(), tolerance(missing), "4 standard errors over held-out data");
}

void claim_gain(Chapter& chapter, const Averages& averages) {
  const double available = -averages.entropy - averages.one_gaussian;
  chapter.claims.at_least(
      "of what the truth is better than the best single Gaussian, the model gains at least half",
      1 - averages.missing() / available, 0.5, 0,
      "by quadrature over x, without sampling error; half is asked of the training, not promised by theory");
}
