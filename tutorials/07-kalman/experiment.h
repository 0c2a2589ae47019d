#pragma once

#include "best_causal.h"
#include "scalar_filter.h"
#include "support/tutorial.h"

// The streams of the seed.
enum Stream : std::uint64_t {
  tracking_draws = 1,
  innovation_draws,
  random_chains,
  causal_draws,
  ascent_start,
  training_draws,
  held_out_draws,
  likelihood_draws,
  joint_start,
  joint_draws,
  scalar_draws
};

// A vehicle on a rail: position and velocity, thrust as input, noisy readings of the position.
doxa::LinearGaussianModel vehicle(double reading_variance = 4);
// Burns and pauses, [steps,1].
doxa::Matrix thrust(doxa::Index steps);

// s_k = a s_{k-1} + w, y_k = s_k + v, from its stationary distribution q/(1-a²) on.
doxa::LinearGaussianModel autoregression(const Scalar& m);
// The scalar model of the text.
constexpr Scalar true_model{0.9, 1, 1};
inline bool is_of_the_text(const Scalar& m) {
  return m.a == true_model.a && m.q == true_model.q && m.r == true_model.r;
}

// A number with prior N(0, p) that never changes, read with variance r: A = 1, Q = 0.
doxa::LinearGaussianModel constant(double p, double r);

// All observations as one normal vector (07.10), without any filter: for episodes of some hundred steps.
struct JointGaussian {
  doxa::Matrix mean;        // of y_{1:T}, [T·m,1]
  doxa::Matrix covariance;  // [T·m,T·m]
};
JointGaussian joint_of_observations(const doxa::LinearGaussianModel& m, const doxa::Matrix& inputs);

// log N(y; mean, covariance)
double log_density(const JointGaussian& p, const doxa::Matrix& observations);

// E[s_k | y_{1:T}] and Var of it, by conditioning that one vector (07.4).
struct Conditional {
  doxa::Matrix mean, covariance;
};
Conditional state_given_all(const doxa::LinearGaussianModel& m, const doxa::Matrix& inputs,
                            const doxa::Matrix& observations, std::size_t k);

// Some ten thousand roundings of numbers of this size: what two ways of computing one exact number may differ
// by where the matrices are well conditioned.
double rounding(double size);
extern const char* const rounding_of_sums;

// Sections, each with its claims.
void tracking(doxa::support::Chapter& chapter);
void decomposition(doxa::support::Chapter& chapter);
void constant_section(doxa::support::Chapter& chapter, double r);
void causal_gap_section(doxa::support::Chapter& chapter, const Scalar& m);
void learned_posterior(doxa::support::Chapter& chapter, const Scalar& truth);
void learned_model(doxa::support::Chapter& chapter, const Scalar& truth);
