#pragma once

#include <span>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/simulate.h"
#include "doxa/models/pomdp/smoother.h"
#include "support/tutorial.h"

// The filter along a trajectory of any model, its figure, and the claims about it.

constexpr double rounding = std::numeric_limits<double>::epsilon();

// The most steps that the table and the figure show.
constexpr std::size_t table_rows = 40, figure_steps = 120;

// The filter at the steps k = 0, 1, … of a trajectory that are shown, and at its end.
struct Filtering {
  std::vector<std::vector<double>> belief;  // b_k, [steps+1][S]
  std::vector<double> probability;          // p(o_k | o_{<k}, a_{<k}), [steps+1]; 1 at k = 0
  doxa::Belief end;

  std::size_t steps() const { return belief.size() - 1; }
};

inline std::size_t most_likely(const std::vector<double>& b) {
  return static_cast<std::size_t>(std::max_element(b.begin(), b.end()) - b.begin());
}

double entropy(const std::vector<double>& p);  // nats

// 0, 1, … to `last`, as the x of a figure.
inline std::vector<double> steps_to(std::size_t last) {
  return doxa::support::spaced(0, static_cast<double>(last), 1);
}

// The filter along a trajectory, in a table and a figure. t.states is empty if the trajectory was not
// simulated.
void show_filtering(doxa::support::Chapter& chapter, const doxa::Pomdp& m, const doxa::Trajectory& t);

// The belief after each step as comma-separated text, "step,log_evidence,<states>", with 17 significant
// digits. Throws ImpossibleObservation.
std::string beliefs_csv(const doxa::Pomdp& m, const doxa::Trajectory& t);

doxa::support::Figure belief_figure(const doxa::Pomdp& m, const doxa::Trajectory& t, const Filtering& f);

// On the trajectory shown: against all state paths, all observation sequences, every next observation.
void claim_enumeration(doxa::support::Chapter& chapter, const doxa::Pomdp& m, const doxa::Trajectory& t);
void claim_normalisation(doxa::support::Chapter& chapter, const doxa::Pomdp& m, const doxa::Trajectory& t);
void claim_expected_belief(doxa::support::Chapter& chapter, const doxa::Pomdp& m, const doxa::Trajectory& t);

// On a trajectory of any length: the log-evidence, computed from its end to its start.
double backward_evidence(const doxa::Pomdp& m, const doxa::Trajectory& t);
void claim_backward_evidence(doxa::support::Chapter& chapter, const doxa::Pomdp& m,
                             const doxa::Trajectory& t);

// What the future adds to the belief: on the trajectory shown, against all state paths; on average over all
// observation sequences that can follow the first actions of a plan.
void claim_smoothing(doxa::support::Chapter& chapter, const doxa::Pomdp& m, const doxa::Trajectory& t);
void claim_sharpness(doxa::support::Chapter& chapter, const doxa::Pomdp& m,
                     std::span<const std::size_t> plan);

// On a trajectory of any length, for the steps that a figure would show; whether to draw it.
void claim_last_belief(doxa::support::Chapter& chapter, const doxa::Pomdp& m, const doxa::Trajectory& t,
                       bool with_figure);
doxa::support::Figure smoothing_figure(const doxa::Pomdp& m, const doxa::Trajectory& t,
                                       const doxa::Smoothed& smoothed);

// On trajectories of their own, drawn from `random`: many short ones, and a long one.
void claim_calibration(doxa::support::Chapter& chapter, const doxa::Pomdp& m, std::span<const double> policy,
                       doxa::Philox& random);
void claim_long_run(doxa::support::Chapter& chapter, const doxa::Pomdp& m, std::span<const double> policy,
                    doxa::Philox& random);

// Tiger alone: the belief depends only on n = (heard left) - (heard right) since the last door was opened.
void claim_tiger(doxa::support::Chapter& chapter, const doxa::Pomdp& m, const doxa::Trajectory& t,
                 double ear);
// A door makes the past independent of the future: up to it, the smoothed belief is the last filtered one.
void claim_tiger_smoothing(doxa::support::Chapter& chapter, const doxa::Pomdp& m, const doxa::Trajectory& t,
                           const std::string& where = "");

// Every model that the project ships: how much can be known about its states, at the time and afterwards.
void show_shipped_models(doxa::support::Chapter& chapter);
