#include "doxa/models/pomdp/belief.h"

#include <algorithm>
#include <string>
#include <utility>

namespace doxa {

ImpossibleObservation::ImpossibleObservation(const Pomdp& m, std::size_t at_step, std::size_t after_action,
                                             std::size_t of_observation)
    : std::runtime_error("step " + std::to_string(at_step) + ": observation " +
                         m.observations[of_observation] + " is impossible after action " +
                         m.actions[after_action]),
      step(at_step),
      action(after_action),
      observation(of_observation) {}

Belief initial_belief(const Pomdp& m) {
  Belief belief;
  belief.posterior.assign(m.start.begin(), m.start.end());
  belief.predicted.resize(m.states.size());
  return belief;
}

void predict(const Pomdp& m, Belief& belief, std::size_t action) {
  require_action(m, action);
  std::fill(belief.predicted.begin(), belief.predicted.end(), Extended());
  //! [predict]
  for (std::size_t s = 0; s < m.states.size(); ++s) {
    if (belief.posterior[s].fraction == 0) continue;
    const StochasticMatrix::Row next = transition_row(m, action, s);
    for (std::size_t i = 0; i < next.size(); ++i) {
      Extended& sum = belief.predicted[next.column[i]];
      sum = sum + belief.posterior[s] * next.probability[i];  // (08.3)
    }
  }
  //! [predict]
}

void predictive(const Pomdp& m, const Belief& belief, std::size_t action, std::span<double> probabilities) {
  require_action(m, action);
  if (probabilities.size() != m.observations.size())
    throw std::invalid_argument("predictive: room for " + std::to_string(probabilities.size()) +
                                " probabilities, the model has " + std::to_string(m.observations.size()) +
                                " observations");
  std::fill(probabilities.begin(), probabilities.end(), 0.0);
  for (std::size_t s = 0; s < m.states.size(); ++s) {
    const double weight = static_cast<double>(belief.predicted[s]);
    if (weight == 0) continue;
    const StochasticMatrix::Row seen = emission_row(m, action, s);
    for (std::size_t i = 0; i < seen.size(); ++i)
      probabilities[seen.column[i]] += seen.probability[i] * weight;  // (08.4)
  }
}

double condition(const Pomdp& m, Belief& belief, std::size_t action, std::size_t observation) {
  require_action(m, action);
  require_observation(m, observation);
  //! [condition]
  Extended evidence;  // p(o | h, a)
  for (std::size_t s = 0; s < m.states.size(); ++s) {
    const Extended& prior = belief.predicted[s];
    Extended& joint = belief.posterior[s];
    joint = prior.fraction == 0 ? Extended() : prior * emission_row(m, action, s)[observation];
    evidence = evidence + joint;
  }
  ++belief.step;
  if (evidence.fraction == 0) throw ImpossibleObservation(m, belief.step, action, observation);
  for (Extended& joint : belief.posterior) joint = joint / evidence;  // (08.5)
  const double log_probability = log(evidence);
  belief.log_evidence += log_probability;  // (08.6)
  //! [condition]
  return log_probability;
}

double update(const Pomdp& m, Belief& belief, std::size_t action, std::size_t observation) {
  predict(m, belief, action);
  return condition(m, belief, action, observation);
}

std::vector<double> probabilities(const Belief& belief) {
  std::vector<double> b(belief.posterior.size());
  for (std::size_t s = 0; s < b.size(); ++s) b[s] = probability(belief, s);
  return b;
}

double log_evidence(const Pomdp& m, const History& h) {
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < h.steps(); ++k) update(m, belief, h.actions[k], h.observations[k]);
  return belief.log_evidence;
}

StepTable exact_predictive(const Pomdp& m, std::span<const Trajectory> trajectories) {
  StepTable p(m.observations.size(), trajectories);
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    Belief belief = initial_belief(m);
    for (std::size_t k = 1; k <= t.horizon(); ++k) {
      predict(m, belief, t.actions[k - 1]);
      predictive(m, belief, t.actions[k - 1], p.row(i, k));
      condition(m, belief, t.actions[k - 1], t.observations[k - 1]);
    }
  }
  return p;
}

StepTable exact_beliefs(const Pomdp& m, std::span<const Trajectory> trajectories) {
  StepTable b(m.states.size(), trajectories);
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    Belief belief = initial_belief(m);
    for (std::size_t k = 1; k <= t.horizon(); ++k) {
      update(m, belief, t.actions[k - 1], t.observations[k - 1]);
      for (std::size_t s = 0; s < b.width; ++s) b.row(i, k)[s] = probability(belief, s);
    }
  }
  return b;
}

StepTable exact_open_loop(const Pomdp& m, std::span<const Trajectory> trajectories, std::size_t from,
                          std::size_t ahead) {
  for (const Trajectory& t : trajectories)
    if (ahead == 0 || t.horizon() < from || t.horizon() - from < ahead)
      throw std::invalid_argument("exact_open_loop: " + std::to_string(ahead) + " steps after " +
                                  std::to_string(from) + " of a trajectory of " +
                                  std::to_string(t.horizon()));
  StepTable p(m.observations.size(), trajectories.size(), ahead);
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    Belief belief = initial_belief(m);
    for (std::size_t k = 0; k < from; ++k) update(m, belief, t.actions[k], t.observations[k]);
    for (std::size_t n = 1; n <= ahead; ++n) {
      const std::size_t action = t.actions[from + n - 1];
      predict(m, belief, action);
      predictive(m, belief, action, p.row(i, n));
      std::swap(belief.posterior, belief.predicted);
    }
  }
  return p;
}

}  // namespace doxa
