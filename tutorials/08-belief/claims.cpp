// What is claimed of the filter: by enumeration, by simulation and, on Tiger, by a formula. Equation tags
// refer to README.md.

#include <numeric>

#include "doxa/models/pomdp/path_enumeration.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// Adding N positive numbers loses at most N roundings, relative to the sum.
double rounding_of(double terms) { return std::max(1e-14, terms * rounding); }

// Stored probabilities that one step of the filter reads, on average over the actions.
double cost_of_step(const Pomdp& m) {
  return static_cast<double>(m.transition.non_zeros() + m.emission.non_zeros()) /
         static_cast<double>(m.actions.size());
}

// Σ over all o_{k+1:T} of p(o_{k+1:T} | past), by walking every continuation.
double total_probability(const Pomdp& m, const Belief& past, std::span<const std::size_t> actions) {
  if (actions.empty()) return 1;
  Belief predicted = past;
  predict(m, predicted, actions[0]);
  std::vector<double> p(m.observations.size());
  predictive(m, predicted, actions[0], p);  // (08.4)
  double sum = 0;
  for (std::size_t o = 0; o < p.size(); ++o) {
    if (p[o] == 0) continue;
    Belief next = predicted;
    const double log_p = condition(m, next, actions[0], o);  // (08.5)
    sum += std::exp(log_p) * total_probability(m, next, actions.subspan(1));
  }
  return sum;
}

// p(o_{k:T} | s_{k-1} = s, a) of all s from p(o_{k+1:T} | s_k = s', a) of all s'.
std::vector<Extended> one_step_earlier(const Pomdp& m, const std::vector<Extended>& future,
                                       std::size_t action, std::size_t observation) {
  const std::size_t states = m.states.size();
  std::vector<Extended> seen(states), earlier(states);
  for (std::size_t next = 0; next < states; ++next)
    seen[next] = future[next] * emission_row(m, action, next)[observation];
  for (std::size_t s = 0; s < states; ++s) {
    const StochasticMatrix::Row transition = transition_row(m, action, s);
    for (std::size_t i = 0; i < transition.size(); ++i)
      earlier[s] = earlier[s] + seen[transition.column[i]] * transition.probability[i];  // (08.11)
  }
  return earlier;
}

}  // namespace

void claim_enumeration(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  const std::size_t states = m.states.size();
  const std::size_t affordable = std::clamp<std::size_t>(states * states, 8192, 1'000'000);
  const std::size_t prefix = enumerable_horizon(m, t.horizon(), affordable);
  if (prefix == 0) {
    std::cout << "\n" << states << " states are too many to enumerate even the paths of one step.\n";
    return;
  }
  const std::span actions = std::span(t.actions).first(prefix),
                  observations = std::span(t.observations).first(prefix);
  const PathSum sum = enumerate_paths(m, {actions, observations});  // (08.2)
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < prefix; ++k)
    update(m, belief, actions[k], observations[k]);  // (08.3), (08.5), (08.6)
  double distance = 0;
  for (std::size_t s = 0; s < states; ++s)
    distance = std::max(distance, std::abs(probability(belief, s) - sum.belief[s]));

  const std::string steps = std::to_string(prefix) + (prefix == 1 ? " step" : " steps");
  std::cout << "\nThe first " << (prefix == 1 ? "step" : steps) << " once more, without a filter, over all "
            << sum.paths << " state paths:\n";
  Table table({"", "filter", "all paths"}, 12);
  table.row({"log-evidence / nats", belief.log_evidence, std::log(sum.evidence)});
  table.row({"belief in " + m.states[t.states[prefix]], probability(belief, t.states[prefix]),
             sum.belief[t.states[prefix]]});
  std::cout << table;

  const double tolerance = rounding_of(static_cast<double>(sum.paths + 4 * prefix));
  chapter.claims.equal("the filter's log-evidence of " + steps + " is that of all state paths",
                       belief.log_evidence, std::log(sum.evidence), tolerance,
                       "one rounding for each of " + std::to_string(sum.paths) + " paths added up");
  chapter.claims.equal("so is its belief (the largest difference of a state)", distance, 0, tolerance,
                       "the same roundings");
  chapter.results.set("enumeration.steps", prefix);
  chapter.results.set("enumeration.paths", sum.paths);
  chapter.results.set("enumeration.log_evidence.filter", belief.log_evidence);
  chapter.results.set("enumeration.log_evidence.paths", std::log(sum.evidence));
}

