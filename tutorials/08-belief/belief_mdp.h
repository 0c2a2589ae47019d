#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/models/pomdp/belief.h"
#include "support/chapter.h"
#include "support/figure.h"

// Planning in the belief MDP: the state is b, the reward ρ(b,a), and Bayes' rule the transition.
struct BeliefMdp {
  const doxa::Pomdp& m;
  std::vector<std::vector<double>> reward;  // r(s,a), [A][S]

  explicit BeliefMdp(const doxa::Pomdp& model);
  // ρ(b,a) = Σ_s b(s) r(s,a).
  double expected_reward(std::span<const double> b, std::size_t action) const;

  // The largest expected sum of `steps` discounted rewards from b,
  // when each action may depend on all that was seen: max_a Q_n(b,a); and Q_n(b,a) itself.
  double value(const doxa::Belief& b, std::size_t steps) const;
  double action_value(const doxa::Belief& b, std::size_t action, std::size_t steps) const;
  // when all actions are chosen beforehand.
  double blind_value(std::span<const double> b, std::size_t steps) const;
  // when the state is seen before each action: V_n(s), [S], to be averaged over b.
  std::vector<double> seeing_value(std::size_t steps) const;
  // when it follows the best of all policy trees of that depth, [number of trees][S]: the values of each tree
  // in each state, without any belief.
  std::vector<std::vector<double>> tree_values(std::size_t steps) const;
};

// What a belief is good for: the future, rewards, and plans. `plan` are the actions for which rewards are
// added up; on Tiger one value is also known by hand.
void claim_sufficiency(doxa::support::Chapter& chapter, const doxa::Pomdp& m,
                       std::span<const std::size_t> actions, std::span<const std::size_t> observations);
void claim_planning(doxa::support::Chapter& chapter, const doxa::Pomdp& m, bool is_tiger);
doxa::support::Figure value_figure(const BeliefMdp& mdp, std::size_t steps);
