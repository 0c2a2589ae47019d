#include "doxa/models/pomdp/plans/agent.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa {
namespace {

// The least n with d^n largest / (1 - d) <= truncation.
std::size_t sufficient_horizon(double discount, double largest, double truncation) {
  if (largest == 0 || discount == 0) return 1;
  const double steps = std::log(truncation * (1 - discount) / largest) / std::log(discount);
  return steps < 1 ? 1 : static_cast<std::size_t>(std::ceil(steps));
}

}  // namespace

Agent belief_agent(const Pomdp& m, BeliefPolicy policy) {
  const auto belief = std::make_shared<Belief>();
  return {.begin = [&m, belief] { *belief = initial_belief(m); },
          .act = [belief,
                  policy = std::move(policy)](std::span<double> out) { policy(probabilities(*belief), out); },
          .observe = [&m, belief](std::size_t a, std::size_t o) { update(m, *belief, a, o); }};
}

Agent controller_agent(const Pomdp& m, Controller c) {
  require_controller(m, c);
  const auto shared = std::make_shared<const Controller>(std::move(c));
  const auto node = std::make_shared<std::size_t>(shared->start);
  return {.begin = [shared, node] { *node = shared->start; },
          .act =
              [shared, node](std::span<double> out) {
                std::fill(out.begin(), out.end(), 0.0);
                out[shared->actions[*node]] = 1;
              },
          .observe = [shared, node](std::size_t, std::size_t o) { *node = shared->next[*node].at(o); }};
}

Agent history_agent(const Pomdp& m, HistoryPolicy policy) {
  const auto past = std::make_shared<Trajectory>();
  return {.begin = [past] { *past = {}; },
          .act =
              [past, policy = std::move(policy), actions = m.actions.size()](std::span<double> out) {
                for (std::size_t a = 0; a < actions; ++a) out[a] = policy(*past, a);
              },
          .observe =
              [past](std::size_t a, std::size_t o) {
                past->actions.push_back(a);
                past->observations.push_back(o);
              }};
}

ReturnEstimate estimate_return(const Pomdp& m, const Agent& agent, const ReturnOptions& options) {
  validate(m);
  if (options.episodes == 0)
    throw std::invalid_argument("estimate_return: no episodes, expected at least one");
  if (!agent.begin || !agent.act || !agent.observe)
    throw std::invalid_argument("estimate_return: an agent without begin, act or observe");
  std::vector<double> reward;  // r(s,a), [A][S]
  double largest = 0;
  for (std::size_t a = 0; a < m.actions.size(); ++a)
    for (std::size_t s = 0; s < m.states.size(); ++s) {
      reward.push_back(expected_reward(m, a, s));
      largest = std::max(largest, std::abs(reward.back()));
    }
  ReturnEstimate estimate;
  estimate.horizon = options.horizon;
  if (options.horizon == 0) {
    if (m.discount == 1)
      throw std::invalid_argument(
          "estimate_return: the discount is 1, expected a horizon or a discount below 1");
    if (!(options.truncation > 0))
      throw std::invalid_argument("estimate_return: truncation is " + to_text(options.truncation) +
                                  ", expected a positive number");
    estimate.horizon = sufficient_horizon(m.discount, largest, options.truncation);
  }
  estimate.truncation =
      largest == 0 ? 0
                   : std::pow(m.discount, static_cast<double>(estimate.horizon)) * largest / (1 - m.discount);
  std::vector<double> probabilities(m.actions.size());
  for (std::size_t episode = 0; episode < options.episodes; ++episode) {
    Philox random(options.seed, episode);
    std::size_t state = draw(m.start, random);
    agent.begin();
    double sum = 0, discount = 1;
    for (std::size_t k = 0; k < estimate.horizon; ++k, discount *= m.discount) {
      agent.act(probabilities);
      require_distribution(probabilities, "agent");
      const std::size_t action = draw(probabilities, random);
      sum += discount * reward[action * m.states.size() + state];
      const StochasticMatrix::Row next = transition_row(m, action, state);
      state = draw(next, random);
      const StochasticMatrix::Row seen = emission_row(m, action, state);
      agent.observe(action, draw(seen, random));
    }
    estimate.returns.push_back(sum);
  }
  estimate.mean = estimate_mean(estimate.returns);
  return estimate;
}

}  // namespace doxa
