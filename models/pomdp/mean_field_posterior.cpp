#include "doxa/models/pomdp/mean_field_posterior.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "doxa/models/numerics/sums.h"

namespace doxa {
namespace {

std::span<double> factor(const Pomdp& m, CausalPosterior& q, const History& h) {
  return q.kernel(h.steps(), history_index(m, h));
}

// Sweeps the histories that continue the one where the walk stands, then the factor there: each factor is
// updated after all those of later steps.
class Sweep {
 public:
  Sweep(const Pomdp& m, const HistoryPolicy& policy, CausalPosterior& q)
      : model_(m), q_(q), walk_(m, policy), row_(m.states.size()) {}

  double run() {
    descend();
    return largest_change_;
  }

 private:
  void descend() {
    const History here = walk_.history();
    const std::size_t k = here.steps(), states = model_.states.size();
    std::vector<double> log_weight(states, 0.0);
    if (k < q_.steps())
      walk_.for_each_next([&](double conditional) {
        descend();
        if (k > 0) add_from_next(conditional, log_weight);
      });
    if (k == 0) return;
    add_from_previous(log_weight);
    update(log_weight);
  }

  // Adds p(a_k, o_{k+1} | h_k) E_{q(s_{k+1}|h_{k+1})}[log T(s_{k+1}|s_k,a_k)]; the walk stands at h_{k+1}.
  void add_from_next(double conditional, std::vector<double>& log_weight) {
    const History h = walk_.history();
    const std::span<const double> next = factor(model_, q_, h);
    for (std::size_t s = 0; s < log_weight.size(); ++s) {
      log_transition(model_, h.steps(), s, h.actions.back(), row_);
      for (std::size_t to = 0; to < next.size(); ++to)
        if (next[to] != 0) log_weight[s] += conditional * next[to] * row_[to];
    }
  }

  // Adds E_{q(s_{k-1}|h_{k-1})}[log T(s_k|s_{k-1},a_{k-1})] + log O(o_k|a_{k-1},s_k); the walk stands at h_k.
  void add_from_previous(std::vector<double>& log_weight) {
    const History h = walk_.history();
    const std::size_t k = h.steps(), action = h.actions.back();
    const std::vector<double> certain{1.0};  // at step 1 there is nothing to average over
    const std::span<const double> previous =
        k > 1 ? std::span<const double>(factor(model_, q_, h.first(k - 1))) : certain;
    for (std::size_t s = 0; s < previous.size(); ++s) {
      if (previous[s] == 0) continue;
      log_transition(model_, k, s, action, row_);
      for (std::size_t to = 0; to < row_.size(); ++to) log_weight[to] += previous[s] * row_[to];
    }
    log_emission(model_, action, h.observations.back(), row_);
    for (std::size_t s = 0; s < row_.size(); ++s) log_weight[s] += row_[s];
  }

  void update(const std::vector<double>& log_weight) {
    const double total = log_sum_exp(log_weight);
    if (total == -std::numeric_limits<double>::infinity()) return;
    const std::span<double> here = factor(model_, q_, walk_.history());
    for (std::size_t s = 0; s < here.size(); ++s) {
      const double p = std::exp(log_weight[s] - total);  // (09.8)
      largest_change_ = std::max(largest_change_, std::abs(p - here[s]));
      here[s] = p;
    }
  }

  const Pomdp& model_;
  CausalPosterior& q_;
  HistoryWalk walk_;
  std::vector<double> row_;
  double largest_change_ = 0;
};

// The states that a deterministic Markov posterior visits, as factors that do not depend on s_{k-1}.
CausalPosterior visited_states(const Pomdp& m, const HistoryPolicy& policy, const CausalPosterior& path) {
  CausalPosterior q = causal_table(m, path.steps(), false);
  const std::size_t states = m.states.size();
  for (std::size_t k = 1; k <= path.steps(); ++k)
    for_each_history(m, policy, k, [&](const HistoryWalk& walk) {
      const History h = walk.history();
      std::size_t previous = 0;
      if (k > 1) {
        const std::span<double> before = factor(m, q, h.first(k - 1));
        previous = static_cast<std::size_t>(std::max_element(before.begin(), before.end()) - before.begin());
      }
      const std::span<const double> row =
          path.kernel(k, history_index(m, h)).subspan(previous * states, states);
      std::copy(row.begin(), row.end(), factor(m, q, h).begin());
    });
  return q;
}

}  // namespace

CausalPosterior belief_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon) {
  CausalPosterior q = causal_table(m, horizon, false);
  for (std::size_t k = 1; k <= horizon; ++k)
    for_each_history(m, policy, k, [&](const HistoryWalk& walk) {
      const std::vector<double> b = probabilities(walk.belief());
      std::copy(b.begin(), b.end(), factor(m, q, walk.history()).begin());  // (09.7)
    });
  return q;
}

double mean_field_sweep(const Pomdp& m, const HistoryPolicy& policy, CausalPosterior& q) {
  return Sweep(m, policy, q).run();
}

BestMeanField best_mean_field_posterior(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon) {
  BestMeanField best{-std::numeric_limits<double>::infinity(), {}, 0};
  for (const bool from_belief : {false, true}) {
    CausalPosterior q =
        from_belief ? belief_posterior(m, policy, horizon)
                    : visited_states(m, policy, best_deterministic_posterior(m, policy, horizon).posterior);
    std::size_t sweeps = 0;
    double change = 1;
    for (; sweeps < 1000 && change > 1e-12; ++sweeps) change = mean_field_sweep(m, policy, q);
    const double bound = expected_filtering_bound(m, policy, q).bound;
    if (bound > best.bound || best.sweeps == 0) best = {bound, std::move(q), sweeps};
  }
  return best;
}

}  // namespace doxa