void claim_normalisation(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  const auto observations = static_cast<double>(m.observations.size());
  const double affordable = std::min(4096.0, 1e8 / (cost_of_step(m) + static_cast<double>(m.states.size())));
  std::size_t length = 1;
  double sequences = observations;
  for (; length < std::min<std::size_t>(t.horizon(), 12) && sequences * observations <= affordable; ++length)
    sequences *= observations;
  const double sum = total_probability(m, initial_belief(m), std::span(t.actions).first(length));  // (08.7)
  chapter.claims.equal(
      "the evidence of all " + decimal(sequences, 0) + " observation sequences of length " +
          std::to_string(length) + " sums to 1",
      sum, 1, rounding_of((sequences + static_cast<double>(m.states.size())) * static_cast<double>(length)),
      "a rounding for each factor of each sequence, and for each state");
}

// The belief after an observation is, averaged over the observation, the belief before it.
void claim_expected_belief(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  Belief belief = initial_belief(m);
  std::vector<double> p(m.observations.size());
  double worst = 0;
  const std::size_t states = m.states.size(), observations = m.observations.size();
  const std::size_t affordable = std::clamp<std::size_t>(20'000'000 / (states * observations), 1, 20);
  const std::size_t steps = std::min(t.horizon(), affordable);
  for (std::size_t k = 0; k < steps; ++k) {
    predict(m, belief, t.actions[k]);
    predictive(m, belief, t.actions[k], p);
    std::vector<double> expected(m.states.size(), 0.0);
    for (std::size_t o = 0; o < p.size(); ++o) {
      if (p[o] == 0) continue;
      Belief after = belief;
      condition(m, after, t.actions[k], o);
      for (std::size_t s = 0; s < expected.size(); ++s)
        expected[s] += p[o] * probability(after, s);  // (08.8)
    }
    for (std::size_t s = 0; s < expected.size(); ++s)
      worst = std::max(worst, std::abs(expected[s] - static_cast<double>(belief.predicted[s])));
    condition(m, belief, t.actions[k], t.observations[k]);
  }
  chapter.claims.equal(
      "averaged over the next observation, the posterior is the prediction (largest difference of a "
      "state in " +
          std::to_string(steps) + " steps)",
      worst, 0, rounding_of(10 * static_cast<double>(observations + states)),
      "a few roundings for each observation and each state");
}

// A belief is a statement about the world: among the moments at which it is 0.7, the state is the true one
// seven times in ten. The trajectories are simulated; the filter sees their actions and observations. Only
// the last moment of each counts. Given everything that was seen, the terms are then independent with mean 0,
// at most 1, and with a variance that follows from the beliefs, and Bernstein's inequality bounds their sum
// for every model. (The spread of the simulated terms would be no measure: a state of probability 10^-6 never
// occurs among them.)
void claim_calibration(Chapter& chapter, const Pomdp& m, std::span<const double> policy, Philox& random) {
  const std::size_t horizon = cost_of_step(m) > 1e6 ? 4 : 32;
  const double affordable = 2e8 / (cost_of_step(m) * static_cast<double>(horizon));
  const auto count =
      static_cast<std::size_t>(std::clamp(affordable, 10.0, chapter.quick() ? 4000.0 : 40000.0));
  double in_truth = 0, expected = 0, variance = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Trajectory t = simulate(m, policy, 1 + i % horizon, random);
    Belief belief = initial_belief(m);
    for (std::size_t k = 0; k < t.horizon(); ++k) update(m, belief, t.actions[k], t.observations[k]);
    double square = 0, cube = 0;
    for (const double b : probabilities(belief)) {
      square += b * b;
      cube += b * b * b;
    }
    in_truth += probability(belief, t.states.back());  // (08.9), left
    expected += square;                                // (08.9), right
    variance += cube - square * square;
  }
  const auto n = static_cast<double>(count);
  // P(|sum| >= x) <= 2 exp(-x² / (2 variance + 2x/3)), solved for x: Boucheron, Lugosi & Massart,
  // "Concentration Inequalities" (2013), corollary 2.11.
  const double runs = 16'000, l = std::log(2 * runs);  // as often as 4 standard errors are exceeded
  const double bound = l / 3 + std::sqrt(l * l / 9 + 2 * std::max(variance, 0.0) * l);
  chapter.claims.equal("the true state gets the belief that the belief expects for it (the last moments of " +
                           std::to_string(count) + " trajectories)",
                       in_truth / n, expected / n, bound / n + 1e-12,
                       "Bernstein's inequality: of any model, one run in 16 000 is off by more, as of 4 "
                       "standard errors of a normal number");
  chapter.results.set("mean_belief_in_true_state", in_truth / n);
  chapter.results.set("mean_squared_belief", expected / n);
}

