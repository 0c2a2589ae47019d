#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// π(a_k = a | h_k): how likely each action is after a history. It may look at all that was seen, at no
/// state.
using HistoryPolicy = std::function<double(const History& h, std::size_t action)>;

/// The policy that looks at nothing, π(a | h) = probabilities[a]; `open_loop_policy` in simulate.h makes such
/// probabilities.
HistoryPolicy ignoring_history(std::vector<double> probabilities);

/// The number of a history among those of its length: the digits a·O + o to the base A·O, the first step
/// first. In [0, (A·O)^k).
std::size_t history_index(const Pomdp& m, const History& h);

/// (A·O)^k, and how many of them enumeration goes through at most. Throws std::invalid_argument for a
/// horizon of 0 or one with more histories, naming the largest that there may be.
inline constexpr std::size_t max_histories = 4'000'000;
std::size_t count_histories(const Pomdp& m, std::size_t steps);
void require_enumerable(const Pomdp& m, std::size_t horizon);

/// What may come after h_k, as a model m and a policy π tell: all a and o with
///     p(a_k = a, o_{k+1} = o | h_k) = π(a | h_k) p(o | h_k, a) > 0.
/// A walk down the tree of histories holds one path of it at a time, never the tree.
class HistoryWalk {
 public:
  HistoryWalk(const Pomdp& m, const HistoryPolicy& policy);

  const Pomdp& model() const { return model_; }
  History history() const { return {actions_, observations_}; }
  /// p(s_k | h_k), and log p(o_{1:k} ‖ a_{0:k-1}).
  const Belief& belief() const { return beliefs_.back(); }
  /// p(h_k) = Π_j π(a_{j-1} | h_{j-1}) p(o_j | h_{j-1}, a_{j-1}).
  double probability() const { return probability_.back(); }

  /// Calls visit(p(a_k, o_{k+1} | h_k)) with h_{k+1} as the current history, for each that is possible, and
  /// comes back to h_k. Throws std::invalid_argument if π(·|h_k) is not a distribution.
  void for_each_next(const std::function<void(double conditional)>& visit);

 private:
  const Pomdp& model_;
  const HistoryPolicy& policy_;
  std::vector<std::size_t> actions_, observations_;
  std::vector<Belief> beliefs_;
  std::vector<double> probability_;
};

/// Visits every history of `horizon` steps that is possible, in the order of history_index. Throws as
/// require_enumerable and for_each_next do.
void for_each_history(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon,
                      const std::function<void(const HistoryWalk&)>& visit);

/// E[log p(o_{1:T} ‖ a_{0:T-1})] = Σ_h p(h) log p(o_{1:T} ‖ a_{0:T-1}) over all histories of T steps, in
/// nats.
double expected_log_evidence(const Pomdp& m, const HistoryPolicy& policy, std::size_t horizon);

}  // namespace doxa
