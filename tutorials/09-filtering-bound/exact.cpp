// The numbers of one setting.

#include "doxa/models/numerics/sums.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

double marginal_score(const Setting& setting) {
  const Pomdp& m = setting.model;
  const std::size_t actions = m.actions.size(), observations = m.observations.size();
  // p(a_{k-1}, o_k) of each step, [T, A, O]
  std::vector<CompensatedSum> joint(setting.horizon * actions * observations);
  for_each_history(m, setting.policy(), setting.horizon, [&](const HistoryWalk& walk) {
    const History h = walk.history();
    for (std::size_t k = 0; k < h.steps(); ++k)
      joint[(k * actions + h.actions[k]) * observations + h.observations[k]] += walk.probability();
  });
  CompensatedSum score;
  for (std::size_t context = 0; context < joint.size(); context += observations) {
    double of_action = 0;
    for (std::size_t o = 0; o < observations; ++o) of_action += joint[context + o];
    for (std::size_t o = 0; o < observations; ++o) {
      const double p = joint[context + o];
      if (p > 0) score += p * std::log(p / of_action);  // (09.13)
    }
  }
  return score;
}

double rounding(const Setting& setting, double size) {
  const auto states = static_cast<double>(setting.model.states.size());
  return 16 * std::numeric_limits<double>::epsilon() * static_cast<double>(setting.horizon) * states *
         states * (1 + std::abs(size));
}
const char* const rounding_of_terms = "16 roundings for each of the T S² terms of a history";

Exact solve(const Setting& setting) {
  const Pomdp& m = setting.model;
  const HistoryPolicy policy = setting.policy();
  Exact e{expected_log_evidence(m, policy, setting.horizon),  // (09.3)
          marginal_score(setting),
          best_causal_posterior(m, policy, setting.horizon),                // (09.9), (09.10)
          best_mean_field_posterior(m, policy, setting.horizon).posterior,  // (09.8)
          {},
          {},
          {}};
  e.causal = expected_filtering_bound(m, policy, e.best.posterior);  // (09.4), (09.6)
  e.mean_field = expected_filtering_bound(m, policy, e.best_mean_field);
  e.smoothing = expected_filtering_bound(m, policy, setting.horizon, [&](const History& h) {
    return path_posterior(m, h);  // (09.5)
  });
  return e;
}
