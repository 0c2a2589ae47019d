#pragma once

#include "doxa/models/nn/parameter.h"
#include "on_tape.h"

// A family of approximate posteriors N(loc, L Lᵀ): L has e^raw on its diagonal and, in the full family, raw
// below it.
struct GaussianFamily {
  doxa::Parameter loc, raw;
  bool full;

  GaussianFamily(const Gaussian& start, bool with_correlations);
};
doxa::MultivariateNormal distribution(doxa::Tape& tape, GaussianFamily& q);
Gaussian gaussian(GaussianFamily& q);  // its present member
void append_parameters(doxa::Parameters& to, GaussianFamily& q);
