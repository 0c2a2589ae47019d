#include "doxa/models/pomdp/causal_posterior.h"
#include "doxa/models/pomdp/filtering_bound.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr std::size_t horizon = 6;  // all histories of so many steps can be enumerated

// A learned bound over the first steps of the held-out episodes, in nats per step. Models and posteriors are
// causal, so that the bound of a shorter episode is the same sum with fewer terms.
MeanEstimate early_bound(FilteringPosterior& model, const EpisodeData& data) {
  std::vector<Trajectory> early;
  for (const Trajectory& t : data.held_out) early.push_back(first_steps(t, horizon));
  Philox random(8);
  return estimate_mean(sample_bound(model, early, random).bound);
}

}  // namespace

void true_parameters(Chapter& chapter, const EpisodeData& data,
                     std::vector<BeliefVariant<FilteringPosterior>>& learned) {
  const HistoryPolicy policy = ignoring_history(data.policy);
  const double evidence = expected_log_evidence(data.pomdp, policy, horizon) / horizon;
  const double best_causal = best_causal_bound(data.pomdp, policy, horizon) / horizon;
  Table table({"over the first " + std::to_string(horizon) + " steps", "nats per step"}, 5);
  table.row({"evidence under the true model", evidence});
  for (BeliefVariant<FilteringPosterior>& v : learned) {
    const MeanEstimate bound = early_bound(v.model, data);
    table.row({"learned bound, " + v.name, bound.mean});
    chapter.results.set(v.name + ".early_bound", bound.mean, spread.bound);
    chapter.claims.at_least(
        v.name +
            ": its bound, less 4 standard errors, exceeds the true model's with its best causal posterior",
        bound.mean - 4 * bound.standard_error, best_causal, 0,
        "none: the right side is exact, and the left allows for the held-out episodes' chance");
  }
  table.row({"the true model with its best causal posterior", best_causal});
  std::cout << table << '\n';
  chapter.results.set("tiger.evidence", evidence);
  chapter.results.set("tiger.best_causal", best_causal);
}
