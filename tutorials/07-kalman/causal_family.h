#pragma once

#include "best_causal.h"
#include "doxa/models/nn/parameter.h"
#include "scalar_bound.h"

// Two families of causal posteriors with parameters, for a scalar model and T steps.

// Every linear map of the past: one gain, one row of weights and one scale for each step. q* is among them.
struct HistoryMaps {
  doxa::Parameter gain, weights, log_scale;  // [T], [T,T] of which the lower triangle is used, [T]

  HistoryMaps(doxa::Index steps, doxa::Philox& random);
  LinearChain on(doxa::Tape& tape);
};
void append_parameters(doxa::Parameters& to, HistoryMaps& q);

// One kernel for all steps, as a recurrent network has it: s_k = G s_{k-1} + H y_k + N c_k + e^l ε with a
// summary of the past, c_k = λ c_{k-1} + y_k. Five numbers.
struct RecurrentKernel {
  doxa::Parameter gain, of_observation, of_summary, forgetting, log_scale;
  doxa::Index steps;

  RecurrentKernel(doxa::Index steps, doxa::Philox& random);
  LinearChain on(doxa::Tape& tape);
};
void append_parameters(doxa::Parameters& to, RecurrentKernel& q);

// The kernels of the dynamic programme as such a chain, the filter's mean written out as a sum over readings.
LinearChain on(doxa::Tape& tape, const doxa::LinearGaussianModel& m, const BestCausal& best);
