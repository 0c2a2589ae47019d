#include "doxa/models/pomdp/smoother.h"

#include <stdexcept>
#include <string>

#include "doxa/models/pomdp/belief.h"

namespace doxa {
namespace {

void require_between(const char* what, std::size_t index, std::size_t first, std::size_t last) {
  if (index < first || index > last)
    throw std::out_of_range(std::string(what) + " " + std::to_string(index) + ", expected " +
                            std::to_string(first) + " … " + std::to_string(last));
}

std::span<const Extended> at(const std::vector<Extended>& all, const Smoothed& t, std::size_t k) {
  return std::span(all).subspan(k * t.states, t.states);
}

// What o_k and all later observations say about s_k: O(o_k|a_{k-1},s') β_k(s'), [S].
void weigh(const Pomdp& m, const Smoothed& t, std::size_t k, std::span<Extended> weight) {
  const std::span<const Extended> backward = at(t.backward, t, k);
  for (std::size_t s = 0; s < t.states; ++s)
    weight[s] = backward[s] * emission_row(m, t.actions[k - 1], s)[t.observations[k - 1]];
}

// Σ_{s'} T(s'|s,a) w(s').
Extended expectation(const StochasticMatrix::Row& next, std::span<const Extended> weight) {
  Extended sum;
  for (std::size_t i = 0; i < next.size(); ++i) sum = sum + weight[next.column[i]] * next.probability[i];
  return sum;
}

}  // namespace

Smoothed smooth(const Pomdp& m, const History& h) {
  const auto [actions, observations] = h;
  const std::size_t horizon = h.steps(), states = m.states.size();
  Smoothed t;
  t.states = states;
  t.actions.assign(actions.begin(), actions.end());
  t.observations.assign(observations.begin(), observations.end());

  Belief belief = initial_belief(m);
  t.filtered.reserve((horizon + 1) * states);
  t.filtered.insert(t.filtered.end(), belief.posterior.begin(), belief.posterior.end());
  t.log_predictive.reserve(horizon);
  for (std::size_t k = 1; k <= horizon; ++k) {
    t.log_predictive.push_back(update(m, belief, actions[k - 1], observations[k - 1]));
    t.filtered.insert(t.filtered.end(), belief.posterior.begin(), belief.posterior.end());
  }
  t.log_evidence = belief.log_evidence;

  t.backward.assign((horizon + 1) * states, Extended(1));
  std::vector<Extended> weight(states);
  for (std::size_t k = horizon; k >= 1; --k) {
    //! [backward]
    weigh(m, t, k, weight);
    const std::span<const Extended> before = at(t.filtered, t, k - 1);
    Extended* const ratio = &t.backward[(k - 1) * states];
    // p(o_k | o_{<k}, a_{<k}), computed again as what makes γ_{k-1} sum to 1: so rounding does not
    // accumulate.
    Extended predictive;
    for (std::size_t s = 0; s < states; ++s) {
      ratio[s] = expectation(transition_row(m, actions[k - 1], s), weight);  // (08.11)
      predictive = predictive + before[s] * ratio[s];
    }
    for (std::size_t s = 0; s < states; ++s) ratio[s] = ratio[s] / predictive;
    //! [backward]
  }
  return t;
}

double probability(const Smoothed& t, std::size_t k, std::size_t state) {
  require_between("step", k, 0, t.horizon());
  require_between("state", state, 0, t.states - 1);
  const std::size_t i = k * t.states + state;
  return static_cast<double>(t.filtered[i] * t.backward[i]);  // (08.14)
}

std::vector<double> probabilities(const Smoothed& t, std::size_t k) {
  std::vector<double> gamma(t.states);
  for (std::size_t s = 0; s < t.states; ++s) gamma[s] = probability(t, k, s);
  return gamma;
}

std::vector<PairProbability> pairwise(const Pomdp& m, const Smoothed& t, std::size_t k) {
  require_between("step", k, 1, t.horizon());
  std::vector<Extended> weight(t.states);
  weigh(m, t, k, weight);
  const std::span<const Extended> before = at(t.filtered, t, k - 1);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::vector<Extended> joint;
  Extended total;
  for (std::size_t s = 0; s < t.states; ++s) {
    if (before[s].fraction == 0) continue;
    const StochasticMatrix::Row next = transition_row(m, t.actions[k - 1], s);
    for (std::size_t i = 0; i < next.size(); ++i) {
      const Extended p = before[s] * next.probability[i] * weight[next.column[i]];
      if (p.fraction == 0) continue;
      pairs.emplace_back(s, next.column[i]);
      joint.push_back(p);
      total = total + p;
    }
  }
  std::vector<PairProbability> xi;
  xi.reserve(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i)
    xi.push_back({pairs[i].first, pairs[i].second, static_cast<double>(joint[i] / total)});
  return xi;
}

StochasticMatrix posterior_transition(const Pomdp& m, const Smoothed& t, std::size_t k) {
  require_between("step", k, 1, t.horizon());
  std::vector<Extended> weight(t.states);
  weigh(m, t, k, weight);
  StochasticMatrix posterior;
  posterior.columns = t.states;
  for (std::size_t s = 0; s < t.states; ++s) {
    const StochasticMatrix::Row next = transition_row(m, t.actions[k - 1], s);
    const Extended sum = expectation(next, weight);
    for (std::size_t i = 0; i < next.size() && sum.fraction != 0; ++i) {
      const double p = static_cast<double>(weight[next.column[i]] * next.probability[i] / sum);
      if (p == 0) continue;
      posterior.column.push_back(next.column[i]);
      posterior.probability.push_back(p);
    }
    posterior.begin.push_back(posterior.probability.size());
  }
  return posterior;
}

}  // namespace doxa
