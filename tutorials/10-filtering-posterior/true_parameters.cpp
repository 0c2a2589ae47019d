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
  const auto best_causal = [&](const Pomdp& m) { return best_causal_bound(m, policy, horizon) / horizon; };
  const double tiger = best_causal(data.pomdp);
  Table bounds({"over the first " + std::to_string(horizon) + " steps", "nats per step"}, 4);
  bounds.row({"evidence under the true model", evidence});
  for (auto v = learned.rbegin(); v != learned.rend(); ++v) {
    const MeanEstimate bound = early_bound(v->model, data);
    bounds.row({"learned bound, " + v->name, bound.mean});
    chapter.results.set(v->name + ".early_bound", bound.mean, spread.bound);
    chapter.claims.at_least(
        v->name +
            ": its bound, less 4 standard errors, exceeds the true model's with its best causal posterior",
        bound.mean - 4 * bound.standard_error, tiger, chapter.quick() ? 0.1 : 0,
        chapter.quick()
            ? "what a tenth of the training steps may leave missing"
            : "none: the right side is exact, and the left allows for the held-out episodes' chance");
  }
  const double coin = std::log(0.5);
  bounds.row({"a coin, whatever was heard", coin});
  std::cout << '\n';
  chapter.print("early_bounds", bounds);

  const Pomdp late = tiger_placed_late(), record = record_of_roars(static_cast<int>(horizon));
  const double of_late = best_causal(late), of_record = best_causal(record);
  Table states({"Tiger's observations, from the states", "best causal bound"}, 4);
  states.row({"tiger on the left, on the right", tiger});
  states.row({"the same, and not yet placed", of_late});
  states.row({"a record: net count, last roar", of_record});
  std::cout << '\n';
  chapter.print("states", states);

  const char* rounding = "rounding of sums over 46 656 histories";
  double apart = 0;
  for (const Pomdp& m : {late, record})
    apart = worse(apart, std::abs(expected_log_evidence(m, policy, horizon) / horizon - evidence));
  chapter.claims.at_most(
      "other states, the same observations: the evidence is Tiger's; the largest difference", apart, 0,
      1e4 * u, rounding);
  chapter.claims.at_most("Tiger's own states, with the best causal posterior, are worth less than a coin",
                         tiger, coin, 0, "none: both are exact");
  chapter.claims.at_least("placed late, they are worth more than the coin", of_late, coin, 0,
                          "none: both are exact");
  chapter.claims.equal("a state that keeps a record loses nothing (10.8): its bound is the evidence",
                       of_record, evidence, 1e4 * u, rounding);
  chapter.results.set("tiger.evidence", evidence);
  chapter.results.set("tiger.best_causal", tiger);
  chapter.results.set("tiger.coin", coin);
  chapter.results.set("tiger.placed_late", of_late);
  chapter.results.set("tiger.record", of_record);
}
