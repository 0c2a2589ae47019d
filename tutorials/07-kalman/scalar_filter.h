#pragma once

#include <vector>

#include "scalar_bound.h"

// The chapter in scalars, without any matrix, a few lines each. The library's filter and the dynamic programme
// are held to them.

struct ScalarBelief {
  double mean, variance, log_evidence;
};

// (07.5) to (07.8) of s' = a s + w, y = s + v, from s_0 ~ N(0, p0) on.
ScalarBelief scalar_filter(const Scalar& m, double p0, const std::vector<double>& readings);

// (07.21): what the best causal posterior of this model lacks, by step, in nats. q = 0 is a constant.
std::vector<double> scalar_gap(const Scalar& m, double p0, std::size_t steps);

// The same of a step far from both ends, (07.23).
double stationary_gap(const Scalar& m);
// And what a step's evidence is above the forgetful model's there, (07.9) less (07.24).
double stationary_memory(const Scalar& m);
