#pragma once

#include <functional>
#include <vector>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// π(a_k = a | h_k): how likely each action is after a history. It may depend on everything that was done and
/// seen, not on the states.
using HistoryPolicy = std::function<double(const History& h, std::size_t action)>;

/// The open-loop policy, π(a | h) = probabilities[a]; `open_loop_policy` in simulate.h makes such
/// probabilities.
HistoryPolicy ignoring_history(std::vector<double> probabilities);

/// The number of a history among all those of its length, in [0, (A·O)^k): its digits, the first step first,
/// are a·O + o to the base A·O.
std::size_t history_index(const Pomdp& m, const History& h);

/// The largest number of histories that is enumerated.
inline constexpr std::size_t max_histories = 4'000'000;
/// Throws std::invalid_argument for a horizon of 0, and for one with more histories than that, naming the
/// largest horizon allowed.
void require_enumerable(const Pomdp& m, std::size_t horizon);
/// (A·O)^k. Throws as require_enumerable does.
std::size_t count_histories(const Pomdp& m, std::size_t steps);

/// A walk through the tree of histories that are possible under a model m and a policy π: h_k is followed by
/// all a and o with p(a_k = a, o_{k+1} = o | h_k) = π(a | h_k) p(o | h_k, a) > 0. Only one path of the tree
/// is in memory.
class HistoryWalk {
 public:
  HistoryWalk(const Pomdp& m, const HistoryPolicy& policy);

  const Pomdp& model() const { return model_; }
  History history() const { return {actions_, observations_}; }
  /// p(s_k | h_k), and log p(o_{1:k} ‖ a_{0:k-1}).
  const Belief& belief() const { return beliefs_.back(); }
  /// p(h_k) = Π_j π(a_{j-1} | h_{j-1}) p(o_j | h_{j-1}, a_{j-1}).
  double probability() const { return probability_.back(); }

  /// Calls visit(p(a_k, o_{k+1} | h_k)) for each possible h_{k+1}, which is then the current history, and
  /// returns to h_k. Throws std::invalid_argument if π(·|h_k) is not a distribution.
  void for_each_next(const std::function<void(double conditional)>& visit);

 private:
  const Pomdp& model_;
  const HistoryPolicy& policy_;
  std::vector<std::size_t> actions_, observations_;
  std::vector<Belief> beliefs_;
  std::vector<double> probability_;
};

/// Visits every possible history of `horizon` steps, in the order of history_index. Throws as
/// require_enumerable and for_each_next do.
void for_each_history(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon,
                      const std::function<void(const HistoryWalk&)>& visit);

/// E[log p(o_{1:T} ‖ a_{0:T-1})] = Σ_h p(h) log p(o_{1:T} ‖ a_{0:T-1}) over all histories of T steps, in
/// nats.
double expected_log_evidence(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

}  // namespace doxa
