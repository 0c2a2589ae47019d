#pragma once

#include "doxa/models/kalman/model.h"

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
