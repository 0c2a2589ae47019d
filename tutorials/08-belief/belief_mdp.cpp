// The belief MDP of a POMDP and its values. Equation tags refer to planning.md.

#include "belief_mdp.h"

using namespace doxa;
using namespace doxa::support;

BeliefMdp::BeliefMdp(const Pomdp& model) : m(model) {
  for (std::size_t a = 0; a < m.actions.size(); ++a) {
    reward.emplace_back();
    for (std::size_t s = 0; s < m.states.size(); ++s) reward[a].push_back(doxa::expected_reward(m, a, s));
  }
}

double BeliefMdp::expected_reward(std::span<const double> b, std::size_t action) const {
  double rho = 0;
  for (std::size_t s = 0; s < b.size(); ++s) rho += b[s] * reward[action][s];  // (08.20)
  return rho;
}

//! [value]
double BeliefMdp::action_value(const Belief& b, std::size_t action, std::size_t steps) const {
  const double rho = expected_reward(probabilities(b), action);
  if (steps == 1) return rho;
  Belief predicted = b;
  predict(m, predicted, action);
  std::vector<double> p(m.observations.size());
  predictive(m, predicted, action, p);
  double future = 0;
  for (std::size_t o = 0; o < p.size(); ++o) {
    if (p[o] == 0) continue;
    Belief next = predicted;
    condition(m, next, action, o);
    future += p[o] * value(next, steps - 1);  // (08.20)
  }
  return rho + m.discount * future;
}

double BeliefMdp::value(const Belief& b, std::size_t steps) const {
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a < m.actions.size(); ++a)
    best = std::max(best, action_value(b, a, steps));  // (08.21)
  return best;
}
//! [value]

double BeliefMdp::blind_value(std::span<const double> b, std::size_t steps) const {
  //! [blind]
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a < m.actions.size(); ++a) {
    double sum = expected_reward(b, a);
    if (steps > 1) {
      std::vector<double> predicted(b.size());
      for (std::size_t s = 0; s < b.size(); ++s) {
        const StochasticMatrix::Row row = transition_row(m, a, s);
        for (std::size_t i = 0; i < row.size(); ++i)
          predicted[row.column[i]] += b[s] * row.probability[i];  // (08.3)
      }
      sum += m.discount * blind_value(predicted, steps - 1);
    }
    best = std::max(best, sum);  // (08.22)
  }
  //! [blind]
  return best;
}

std::vector<double> BeliefMdp::seeing_value(std::size_t steps) const {
  std::vector<double> later(m.states.size());
  for (; steps > 0; --steps) {
    std::vector<double> now(m.states.size(), -std::numeric_limits<double>::infinity());
    for (std::size_t a = 0; a < m.actions.size(); ++a)
      for (std::size_t s = 0; s < now.size(); ++s) {
        double sum = 0;
        const StochasticMatrix::Row row = transition_row(m, a, s);
        for (std::size_t i = 0; i < row.size(); ++i) sum += row.probability[i] * later[row.column[i]];
        now[s] = std::max(now[s], reward[a][s] + m.discount * sum);  // (08.22)
      }
    later = now;
  }
  return later;
}

std::vector<std::vector<double>> BeliefMdp::tree_values(std::size_t steps) const {
  if (steps == 1) return reward;
  const std::vector<std::vector<double>> subtrees = tree_values(steps - 1);
  const std::size_t observations = m.observations.size();
  std::vector<std::vector<double>> trees;
  for (std::size_t a = 0; a < m.actions.size(); ++a) {
    // What each observation contributes to each state's value if each subtree follows it.
    std::vector<std::vector<std::vector<double>>> after(observations);
    for (std::size_t o = 0; o < observations; ++o)
      for (const std::vector<double>& subtree : subtrees) {
        //! [trees]
        std::vector<double> value(m.states.size());
        for (std::size_t s = 0; s < value.size(); ++s) {
          const StochasticMatrix::Row row = transition_row(m, a, s);
          for (std::size_t i = 0; i < row.size(); ++i)
            value[s] += m.discount * row.probability[i] * emission_row(m, a, row.column[i])[o] *
                        subtree[row.column[i]];  // (08.23)
        }
        after[o].push_back(value);
        //! [trees]
      }
    // Every choice of a subtree for each observation, counted like the digits of a number.
    for (std::vector<std::size_t> choice(observations, 0); choice.back() < subtrees.size();) {
      std::vector<double> tree = reward[a];
      for (std::size_t o = 0; o < observations; ++o)
        for (std::size_t s = 0; s < tree.size(); ++s) tree[s] += after[o][choice[o]][s];
      trees.push_back(tree);
      for (std::size_t o = 0; ++choice[o] == subtrees.size() && o + 1 < observations; ++o) choice[o] = 0;
    }
  }
  return trees;
}
