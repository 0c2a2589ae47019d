// The optimum, what stands around it, and the four policies that come of four ways to imagine. Equation tags
// refer to README.md.

#include <memory>

#include "doxa/models/pomdp/plans/agent.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// Larger models get a coarser certificate. Each ends after a few seconds, narrow or not: effort is counted in
// backups, and a backup takes longer the more there have been.
std::size_t cost_of_a_backup(const Pomdp& m) {
  return m.transition.non_zeros() + m.emission.non_zeros() * m.observations.size();
}
PlanOptions effort(const Pomdp& m) {
  const bool small = m.states.size() <= 4;
  return {.absolute_gap = small ? 1e-6 : 0,
          .relative_gap = small ? 0 : 1e-4,
          .max_backups = std::clamp<std::size_t>(30'000'000 / cost_of_a_backup(m), 200, 20'000)};
}

// Sequences are slow to be sure of where many are nearly as good: whatever gap is left is shown.
PlanOptions for_sequences(const Pomdp& m) {
  PlanOptions o = effort(m);
  o.max_backups = std::min<std::size_t>(o.max_backups, 5'000);
  return o;
}

EvaluationOptions evaluation(const Known& k) {
  const bool small = k.m.states.size() <= 4;
  return {.tolerance = small ? 1e-6 : 1e-3 * (1 + std::abs(k.optimum())),
          .max_beliefs = std::clamp<std::size_t>(10'000'000 / cost_of_a_backup(k.m), 100, 2'000)};
}

// Episodes of a policy, the same ones for every policy; fewer where the discount makes them long.
std::vector<double> played(const Known& k, BeliefPolicy policy) {
  const double steps = 1 / (1 - k.m.discount);
  return estimate_return(k.m, belief_agent(k.m, std::move(policy)),
                         {.episodes = static_cast<std::size_t>(std::clamp(2e4 / steps, 50.0, 1000.0)),
                          .truncation = 1e-3 * (1 + std::abs(k.optimum()))})
      .returns;
}

std::size_t first_action(const Known& k, const BeliefPolicy& policy) {
  std::vector<double> p(k.m.actions.size());
  policy(k.m.start, p);
  return static_cast<std::size_t>(std::ranges::max_element(p) - p.begin());
}

void act_surely(std::span<double> probabilities, std::size_t action) {
  std::ranges::fill(probabilities, 0.0);
  probabilities[action] = 1;
}

}  // namespace

Known solve(std::string name, std::string prefix, const Pomdp& m) {
  std::vector<std::pair<std::size_t, ValueBounds>> gaps;
  PlanOptions options = effort(m);
  options.on_trial = [&](const PlanProgress& p) { gaps.emplace_back(p.backups, p.value); };
  Plan best = plan(m, options);
  const PlanningModel& model = *best.model;
  return {.name = std::move(name),
          .prefix = std::move(prefix),
          .m = m,
          .best = best,
          .blind = blind(model),
          .informed = fast_informed(model),
          .qmdp = qmdp(model),
          .seen = state_seen(model),
          .memoryless = best_memoryless(model),
          .open_loop = plan(open_loop_model(m), for_sequences(m)),
          .gaps = std::move(gaps)};
}

//! [hidden-state]
BeliefPolicy hidden_state_policy(const Known& k) {
  std::vector<std::size_t> best(k.m.states.size());  // argmax_a Q(s,a), in each state
  for (std::size_t s = 0; s < best.size(); ++s)
    for (std::size_t a = 0; a < k.qmdp.lower.size(); ++a)
      if (k.qmdp.lower.values[a][s] > k.qmdp.lower.values[best[s]][s]) best[s] = a;
  return [best, q = k.qmdp.lower](std::span<const double> b, std::span<double> probabilities) {
    std::ranges::fill(probabilities, 0.0);
    for (std::size_t s = 0; s < b.size(); ++s) probabilities[q.actions[best[s]]] += b[s];  // (12.6)
  };
}
//! [hidden-state]

BeliefPolicy replanning_policy(const Known& k) {
  // Sequences that are best from here are sought at beliefs that are met; each is worth something, and is a
  // linear function of the belief, at every other one.
  constexpr std::size_t most_plans = 60;
  auto plans = std::make_shared<std::vector<Plan>>(1, k.open_loop);
  auto sequences = std::make_shared<AlphaVectors>(k.open_loop.policy);
  const Pomdp blindfolded = open_loop_model(k.m);
  const std::size_t most_backups = effort(k.m).max_backups;
  const double close = 1e-3 * (1 + std::abs(k.open_loop.value().middle()));
  const BeliefPolicy collect = [=](std::span<const double> b, std::span<double> probabilities) {
    const auto known = [&](const Plan& p) { return value_bounds(p, b).gap() <= close; };
    if (plans->size() < most_plans && std::ranges::none_of(*plans, known)) {
      Pomdp from_here = blindfolded;
      from_here.start.assign(b.begin(), b.end());
      plans->push_back(plan(from_here, {.absolute_gap = close / 2,
                                        .relative_gap = 0,
                                        .max_backups = std::min<std::size_t>(500, most_backups)}));
      const AlphaVectors& found = plans->back().policy;
      for (std::size_t i = 0; i < found.size(); ++i) sequences->append(found.actions[i], found.values[i]);
    }
    act_surely(probabilities, greedy_action(*sequences, b));
  };
  evaluate(k.planning(), collect, {.tolerance = 1e-2 * (1 + std::abs(k.optimum())), .max_beliefs = 200});
  return greedy_policy(*sequences);  // (12.5)
}

BeliefPolicy qmdp_policy(const Known& k) { return greedy_policy(k.qmdp.lower); }   // (12.7)
BeliefPolicy best_policy(const Known& k) { return greedy_policy(k.best.policy); }  // (12.2)

std::vector<Imagined> promised_and_earned(const Known& k) {
  std::vector<Imagined> all;
  std::vector<double> ideal;  // returns of the optimal policy
  const auto add = [&](std::string name, std::string key, ValueBounds promised, const BeliefPolicy& policy) {
    ValueBounds earned = evaluate(k.planning(), policy, evaluation(k)).value;
    earned.upper = std::min(earned.upper, k.best.value().upper);  // no policy earns more than V*
    all.push_back({std::move(name), std::move(key), promised, earned, first_action(k, policy)});
    if (earned.gap() <= 1e-2 * (1 + std::abs(k.optimum())) || all.back().key == "belief") return;
    if (ideal.empty()) ideal = played(k, best_policy(k));
    all.back().lost = estimate_mean_difference(ideal, played(k, policy));
  };
  add("the hidden state", "hidden", k.seen.at_start, hidden_state_policy(k));
  // A sequence earns what it promises: nothing that is seen changes it.
  const ValueBounds sequence = k.open_loop.value();
  all.push_back({"one sequence of actions", "sequence", sequence, sequence,
                 greedy_action(k.open_loop.policy, k.m.start)});
  add("a new sequence at each step", "replanning", sequence, replanning_policy(k));
  add("Q averaged over the belief", "qmdp", k.qmdp.at_start, qmdp_policy(k));
  add("the belief", "belief", k.best.value(), best_policy(k));
  double& kept = all.back().earned.lower;  // greedy on its vectors, it earns at least their value (12.3)
  kept = std::max(kept, k.best.value().lower);
  return all;
}
