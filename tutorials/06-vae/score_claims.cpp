#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void claim_scores(Chapter& chapter, const Scores& s, const Averages& averages, const DataLattice& lattice,
                  const Identity& identity) {
  const double networks = 1e4 * u;  // both sides run the networks in Real, at different latents
  Claims& claims = chapter.claims;
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
               4 * first.standard_error, "independent samples of the same number: 4 standard errors");
  double weakest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 1; k < s.by_K.size(); ++k) {
    const MeanEstimate rise = sample_mean_difference(s.by_K[k].again, s.by_K[k - 1].bound);
    weakest = std::min(weakest, rise.mean / rise.standard_error);
  }
  claims.at_least("(06.9) the bound never falls as K grows: the weakest rise, in standard errors", weakest, 0,
                  4,
                  "true in expectation, the samples of K and of the next K being independent; 4 standard "
                  "errors of the paired difference");
  const MeanEstimate last = sample_mean_difference(s.by_K.back().bound, s.evidence);
  claims.at_most("the bound with the most samples stays below log p(x)", last.mean, 0,
                 4 * last.standard_error, "true in expectation; 4 standard errors");
  const MeanEstimate gap_one = sample_mean_difference(s.evidence, s.by_K.front().bound);
  claims.at_most("and has closed nine tenths of the ELBO's gap", -last.mean, gap_one.mean / 10,
                 4 * last.standard_error, "the gap falls like 1/K once K is large; 4 standard errors");
  std::vector<double> ratio(s.evidence.size());  // of the average weight to the evidence
  for (std::size_t i = 0; i < s.evidence.size(); ++i)
    for (const auto* bound : {&s.by_K.back().bound, &s.by_K.back().again})
      ratio[i] += std::exp((*bound)[i] - s.evidence[i]) / 2;
  const MeanEstimate unbiased = sample_mean(ratio);
  claims.equal("(06.8) the weights average to p(x): their mean over p(x) by quadrature", unbiased.mean, 1,
               4 * unbiased.standard_error, "exact in expectation; 4 standard errors over held-out data");
  const MeanEstimate missing = sample_mean_difference(s.truth, s.evidence);
  claims.equal("(06.10) true minus learned log-density on held-out data is KL(p* ‖ p_θ) by quadrature over x",
               missing.mean, averages.missing(), 4 * missing.standard_error,
               "4 standard errors over held-out data");
  const double available = -averages.entropy - averages.one_gaussian;
  claims.at_least(
      "of what the truth is better than the best single Gaussian, the model gains at least half",
      1 - averages.missing() / available, 0.5, 0,
      "by quadrature over x, without sampling error; half is asked of the training, not promised by theory");
}
