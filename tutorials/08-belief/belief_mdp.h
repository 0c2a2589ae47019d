#pragma once

#include <span>

#include "doxa/models/pomdp/belief.h"
#include "support/tutorial.h"

// The belief MDP of a POMDP: its state is the belief b, its reward ρ(b,a), and its transition Bayes' rule.
struct BeliefMdp {
  const doxa::Pomdp& m;
  std::vector<std::vector<double>> reward;  // r(s,a), [A][S]

  explicit BeliefMdp(const doxa::Pomdp& model);
  // ρ(b,a) = Σ_s b(s) r(s,a).
  double expected_reward(std::span<const double> b, std::size_t action) const;

  // The largest expected sum of `steps` discounted rewards from b:
  // if each action may depend on everything seen before, max_a Q_n(b,a); and Q_n(b,a) itself;
  double value(const doxa::Belief& b, std::size_t steps) const;
  double action_value(const doxa::Belief& b, std::size_t action, std::size_t steps) const;
  // if all actions are chosen beforehand;
  double blind_value(std::span<const double> b, std::size_t steps) const;
  // if the state is seen before each action: V_n(s), [S], to be averaged over b;
  std::vector<double> seeing_value(std::size_t steps) const;
  // of every policy tree of that depth, without any belief: its values in each state, [number of trees][S].
  std::vector<std::vector<double>> tree_values(std::size_t steps) const;
};

// What a belief is good for: predicting the future and planning. On Tiger one value is also known by hand.
void claim_sufficiency(doxa::support::Chapter& chapter, const doxa::Pomdp& m,
                       std::span<const std::size_t> actions, std::span<const std::size_t> observations);
void claim_planning(doxa::support::Chapter& chapter, const doxa::Pomdp& m, bool usual_tiger);
doxa::support::Figure value_figure(const BeliefMdp& mdp, std::size_t steps);
