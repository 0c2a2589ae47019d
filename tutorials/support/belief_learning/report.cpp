#include <numeric>

#include "support/belief_learning/experiment.h"

namespace doxa::support {
namespace {

// `any`: the values of whichever variant is best. On another machine that may be another one, so the
// tolerances are wide.
void set(Chapter& chapter, const std::string& prefix, const LearnedBelief& v, bool any = false) {
  Results& results = chapter.results;
  results.set(prefix + "memory_score", v.score.memory.score, spread.score);
  results.set(prefix + "memory_score_se", v.score.memory.standard_error, spread.score_error);
  results.set(prefix + "exact_nll", v.score.memory.exact);
  results.set(prefix + "last_nll", v.score.memory.last);
  results.set(prefix + "model_nll", v.score.memory.model, spread.nll);
  results.set(prefix + "elbo", v.score.mean_bound(), spread.bound);
  results.set(prefix + "minus_bound", -v.score.mean_bound(), spread.bound);
  results.set(prefix + "kl", v.score.mean_kl(), any ? std::log(2.0) : spread.kl);
  results.set(prefix + "steps", static_cast<double>(v.training.steps),
              any ? static_cast<double>(v.training.steps) : 0.5);
  results.set(prefix + "seconds", v.seconds);
}

double largest_deviation_from_one(const StepTable& predictions) {
  double worst = 0;
  for (std::size_t i = 0; i < predictions.trajectories(); ++i)
    for (std::size_t k = 1; k <= predictions.steps(i); ++k) {
      const auto row = predictions.row(i, k);
      worst = std::max(worst, std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1));
    }
  return worst;
}

}  // namespace

void report(Chapter& chapter, const BeliefSettings& s, const std::vector<LearnedBelief>& learned) {
  const LearnedBelief& best = best_of(learned);
  const LearnedBelief* live = best_live_of(learned);
  std::cout << "\nnats per step on the held-out episodes (" << s.samples << " samples of the belief)\n\n";
  Table table(
      {"predictor", {"nll", 5}, {"−bound", 5}, {"KL(q‖p)", 3}, "memory score", {"± se", 2}, {"seconds", 2}});
  table.row({"last observation", best.score.memory.last, "", "", 0.0, "", ""});
  for (const LearnedBelief& v : learned)
    table.row({v.name + (&v == &best  ? " (chosen)"
                         : &v == live ? " (best with a live latent)"
                                      : ""),
               v.score.memory.model, -v.score.mean_bound(), v.score.mean_kl(), v.score.memory.score,
               v.score.memory.standard_error, v.seconds});
  table.row({"exact filter", best.score.memory.exact, "", "", 1.0, "", ""});
  std::cout << table << '\n';

  chapter.results.set("variant", best.name);
  set(chapter, "", best, true);
  if (live) {
    chapter.results.set("live.variant", live->name);
    set(chapter, "live.", *live, true);
  }
  for (const LearnedBelief& v : learned) set(chapter, v.name + ".", v);
}

void claim_bounds(Chapter& chapter, const BeliefSettings& s, const EpisodeData& data,
                  const std::vector<LearnedBelief>& learned) {
  const std::size_t outcomes = data.pomdp.observations.size();
  double worst = 0;
  for (const LearnedBelief& v : learned)
    worst = std::max(worst, largest_deviation_from_one(v.score.predictions));
  chapter.claims.at_most("every predictive distribution sums to 1; the largest deviation", worst, 0,
                         4 * u * static_cast<double>(outcomes + static_cast<std::size_t>(s.samples)),
                         "4u times the number of terms in the sums: what rounding can do");
  for (const LearnedBelief& v : learned) {
    std::vector<double> minus_bound = v.score.bound;
    for (double& b : minus_bound) b = -b;
    const std::string or_else = s.episodes.empty() ? "" : "; if it fails, data and model may disagree";
    const MeanEstimate slack = estimate_mean_difference(minus_bound, data.exact);
    chapter.claims.at_least(
        v.name + ": the bound stays below the exact evidence, nats per step", slack.mean, 0,
        4 * slack.standard_error,
        "E[bound] ≤ E[log p_θ] ≤ E[log p]; 4 standard errors over held-out episodes" + or_else);
    const MeanEstimate excess = estimate_mean_difference(v.score.nll, data.exact);
    chapter.claims.at_least(
        v.name + ": no prediction beats the Bayes filter, model_nll − exact_nll", excess.mean, 0,
        4 * excess.standard_error,
        "the excess is a KL in expectation; 4 standard errors over held-out episodes" + or_else);
  }
}

}  // namespace doxa::support
