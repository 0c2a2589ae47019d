// What the encoder's answers add up to, and what of the second term of the bound is news about the datum.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

Surgery operate(Vae& vae, const PlaneData& data, const DataNodes& nodes, Index draws, std::uint64_t seed) {
  Surgery s{aggregate_posterior(vae, nodes.x, nodes.weights), 0, 0, {}, {}};  // (06.14)
  s.mean_kl = mean_kl_to_prior(s.aggregate);
  s.kl_to_prior = kl_to_prior(s.aggregate, 0.05, 8);
  Philox random(seed, aggregate_noise);
  const PlanePosterior p{.loc = {0, 0}, .scale = {1, 1}};
  std::vector<double> news, excess;
  const Sample x = draw(data, draws, random);
  //! [surgery]
  for (const PlanePosterior& q : posteriors(vae, x.x)) {
    const PlanePoint z{q.loc[0] + q.scale[0] * random.normal(), q.loc[1] + q.scale[1] * random.normal()};
    const double log_aggregate = log_prob(s.aggregate, z);
    news.push_back(log_prob(q, z) - log_aggregate);    // log q(z|x) / q̄(z)
    excess.push_back(log_aggregate - log_prob(p, z));  // log q̄(z) / p(z)
  }
  //! [surgery]
  s.information = sample_mean(news);
  s.sampled_kl = sample_mean(excess);
  return s;
}

void report_surgery(Chapter& chapter, const Surgery& s, const Averages& averages) {
  Table table({"the second term of the bound, taken apart", "nats"});
  table.row({"E KL(q(z|x) ‖ p(z)), in closed form", s.mean_kl});
  table.row({"  of it I(x; z): what z says of x", s.mean_kl - s.kl_to_prior});
  table.row({"  of it KL(q̄ ‖ p): q̄ is not the prior", s.kl_to_prior});
  table.row({"for comparison, all that the ELBO lacks to the truth", averages.shortfall()});
  chapter.print("surgery", table);
  std::cout << '\n';
  chapter.results.set("mean_kl", s.mean_kl, spread.kl);
  chapter.results.set("mutual_information", s.mean_kl - s.kl_to_prior, spread.kl);
  chapter.results.set("mutual_information_sampled", s.information.mean, spread.kl);
  chapter.results.set("mutual_information_se", s.information.standard_error, spread.standard_error);
  chapter.results.set("kl_aggregate_to_prior", s.kl_to_prior, spread.gap);
}

void claim_surgery(Chapter& chapter, const Surgery& s, const Averages& averages) {
  Claims& claims = chapter.claims;
  claims.equal(
      "(06.15) I(x; z) by sampling x and z is E KL(q(z|x) ‖ p) - KL(q̄ ‖ p), closed form and quadrature",
      s.information.mean, s.mean_kl - s.kl_to_prior, errors_or_rounding(4, s.information, 1, s.mean_kl),
      "4 standard errors of the sample; the rest has no sampling error");
  claims.equal("(06.14) KL(q̄ ‖ p) by sampling q̄ is the quadrature's", s.sampled_kl.mean, s.kl_to_prior,
               errors_or_rounding(4, s.sampled_kl, 1, s.mean_kl), "4 standard errors of the sample");
  claims.at_least(
      "(06.16) the aggregate posterior is no farther from the prior than the ELBO from the truth: the ELBO's "
      "shortfall less KL(q̄ ‖ p)",
      averages.shortfall() - s.kl_to_prior, 0, 1e-3,
      "an inequality between quadratures; the lattice over x, on which the networks bend, is good to 1e-3");
}
