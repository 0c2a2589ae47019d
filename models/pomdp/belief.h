#pragma once

#include <span>
#include <stdexcept>
#include <vector>

#include "doxa/models/numerics/extended_range.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"
#include "doxa/models/pomdp/step_table.h"

namespace doxa {

/// The belief b_k(s) = p(s_k = s | o_{1:k}, a_{0:k-1}) after k steps. It owns all the memory that a step
/// needs: steps allocate nothing. Probabilities have an extended range, so that no state drops out of the
/// belief by underflow, however long the evidence against it lasts.
struct Belief {
  std::vector<Extended> posterior;  ///< b_k(s), [S]
  std::vector<Extended> predicted;  ///< b^-(s) = p(s | o_{<k}, a_{<k}), [S], as left by the last `predict`
  std::size_t step = 0;             ///< k
  double log_evidence = 0;          ///< log p(o_{1:k} ‖ a_{0:k-1}) in nats
};

/// An observation to which the model gives probability 0 after this history. The text is
/// "step 3: observation hear-left is impossible after action open-left".
struct ImpossibleObservation : std::runtime_error {
  ImpossibleObservation(const Pomdp& m, std::size_t at_step, std::size_t after_action,
                        std::size_t of_observation);
  std::size_t step, action, observation;
};

/// b_0: the start distribution, at step 0. Here and below the model must be valid (`validate`).
Belief initial_belief(const Pomdp& m);

/// Prediction, b^-(s') = Σ_s T(s'|s,a) b(s), into belief.predicted; the posterior is not changed. O(non-zeros
/// of T(·|·,a)). This and the functions below throw std::out_of_range for an action or observation that the
/// model lacks.
void predict(const Pomdp& m, Belief& belief, std::size_t action);

/// The predictive distribution of the next observation, p(o | h, a) = Σ_{s'} O(o|a,s') b^-(s'), into
/// probabilities, [O]; it sums to 1. Call `predict` with the same action first. O(non-zeros of O(·|a,·)).
/// Throws std::invalid_argument if `probabilities` is not of size O.
void predictive(const Pomdp& m, const Belief& belief, std::size_t action, std::span<double> probabilities);

/// Bayes' rule, b(s') = O(o|a,s') b^-(s') / p(o | h, a). Call `predict` with the same action first. Advances
/// the step, adds log p(o | h, a) to the log-evidence and returns it, in nats. Throws ImpossibleObservation
/// if p(o | h, a) = 0; the belief must then not be used any more.
double condition(const Pomdp& m, Belief& belief, std::size_t action, std::size_t observation);

/// One step of the filter, `predict` then `condition`: Kaelbling, Littman & Cassandra (1998), section 3.3.
double update(const Pomdp& m, Belief& belief, std::size_t action, std::size_t observation);

/// b_k(s) as an ordinary number, and all of them, [S].
inline double probability(const Belief& belief, std::size_t state) {
  return static_cast<double>(belief.posterior[state]);
}
std::vector<double> probabilities(const Belief& belief);

/// log p(o_{1:T} ‖ a_{0:T-1}) = Σ_k log p(o_k | o_{<k}, a_{<k}) in nats: conditioned causally, so that an
/// action tells nothing about the states before it. Throws as `update` does.
double log_evidence(const Pomdp& m, const History& h);

// The exact answers that the predictions and summaries of a learner are compared with, for whole
// trajectories. All throw as `update` does.

/// p(o_k = o | o_{<k}, a_{<k}) from the exact filter, rows of O.
StepTable exact_predictive(const Pomdp& m, std::span<const Trajectory> trajectories);

/// The belief b_k(s) = p(s_k = s | o_{≤k}, a_{<k}) after each step, rows of S.
StepTable exact_beliefs(const Pomdp& m, std::span<const Trajectory> trajectories);

/// p(o_{from+n} = o | o_{≤from}, a_{<from+n}) for n = 1 … ahead, rows of O: the belief after `from` steps,
/// moved on by the transitions of the actions that were taken, without looking at an observation,
///
///     b(s_{k+1}) = Σ_{s_k} T(s_{k+1}|s_k,a_k) b(s_k),   p(o_{k+1}) = Σ_s O(o_{k+1}|a_k,s) b(s_{k+1} = s).
///
/// Throws std::invalid_argument where ahead is 0 or a trajectory has fewer than from + ahead steps.
StepTable exact_open_loop(const Pomdp& m, std::span<const Trajectory> trajectories, std::size_t from,
                          std::size_t ahead);

}  // namespace doxa
