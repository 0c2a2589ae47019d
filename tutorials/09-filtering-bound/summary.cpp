// A prior that depends on the past has the same evidence, and a causal posterior that is exact.

#include <functional>

#include "doxa/models/numerics/sums.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// q(s_k | h_k) for the belief b_k.
using FactorOfBelief = std::function<std::vector<double>(const Belief&)>;

// Sums over all histories for the model whose transition is the filter's prediction,
// p(s_k | s_{k-1}, h_{k-1}, a_{k-1}) = b^-_k(s_k).
struct SummaryModel {
  CompensatedSum bound, divergence, from_belief;  // from_belief: Σ E KL(q ‖ b_k)
  CompensatedSum leak;                            // the same sum as `bound`, with b_k as the "prior"
  CompensatedSum moves, model_moves;              // expected number of steps k > 1 at which s_k != s_{k-1}
};

void add_steps(HistoryWalk& walk, std::size_t horizon, const FactorOfBelief& factor, SummaryModel& sum) {
  const Pomdp& m = walk.model();
  if (walk.history().steps() == horizon) return;
  const std::vector<double> before = probabilities(walk.belief());
  walk.for_each_next([&](double) {
    const History h = walk.history();
    const std::size_t action = h.actions.back(), observation = h.observations.back();
    const Belief& belief = walk.belief();
    const std::vector<double> q = factor(belief);
    for (std::size_t s = 0; s < q.size(); ++s) {
      const auto predicted = static_cast<double>(belief.predicted[s]);  // (09.14)
      if (h.steps() > 1) {
        sum.moves += walk.probability() * before[s] * (1 - predicted);
        sum.model_moves += walk.probability() * before[s] * (1 - transition_row(m, action, s)[s]);
      }
      //! [summary]
      if (q[s] == 0) continue;
      const double weight = walk.probability() * q[s];
      const double divergence = weight * std::log(q[s] / predicted);
      sum.bound += weight * std::log(emission_row(m, action, s)[observation]) - divergence;  // (09.15)
      sum.divergence += divergence;
      sum.from_belief += weight * std::log(q[s] / probability(belief, s));
      //! [summary]
      sum.leak += weight * std::log(emission_row(m, action, s)[observation]) -
                  weight * std::log(q[s] / probability(belief, s));
    }
    add_steps(walk, horizon, factor, sum);
  });
}

SummaryModel evaluate(const Setting& setting, const FactorOfBelief& factor) {
  SummaryModel sum;
  const HistoryPolicy policy = setting.policy();
  HistoryWalk walk(setting.model, policy);
  add_steps(walk, setting.horizon, factor, sum);
  return sum;
}

}  // namespace

void summary_in_the_prior(Chapter& chapter, const Setting& setting, const Exact& exact) {
  const SummaryModel filter = evaluate(setting, [](const Belief& b) { return probabilities(b); });
  Philox noise(chapter.seed(), mean_field_noise);
  const SummaryModel other = evaluate(setting, [&](const Belief& b) {
    std::vector<double> q = probabilities(b);
    double sum = 0;
    for (double& p : q) sum += p *= -std::log(noise.uniform());
    for (double& p : q) p /= sum;
    return q;
  });
  const double causal_divergence = total(exact.causal.divergence);
  // Of T steps, T - 1 have one before them.
  const auto per_move = [&](double moves) {
    return setting.horizon > 1 ? moves / static_cast<double>(setting.horizon - 1) : 0;
  };
  std::cout << "\nA prior with a summary of the past, p(s_k | s_{k-1}, h_{k-1}, a_{k-1}) = b⁻_k(s_k), "
            << setting.policy_name << " policy, nats a step:\n";
  Table table({"model and posterior", {"bound", 6}, "evidence − bound", "KL(q ‖ prior)", "p(s_k ≠ s_{k-1})"},
              4);
  const auto row = [&](const char* name, double bound, double divergence, double moves) {
    table.row({name, setting.per_step(bound), decimal(setting.per_step(exact.evidence - bound), 6),
               setting.per_step(divergence), per_move(moves)});
  };
  row("the POMDP, best causal q", exact.best.bound, causal_divergence, filter.model_moves);
  row("summary of h_{k-1} in the prior, q = beliefs", filter.bound, filter.divergence, filter.moves);
  row("a leak: prior = belief, as if shown the state", filter.leak, 0, filter.moves);
  chapter.print("summary", table);
  chapter.results.set("summary.bound", setting.per_step(filter.bound));
  chapter.results.set("summary.divergence", setting.per_step(filter.divergence));
  chapter.results.set("summary.moves", per_move(filter.moves));
  chapter.results.set("summary.leak", setting.per_step(filter.leak));
  chapter.results.set("summary.best_causal_divergence", setting.per_step(causal_divergence));
  chapter.claims.equal(
      "(09.14) with the filter's prediction as the prior, the bound of the beliefs is the evidence",
      filter.bound, exact.evidence, rounding(setting, exact.evidence), rounding_of_terms);
  chapter.claims.equal("(09.15) for a random q(s_k|h_k) the gap is Σ E KL(q ‖ belief)",
                       exact.evidence - other.bound, other.from_belief, rounding(setting, other.bound),
                       rounding_of_terms);
  chapter.claims.equal(
      "a \"prior\" that has seen o_k scores above the evidence, by Σ E KL(belief ‖ prediction): no bound",
      filter.leak - exact.evidence, filter.divergence, rounding(setting, exact.evidence), rounding_of_terms);
}

// The latents of two steps are drawn one after the other from the beliefs before and after a roar. The first
// belief stays as it was on average, (08.8), so they differ with probability E[1 - Σ_s b_{k-1}(s)²], which is
// E[1 - b_{k-1}(s_{k-1})] by (08.9): one less the belief in the door where the tiger is.
void moves_on_tiger(Chapter& chapter, const Setting& listening, double ear) {
  const SummaryModel filter = evaluate(listening, [](const Belief& b) { return probabilities(b); });
  double by_counting = 0, ways = 1;
  for (std::size_t k = 1; k < listening.horizon; ++k) {
    const auto roars = static_cast<double>(k);
    ways = 1;
    for (double right = 0; right <= roars; ++right) {
      const double lead = 2 * right - roars;
      by_counting += ways * std::pow(ear, right) * std::pow(1 - ear, roars - right) /
                     (1 + std::pow(ear / (1 - ear), lead));
      ways *= (roars - right) / (right + 1);
    }
  }
  chapter.claims.equal(
      "listening only, the tiger of (09.14) changes doors as often as draws from successive beliefs differ",
      filter.moves, by_counting, rounding(listening, by_counting), rounding_of_terms);
}
