#include "doxa/models/pomdp/causal_posterior.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/models/numerics/sums.h"

namespace doxa {
namespace {

constexpr std::size_t max_table = std::size_t{1} << 24;

enum class Choice { distribution, one_state };

// One step of the dynamic programme: V_k(s_{k-1}, h_k) of a row of log-weights, and its maximiser.
double value_of_row(Choice choice, std::span<const double> log_weight) {
  return choice == Choice::distribution ? log_sum_exp(log_weight)
                                        : *std::max_element(log_weight.begin(), log_weight.end());
}

void maximiser_of_row(Choice choice, std::span<const double> log_weight, double value, std::span<double> q) {
  if (choice == Choice::distribution) {
    for (std::size_t s = 0; s < q.size(); ++s) q[s] = std::exp(log_weight[s] - value);
    return;
  }
  std::fill(q.begin(), q.end(), 0.0);
  q[static_cast<std::size_t>(std::max_element(log_weight.begin(), log_weight.end()) - log_weight.begin())] =
      1;
}

// The backward recursion, depth first: only the values along one history are in memory.
class Programme {
 public:
  Programme(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon, Choice choice,
            CausalPosterior* store)
      : model_(m),
        horizon_(horizon),
        choice_(choice),
        store_(store),
        walk_(m, policy),
        row_(m.states.size()) {}

  // E[V_{k+1}(s, h_{k+1}) | h_k] for each s = s_k (at k = 0 one number). The walk stands at h_k.
  std::vector<double> expected_value() {
    const std::size_t k = walk_.history().steps(), states = model_.states.size();
    std::vector<double> expected(k == 0 ? 1 : states, 0.0);
    if (k == horizon_) return expected;  // V_{T+1} = 0
    walk_.for_each_next([&](double conditional) {
      const std::vector<double> after = expected_value();
      for (std::size_t s = 0; s < expected.size(); ++s) expected[s] += conditional * value(s, after);
    });
    return expected;
  }

 private:
  // V_k(previous, h_k), with after[s] = E[V_{k+1}(s, h_{k+1}) | h_k]. The walk stands at h_k.
  double value(std::size_t previous, const std::vector<double>& after) {
    const History h = walk_.history();
    const std::size_t k = h.steps(), states = model_.states.size();
    //! [dynamic-programme]
    log_transition_and_emission(model_, k, previous, h.actions.back(), h.observations.back(), row_);
    for (std::size_t s = 0; s < states; ++s) row_[s] += after[s];
    const double v = value_of_row(choice_, row_);  // (09.9)
    //! [dynamic-programme]
    if (store_) {
      const std::span<double> q =
          store_->kernel(k, history_index(model_, h)).subspan(previous * states, states);
      if (v == -std::numeric_limits<double>::infinity()) {
        log_transition(model_, k, previous, h.actions.back(), q);
        for (double& p : q) p = std::exp(p);
      } else {
        maximiser_of_row(choice_, row_, v, q);  // (09.10)
      }
    }
    return v;
  }

  const Pomdp& model_;
  std::size_t horizon_;
  Choice choice_;
  CausalPosterior* store_;
  HistoryWalk walk_;
  std::vector<double> row_;
};

BestCausal best(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon, Choice choice) {
  BestCausal b{0, causal_table(m, horizon)};
  b.bound = Programme(m, policy, horizon, choice, &b.posterior).expected_value()[0];
  return b;
}

}  // namespace

CausalPosterior causal_table(const Pomdp& m, std::size_t horizon, bool markov) {
  CausalPosterior q{.states = m.states.size(), .markov = markov};
  const std::size_t rows = markov ? q.states : 1;
  if (count_histories(m, horizon) > max_table / (rows * q.states))
    throw std::invalid_argument(
        "causal posterior: a table of " + std::to_string(count_histories(m, horizon)) + " histories and " +
        std::to_string(rows) + " x " + std::to_string(q.states) + " states, expected at most " +
        std::to_string(max_table) + " numbers: a shorter horizon or fewer states");
  for (std::size_t k = 1; k <= horizon; ++k)
    q.begin.push_back(q.begin.back() + count_histories(m, k) * q.rows(k) * q.states);
  q.values.resize(q.begin.back());
  return q;
}

PathPosterior along(const Pomdp& m, const CausalPosterior& q, const History& h) {
  PathPosterior chain(q.states, h.steps());
  for (std::size_t k = 1; k <= h.steps(); ++k) {
    const std::span<const double> kernel = q.kernel(k, history_index(m, h.first(k)));
    for (std::size_t s = 0; s < (k > 1 ? q.states : 1); ++s)
      std::ranges::copy(kernel.subspan(q.rows(k) > 1 ? s * q.states : 0, q.states), chain.row(k, s).begin());
  }
  return chain;
}

FilteringBound expected_filtering_bound(const Pomdp& m, const HistoryPolicy& policy,
                                        const CausalPosterior& q) {
  return expected_filtering_bound(m, policy, q.steps(), [&](const History& h) { return along(m, q, h); });
}

double best_causal_bound(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon) {
  require_enumerable(m, horizon);
  return Programme(m, policy, horizon, Choice::distribution, nullptr).expected_value()[0];
}

BestCausal best_causal_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon) {
  return best(m, policy, horizon, Choice::distribution);
}

BestCausal best_deterministic_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon) {
  return best(m, policy, horizon, Choice::one_state);
}

}  // namespace doxa
