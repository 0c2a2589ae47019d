#include "doxa/models/pomdp/plans/belief_policy.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/numerics/sums.h"
#include "doxa/models/pomdp/plans/reference_values.h"

namespace doxa {
namespace {

// A belief that can be reached, the probability to reach it times the discount of its step, and how much of
// the value is open there.
struct ReachedBelief {
  SparseBelief belief;
  double weight, open;
};

// The beliefs of the next step. Equal ones are one.
struct BeliefMap {
  std::map<std::pair<std::vector<std::uint32_t>, std::vector<double>>, double> weights;
  std::size_t bytes = 0;

  void add(const SparseBelief& b, double weight) {
    const auto [at, added] = weights.try_emplace({b.state, b.probability}, 0.0);
    at->second += weight;
    if (added) bytes += 160 + b.size() * (sizeof(double) + sizeof(std::uint32_t));
  }
};

class ForwardEvaluation {
 public:
  ForwardEvaluation(const PlanningModel& m, const BeliefPolicy& policy, const EvaluationOptions& options)
      : m_(m),
        policy_(policy),
        options_(options),
        best_(state_seen(m).values.upper),
        worst_(worst_case(m).values.lower),
        dense_(m.states(), 0.0),
        probabilities_(m.actions()) {}

  PolicyValue run() {
    SparseBelief start = sparse(m_.model().start);
    start.divide_by(start.mass());
    std::vector<ReachedBelief> level{{std::move(start), 1.0, 0.0}};
    double allowance = options_.tolerance / 4 * (1 - m_.discount());  // of what is closed at this step
    for (PolicyValue& v = value_; !level.empty() && v.steps < options_.max_steps; ++v.steps) {
      close_the_least(level, allowance);
      allowance *= m_.discount();
      BeliefMap next;
      for (const ReachedBelief& b : level) follow(b, next);
      value_.beliefs += level.size();
      level.clear();
      for (const auto& [belief, weight] : next.weights)
        level.push_back({{belief.first, belief.second}, weight, 0.0});
    }
    for (const ReachedBelief& b : level) close(b);
    // Each step is as wrong as a backup of its beliefs; the policy's own distributions were divided by sums.
    const double actions = static_cast<double>(m_.actions());
    const double error = m_.for_ever(2 * m_.slack() + actions * 0x1p-51 * m_.value_limit());
    value_.value = {earned_ + low_ - error, earned_ + high_ + error};
    return value_;
  }

 private:
  void close(const ReachedBelief& b) {
    low_ += b.weight * b.belief.dot(worst_);
    high_ += b.weight * b.belief.dot(best_);
  }

  // Closes the beliefs of which the least is open, as long as together they stay within the allowance, and
  // then as many as are too many.
  void close_the_least(std::vector<ReachedBelief>& level, double allowance) {
    for (ReachedBelief& b : level) b.open = b.weight * (b.belief.dot(best_) - b.belief.dot(worst_));
    std::stable_sort(level.begin(), level.end(),
                     [](const ReachedBelief& x, const ReachedBelief& y) { return x.open > y.open; });
    const double all = std::accumulate(level.begin(), level.end(), 0.0,
                                       [](double sum, const ReachedBelief& b) { return sum + b.open; });
    if (all <= options_.tolerance / 2) allowance = all;
    double open = 0;
    while (!level.empty() && (open + level.back().open <= allowance || level.size() > options_.max_beliefs)) {
      open += level.back().open;
      close(level.back());
      level.pop_back();
    }
  }

  void follow(const ReachedBelief& b, BeliefMap& next) {
    for (std::size_t i = 0; i < b.belief.size(); ++i) dense_[b.belief.state[i]] = b.belief.probability[i];
    policy_(dense_, probabilities_);
    std::fill(dense_.begin(), dense_.end(), 0.0);
    require_distribution(probabilities_, "belief policy");
    for (std::size_t a = 0; a < m_.actions(); ++a) {
      const double weight = b.weight * probabilities_[a];
      if (weight == 0) continue;
      earned_ += weight * b.belief.dot(m_.reward(a));
      if (m_.discount() == 0) continue;
      m_.successors(b.belief, a, after_);
      for (SparseBelief& x : after_) {
        const double mass = x.mass();
        if (!(mass > 0x1p-900)) continue;  // less than the smallest slack
        x.divide_by(mass);
        const double reached = weight * mass * m_.discount();
        if (next.bytes > options_.max_bytes)
          close({x, reached, 0.0});
        else
          next.add(x, reached);
      }
    }
  }

  const PlanningModel& m_;
  const BeliefPolicy& policy_;
  const EvaluationOptions& options_;
  std::vector<double> best_, worst_;   // [S]
  std::vector<double> dense_;          // a belief, [S]
  std::vector<double> probabilities_;  // [A]
  std::vector<SparseBelief> after_;
  CompensatedSum earned_, low_, high_;
  PolicyValue value_;
};

}  // namespace

BeliefPolicy greedy_policy(AlphaVectors v) {
  if (v.size() == 0) throw std::invalid_argument("greedy_policy: no alpha-vectors, expected at least one");
  return [v = std::move(v)](std::span<const double> belief, std::span<double> probabilities) {
    const std::size_t action = greedy_action(v, belief);
    if (action >= probabilities.size())
      throw std::invalid_argument("greedy_policy: action " + std::to_string(action) + ", the model has " +
                                  std::to_string(probabilities.size()));
    std::fill(probabilities.begin(), probabilities.end(), 0.0);
    probabilities[action] = 1;
  };
}

PolicyValue evaluate(const PlanningModel& m, const BeliefPolicy& policy, const EvaluationOptions& options) {
  if (!(options.tolerance > 0))
    throw std::invalid_argument("evaluate: tolerance is " + to_text(options.tolerance) +
                                ", expected a positive number");
  if (options.max_beliefs == 0)
    throw std::invalid_argument("evaluate: max_beliefs is 0, expected at least 1");
  return ForwardEvaluation(m, policy, options).run();
}

void require_distribution(std::span<double> probabilities, const char* who) {
  double sum = 0;
  for (const double p : probabilities) sum += p >= 0 ? p : std::nan("");
  if (!(std::abs(sum - 1) <= row_sum_tolerance))
    throw std::invalid_argument(
        std::string(who) +
        ": the probabilities of the actions are not a distribution: " + sum_error("they", sum));
  for (double& p : probabilities) p /= sum;
}

}  // namespace doxa
