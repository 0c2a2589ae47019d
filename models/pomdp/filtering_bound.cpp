#include "doxa/models/pomdp/filtering_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/models/numerics/sums.h"

namespace doxa {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// What the future says about the state: message[k][s] = log p(o_{k+1:T} ‖ a_{k:T-1} given s_k = s) for k = 1
// … T, and log_evidence = log p(o_{1:T} ‖ a).
struct BackwardMessages {
  std::vector<std::vector<double>> message;  // [T+1][S]; [0] is not used
  double log_evidence;
};

BackwardMessages backward_messages(const Pomdp& m, const History& h) {
  const std::size_t horizon = h.steps(), states = m.states.size();
  BackwardMessages b{std::vector(horizon + 1, std::vector<double>(states, 0.0)), 0};
  std::vector<double> joint(states);
  for (std::size_t k = horizon; k > 0; --k)
    for (std::size_t s = 0; s < (k > 1 ? states : 1); ++s) {
      log_transition_and_emission(m, k, s, h.actions[k - 1], h.observations[k - 1], joint);
      for (std::size_t next = 0; next < states; ++next) joint[next] += b.message[k][next];
      (k > 1 ? b.message[k - 1][s] : b.log_evidence) = log_sum_exp(joint);
    }
  return b;
}

void require_sizes(const Pomdp& m, const History& h, const PathPosterior& q) {
  if (q.steps() != h.steps() || q.states != m.states.size())
    throw std::invalid_argument("filtering_bound: a posterior of " + std::to_string(q.steps()) +
                                " steps over " + std::to_string(q.states) + " states for " +
                                std::to_string(h.steps()) + " steps and " + std::to_string(m.states.size()) +
                                " states, expected as many");
}

// Throws ImpossibleObservation, by running the filter, where the trajectory has probability 0.
void require_possible(const Pomdp& m, const History& h, const BackwardMessages& future) {
  if (future.log_evidence == -infinity) log_evidence(m, h);
}

// p log(p / r) with 0 log 0 = 0.
double log_ratio_term(double p, double log_r) { return p == 0 ? 0 : p * (std::log(p) - log_r); }

void add_row(const StochasticMatrix::Row& row, double weight, std::span<double> sum) {
  for (std::size_t i = 0; i < row.size(); ++i) sum[row.column[i]] += weight * row.probability[i];
}

}  // namespace

void log_transition(const Pomdp& m, std::size_t k, std::size_t previous, std::size_t action,
                    std::span<double> row) {
  require_action(m, action);
  require_state(m, previous);
  std::fill(row.begin(), row.end(), 0.0);
  if (k > 1)
    add_row(transition_row(m, action, previous), 1, row);
  else
    for (std::size_t s = 0; s < m.states.size(); ++s)
      if (m.start[s] != 0) add_row(transition_row(m, action, s), m.start[s], row);
  for (double& p : row) p = std::log(p);
}

void log_emission(const Pomdp& m, std::size_t action, std::size_t observation, std::span<double> row) {
  require_action(m, action);
  require_observation(m, observation);
  for (std::size_t s = 0; s < m.states.size(); ++s)
    row[s] = std::log(emission_row(m, action, s)[observation]);
}

void log_transition_and_emission(const Pomdp& m, std::size_t k, std::size_t previous, std::size_t action,
                                 std::size_t observation, std::span<double> row) {
  log_transition(m, k, previous, action, row);
  require_observation(m, observation);
  for (std::size_t s = 0; s < m.states.size(); ++s)
    row[s] += std::log(emission_row(m, action, s)[observation]);
}

PathPosterior::PathPosterior(std::size_t s, std::size_t steps)
    : states(s), values(steps == 0 ? 0 : (1 + (steps - 1) * s) * s) {}

