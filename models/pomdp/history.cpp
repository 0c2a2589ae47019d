#include "doxa/models/pomdp/history.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "doxa/models/numerics/sums.h"

namespace doxa {

HistoryPolicy ignoring_history(std::vector<double> probabilities) {
  return [p = std::move(probabilities)](const History&, std::size_t action) { return p.at(action); };
}

std::size_t history_index(const Pomdp& m, const History& h) {
  std::size_t index = 0;
  for (std::size_t k = 0; k < h.steps(); ++k)
    index = (index * m.actions.size() + h.actions[k]) * m.observations.size() + h.observations[k];
  return index;
}

std::size_t count_histories(const Pomdp& m, std::size_t steps) {
  require_enumerable(m, steps);
  std::size_t count = 1;
  for (std::size_t k = 0; k < steps; ++k) count *= m.actions.size() * m.observations.size();
  return count;
}

void require_enumerable(const Pomdp& m, std::size_t horizon) {
  const std::size_t branches = m.actions.size() * m.observations.size();
  if (horizon == 0) throw std::invalid_argument("histories: a horizon of 0 steps, expected at least 1");
  std::size_t count = 1, steps = 0;
  for (; steps < horizon && count <= max_histories / branches; ++steps) {
    count *= branches;
    if (branches == 1) return;
  }
  if (steps < horizon)
    throw std::invalid_argument(
        "histories: " + std::to_string(branches) + "^" + std::to_string(horizon) +
        " histories of actions and observations are too many to enumerate, expected a "
        "horizon of at most " +
        std::to_string(steps));
}

HistoryWalk::HistoryWalk(const Pomdp& m, const HistoryPolicy& policy)
    : model_(m), policy_(policy), beliefs_{initial_belief(m)}, probability_{1.0} {}

void HistoryWalk::for_each_next(const std::function<void(double)>& visit) {
  const std::size_t actions = model_.actions.size(), observations = model_.observations.size();
  std::vector<double> of_action(actions), of_observation(observations);
  double sum = 0;
  for (std::size_t a = 0; a < actions; ++a) {
    sum += of_action[a] = policy_(history(), a);
    if (!(of_action[a] >= 0)) sum = std::nan("");
  }
  if (!(std::abs(sum - 1) <= row_sum_tolerance))
    throw std::invalid_argument("policy: the probabilities of the actions after " +
                                std::to_string(actions_.size()) +
                                " steps are not a distribution: " + sum_error("they", sum));
  for (std::size_t a = 0; a < actions; ++a) {
    if (of_action[a] == 0) continue;
    Belief predicted = belief();
    predict(model_, predicted, a);
    predictive(model_, predicted, a, of_observation);
    for (std::size_t o = 0; o < observations; ++o) {
      const double conditional = of_action[a] * of_observation[o];
      if (conditional == 0) continue;
      actions_.push_back(a);
      observations_.push_back(o);
      probability_.push_back(probability() * conditional);
      beliefs_.push_back(predicted);
      condition(model_, beliefs_.back(), a, o);
      visit(conditional);
      actions_.pop_back();
      observations_.pop_back();
      probability_.pop_back();
      beliefs_.pop_back();
    }
  }
}

namespace {

void descend(HistoryWalk& walk, std::size_t horizon, const std::function<void(const HistoryWalk&)>& visit) {
  if (walk.history().steps() == horizon) return visit(walk);
  walk.for_each_next([&](double) { descend(walk, horizon, visit); });
}

}  // namespace

void for_each_history(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon,
                      const std::function<void(const HistoryWalk&)>& visit) {
  require_enumerable(m, horizon);
  HistoryWalk walk(m, policy);
  descend(walk, horizon, visit);
}

double expected_log_evidence(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon) {
  CompensatedSum sum;
  for_each_history(m, policy, horizon, [&](const HistoryWalk& walk) {
    sum += walk.probability() * walk.belief().log_evidence;  // (09.3)
  });
  return sum;
}

}  // namespace doxa
