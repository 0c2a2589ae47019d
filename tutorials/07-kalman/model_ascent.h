#pragma once

#include "causal_family.h"
#include "doxa/models/nn/adam.h"
#include "experiment.h"

// Learning the scalar model itself, P_0 held at the truth's: three ascents from the same wrong start.

constexpr doxa::Index model_horizon = 24;
constexpr Scalar wrong_start{0.7, 0.5, 3};

// Steps of Adam up objective(tape, step), at the rate rate(part) when this part of the way is done.
template <class Rate, class Objective>
void ascend(const doxa::Parameters& parameters, doxa::Adam adam, int steps, Rate rate, Objective objective) {
  doxa::Tape tape;
  for (int i = 0; i < steps; ++i) {
    tape.clear();
    tape.backward(-objective(tape, i));
    adam.rate = rate(static_cast<double>(i) / (steps - 1));
    adam.step(parameters);
  }
}

// y [batch,T] of simulated episodes, whose covariance has this factor.
doxa::Var draw_readings(doxa::Tape& tape, const doxa::Tensor& factor, doxa::Index batch,
                        doxa::Philox& random);

// a, log q and log r as parameters.
struct LearnableScalar {
  doxa::Parameter transition, log_q, log_r;
  double held_start_variance;

  LearnableScalar(const Scalar& m, double p0);
  ScalarVars on(doxa::Tape& tape);
  Scalar now() const;
};
void append_parameters(doxa::Parameters& to, LearnableScalar& m);

// E log p(y) and the gap of the best causal posterior of `model`, y coming from `truth` (07.27); nats a step.
struct Value {
  double evidence, gap;
  double bound() const { return evidence - gap; }
};
Value value(const Scalar& model, const Scalar& truth);

// What an ascent passed through.
struct Path {
  std::vector<double> step, r, lost;  // lost: evidence below the truth's, nats a step
};
void note(Path& path, int step, const Scalar& now, const Scalar& truth);

// By the evidence of simulated episodes, through the filter on the tape; claims (07.29).
struct MaximumLikelihood {
  Scalar estimate, error;
};
MaximumLikelihood climb_likelihood(doxa::support::Chapter& chapter, const Scalar& truth, Path& path);

// By J(q*(θ)), (07.27): what learning by the causal bound does with any number of episodes. `path` may be
// null.
constexpr double last_bound_rate = 1e-3;  // a, log q and log r end within it of where they are going
Scalar climb_bound(const Scalar& truth, const Scalar& from, int steps, Path* path);

// What chapter 10 does: model and posterior together, by draws of the bound on simulated episodes.
struct Trained {
  Scalar model;
  double bound;  // J of both, exactly; nats a step
};
Trained train_together(doxa::support::Chapter& chapter, const Scalar& truth, Path& path);

// The best that either objective can make of each r, a and q being free: a table, a figure and a claim.
void profile_over_noise(doxa::support::Chapter& chapter, const Scalar& truth);

// (07.28): at r = 0 the state is the reading. E log p(y) a step in closed form.
double autoregression_score(const Scalar& model, const Scalar& truth);