FilteringBound filtering_bound(const Pomdp& m, const History& h, const PathPosterior& q) {
  require_sizes(m, h, q);
  const std::size_t horizon = h.steps(), states = m.states.size();
  const BackwardMessages future = backward_messages(m, h);
  require_possible(m, h, future);
  FilteringBound f{future.log_evidence, 0, std::vector<double>(horizon, 0.0),
                   std::vector<double>(horizon, 0.0), std::vector<double>(horizon, 0.0)};
  std::vector<double> transition(states), emission(states), marginal{1.0};  // at step 0 s_0 is summed out
  for (std::size_t k = 1; k <= horizon; ++k) {
    const std::size_t action = h.actions[k - 1];
    log_emission(m, action, h.observations[k - 1], emission);
    std::vector<double> next(states, 0.0);
    //! [bound]
    for (std::size_t s = 0; s < marginal.size(); ++s) {
      if (marginal[s] == 0) continue;
      const std::span<const double> row = q.row(k, s);
      log_transition(m, k, s, action, transition);
      const double seen = k > 1 ? future.message[k - 1][s] : future.log_evidence;  // log p(o_{k:T} ‖ a)
      double divergence = 0, gap = 0;
      for (std::size_t to = 0; to < states; ++to) {
        next[to] += marginal[s] * row[to];
        const double log_joint = transition[to] + emission[to] + future.message[k][to];
        const double log_posterior = seen == -infinity ? -infinity : log_joint - seen;  // (09.5)
        divergence += log_ratio_term(row[to], transition[to]);
        gap += log_ratio_term(row[to], log_posterior);
      }
      f.divergence[k - 1] += marginal[s] * divergence;  // (09.4)
      f.gap[k - 1] += marginal[s] * gap;                // (09.6)
    }
    for (std::size_t s = 0; s < states; ++s)
      if (next[s] != 0) f.log_emission[k - 1] += next[s] * emission[s];  // (09.4)
    f.bound += f.log_emission[k - 1] - f.divergence[k - 1];
    //! [bound]
    marginal = next;
  }
  return f;
}

PathPosterior path_posterior(const Pomdp& m, const History& h) {
  const std::size_t horizon = h.steps(), states = m.states.size();
  const BackwardMessages future = backward_messages(m, h);
  require_possible(m, h, future);
  PathPosterior q(states, horizon);
  std::vector<double> joint(states);
  for (std::size_t k = 1; k <= horizon; ++k)
    for (std::size_t s = 0; s < (k > 1 ? states : 1); ++s) {
      const std::span<double> row = q.row(k, s);
      const double evidence = k > 1 ? future.message[k - 1][s] : future.log_evidence;
      if (evidence == -infinity)
        log_transition(m, k, s, h.actions[k - 1], joint);
      else
        log_transition_and_emission(m, k, s, h.actions[k - 1], h.observations[k - 1], joint);
      for (std::size_t to = 0; to < states; ++to)  // (09.5)
        row[to] = std::exp(evidence == -infinity ? joint[to] : joint[to] + future.message[k][to] - evidence);
    }
  return q;
}

FilteringBound expected_filtering_bound(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon,
                                        const PosteriorOfHistory& q) {
  CompensatedSum log_evidence, bound;
  std::vector<CompensatedSum> log_emission(horizon), divergence(horizon), gap(horizon);
  for_each_history(m, policy, horizon, [&](const HistoryWalk& walk) {
    const FilteringBound f = filtering_bound(m, walk.history(), q(walk.history()));
    const double p = walk.probability();
    log_evidence += p * f.log_evidence;
    bound += p * f.bound;
    for (std::size_t k = 0; k < horizon; ++k) {
      log_emission[k] += p * f.log_emission[k];
      divergence[k] += p * f.divergence[k];
      gap[k] += p * f.gap[k];
    }
  });
  const auto numbers = [](const auto& sums) { return std::vector<double>(sums.begin(), sums.end()); };
  return {log_evidence, bound, numbers(log_emission), numbers(divergence), numbers(gap)};
}

}  // namespace doxa