void claim_long_run(Chapter& chapter, const Pomdp& m, std::span<const double> policy, Philox& random) {
  const auto steps =
      static_cast<std::size_t>(std::clamp(3e8 / cost_of_step(m), 20.0, chapter.quick() ? 1e4 : 1e5));
  const Trajectory t = simulate(m, policy, steps, random);
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < steps; ++k) update(m, belief, t.actions[k], t.observations[k]);
  const std::vector<double> b = probabilities(belief);
  const double rate = -belief.log_evidence / static_cast<double>(steps);
  std::cout << "\nOver " << steps << " steps the log-evidence is " << significant(belief.log_evidence, 6)
            << " nats: " << significant(rate) << " nats of surprise a step.\n";
  chapter.claims.equal("after " + std::to_string(steps) + " steps the belief still sums to 1",
                       std::accumulate(b.begin(), b.end(), 0.0), 1,
                       rounding_of(2 * static_cast<double>(b.size())),
                       "each step normalises; what is left is the rounding of one sum");
  chapter.results.set("long_run.steps", steps);
  chapter.results.set("long_run.nats_per_step", rate);
  chapter.results.set("long_run.log_evidence", belief.log_evidence);
}

double backward_evidence(const Pomdp& m, const Trajectory& t) {
  const std::size_t states = m.states.size();
  std::vector<Extended> future(states, 1.0);
  for (std::size_t k = t.horizon(); k >= 1; --k)
    future = one_step_earlier(m, future, t.actions[k - 1], t.observations[k - 1]);
  Extended evidence;
  for (std::size_t s = 0; s < states; ++s) evidence = evidence + future[s] * m.start[s];  // (08.12)
  return log(evidence);
}

void claim_backward_evidence(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  const double backward = backward_evidence(m, t), forward = log_evidence(m, t);
  // Each step is a sum of at most S products, and in the filter two of them and a division; each step's
  // logarithm is then added to their sum.
  const double steps = static_cast<double>(t.horizon());
  const double tolerance =
      rounding * steps * (3 * static_cast<double>(m.states.size()) + 8 + std::abs(forward));
  chapter.claims.equal(
      "computed from the end of the trajectory to its start, the log-evidence is the filter's", backward,
      forward, tolerance, "a rounding for each term of each step's sums, and for each logarithm added up");
}

void claim_tiger(Chapter& chapter, const Pomdp& m, const Trajectory& t, double ear) {
  const std::size_t listen = index_of(m.actions, "listen", "action");
  const std::size_t left = index_of(m.observations, "hear-left", "observation");
  Belief belief = initial_belief(m);
  double worst = 0;
  int n = 0;
  for (std::size_t k = 1; k <= t.horizon(); ++k) {
    update(m, belief, t.actions[k - 1], t.observations[k - 1]);
    if (t.actions[k - 1] != listen)
      n = 0;
    else
      n += t.observations[k - 1] == left ? 1 : -1;
    const double exact = 1 / (1 + std::pow((1 - ear) / ear, n));  // (08.10)
    worst = std::max(worst, std::abs(probability(belief, 0) - exact));
  }
  chapter.claims.equal("Tiger's belief is 1 / (1 + ((1 − p)/p)^n), p = " + to_text(ear) +
                           ", at every step (largest difference)",
                       worst, 0, rounding_of(8 * static_cast<double>(t.horizon())),
                       "a few roundings for each step");
}
