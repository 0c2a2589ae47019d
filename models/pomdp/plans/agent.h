#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/history.h"
#include "doxa/models/pomdp/plans/belief_policy.h"
#include "doxa/models/pomdp/plans/controller.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// Whoever acts and sees: a policy on histories that may carry a state of its own, such as a belief, a node
/// or the hidden layer of a learned model. An episode is begin, then act and observe in turn.
struct Agent {
  std::function<void()> begin;                                               ///< forgets all; a new episode
  std::function<void(std::span<double> probabilities)> act;                  ///< writes π(a|h), [A]
  std::function<void(std::size_t action, std::size_t observation)> observe;  ///< what was done and then seen
};

// Agents from policies. They refer to the model, which must outlive them. They throw as the functions that
// they call do.

/// Filters exactly (`update`) and acts by a policy on beliefs.
Agent belief_agent(const Pomdp& m, BeliefPolicy policy);
/// Steps through a controller.
Agent controller_agent(const Pomdp& m, Controller c);
/// Remembers the whole history.
Agent history_agent(const Pomdp& m, HistoryPolicy policy);

struct ReturnOptions {
  std::size_t episodes = 1000;
  /// How many steps of an episode are played; 0: as many as leave out at most `truncation` of the return.
  std::size_t horizon = 0;
  double truncation = 1e-6;
  std::uint64_t seed = 1;
};

/// The discounted return of an agent, estimated on episodes.
struct ReturnEstimate {
  MeanEstimate mean;            ///< of the returns, with its standard error
  std::vector<double> returns;  ///< of each episode, Σ_{k<n} d^k r(s_k, a_k)
  std::size_t horizon = 0;      ///< n
  double truncation = 0;        ///< what comes after it is at most this, d^n max|r| / (1 - d)
};

/// Plays episodes, each to the same horizon. A step is worth r(s,a), the mean of R(a,s,s',o) over what
/// follows, which has the same expectation and a smaller spread. Episode i takes its random numbers from
/// Philox(seed, i), one for the start, then three a step whether needed or not: action, next state,
/// observation. With one seed, therefore, all agents meet the same randomness, and the difference of two is
/// estimate_mean_difference of their returns.
///
/// Throws std::invalid_argument for a model that is not valid, a discount of 1 without a horizon, no
/// episodes, a truncation that is not positive, and if the agent's probabilities are not a distribution.
ReturnEstimate estimate_return(const Pomdp& m, const Agent& agent, const ReturnOptions& options = {});

}  // namespace doxa
