// Evidence = bound + gap, step by step, for a posterior of each family drawn at random.

#include "doxa/models/numerics/sums.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// Multiplies every row by random numbers and normalises it. Zeros stay zeros, so that q never goes where the
// model cannot.
void reweight(std::span<double> rows, std::size_t states, Philox& random) {
  for (std::size_t i = 0; i < rows.size(); i += states) {
    const std::span<double> row = rows.subspan(i, states);
    double sum = 0;
    for (double& p : row) sum += p *= -std::log(random.uniform());
    for (double& p : row) p = sum > 0 ? p / sum : 0;
  }
}

CausalPosterior random_causal(const Exact& exact, Philox random) {
  CausalPosterior q = exact.best.posterior;
  reweight(q.values, q.states, random);
  return q;
}

// Σ_k E E_{q(s_{k-1})} KL(q(·|s_{k-1},h_k) ‖ q*(·|s_{k-1},h_k)): (09.11)
double divergence_from_best(const Setting& setting, const CausalPosterior& q, const CausalPosterior& best) {
  CompensatedSum sum;
  const std::size_t states = q.states;
  for_each_history(setting.model, setting.policy(), setting.horizon, [&](const HistoryWalk& walk) {
    std::vector<double> marginal{1.0};
    for (std::size_t k = 1; k <= setting.horizon; ++k) {
      const std::size_t index = history_index(setting.model, walk.history().first(k));
      const std::span<const double> of_q = q.kernel(k, index), of_best = best.kernel(k, index);
      std::vector<double> next(states, 0.0);
      for (std::size_t i = 0; i < of_q.size(); ++i) {
        const double joint = marginal[i / states] * of_q[i];  // q(s_{k-1}, s_k)
        if (joint == 0) continue;
        next[i % states] += joint;
        sum += walk.probability() * joint * std::log(of_q[i] / of_best[i]);
      }
      marginal = next;
    }
  });
  return sum;
}

}  // namespace

void decomposition(Chapter& chapter, const Setting& setting, const Exact& exact) {
  const Pomdp& m = setting.model;
  if (exact.best.bound == -std::numeric_limits<double>::infinity()) {
    std::cout << "\nEvery causal posterior may come to a state from which what is seen next is impossible: "
                 "the bound of all of them is minus infinity.\n";
  } else {
    const CausalPosterior q = random_causal(exact, Philox(chapter.seed(), causal_noise));
    const FilteringBound f = expected_filtering_bound(m, setting.policy(), q);
    std::cout << "\nA causal q drawn at random, " << setting.policy_name
              << " policy. Averages over all histories, "
              << "in nats:\n";
    Table table({"k", "E log O(o_k|s_k)", "E KL(q ‖ transition)", "gap: E KL(q ‖ posterior)"});
    for (std::size_t k = 0; k < setting.horizon; ++k)
      table.row({k + 1, f.log_emission[k], f.divergence[k], f.gap[k]});
    table.row({"sum", total(f.log_emission), total(f.divergence), total(f.gap)});
    chapter.print("terms", table);
    std::cout << "  bound " << significant(f.bound, 8) << " + gap " << significant(total(f.gap), 8)
              << " = evidence " << significant(exact.evidence, 8) << "\n";
    chapter.results.set("random_causal.bound", f.bound);
    chapter.results.set("random_causal.gap", total(f.gap));
    chapter.claims.equal("(09.6) bound + gap by step of a random causal q is the filter's evidence",
                         f.bound + total(f.gap), exact.evidence, rounding(setting, f.bound),
                         rounding_of_terms);
    chapter.claims.equal("(09.11) the best causal q is better than it by Σ E KL(q ‖ q*)",
                         exact.best.bound - f.bound, divergence_from_best(setting, q, exact.best.posterior),
                         rounding(setting, f.bound), rounding_of_terms);
  }
  if (std::isfinite(exact.mean_field.bound))
    chapter.claims.equal("(09.6) for the mean field, too, bound + gap is the evidence",
                         exact.mean_field.bound + total(exact.mean_field.gap), exact.evidence,
                         rounding(setting, exact.mean_field.bound), rounding_of_terms);
  Philox random(chapter.seed(), smoothing_noise);
  const FilteringBound smoothing =
      expected_filtering_bound(m, setting.policy(), setting.horizon, [&](const History& h) {
        PathPosterior q = path_posterior(m, h);
        reweight(q.values, q.states, random);
        return q;
      });
  chapter.claims.equal("(09.6) for a random smoothing q, too, bound + gap is the evidence",
                       smoothing.bound + total(smoothing.gap), exact.evidence,
                       rounding(setting, smoothing.bound), rounding_of_terms);
}
