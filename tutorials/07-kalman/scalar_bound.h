#pragma once

#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/models/numerics/matrix.h"

// The causal bound of a scalar model s' = a s + w, y = s + v on the tape, so that posteriors and parameters
// can climb it. P_0 is held.

struct ScalarVars {
  doxa::Var transition, log_transition_variance, log_emission_variance;  // a, log q, log r
  double start_variance;                                                 // P_0
};

// A posterior that is linear in the past: q(s_k | s_{k-1}, y_{1:k}) = N(gain_k s_{k-1} + row_k · y, e^{2
// log_scale_k}), (07.18). Causal if row_k [1,T] is 0 beyond k. The gain of step 1 is not used.
struct LinearChain {
  std::vector<doxa::Var> gain, row, log_scale;
};

// J(q) for observations of mean 0 and this covariance, [T,T]: its terms are quadratic, so the average is
// exact.
doxa::Var expected_bound(const ScalarVars& model, const LinearChain& q, doxa::Var covariance);

// One draw of the bound (07.14) for each of B episodes y [B,T], s_k drawn from q by noise [B,T] (07.26): [B].
doxa::Var sampled_bound(const ScalarVars& model, const LinearChain& q, doxa::Var y, doxa::Var noise);

// E log p(y) and J(q*), q* being the best causal chain of this model, for observations y = L ε, ε standard
// normal: the model need not be the one they come from (07.27). L [T,T], lower.
struct Profile {
  doxa::Var evidence, gap;
};
Profile profile(const ScalarVars& model, doxa::Var factor);

// A stationary autoregression s' = a s + w read with variance r, q being the variance of w.
struct Scalar {
  double a, q, r;
};
double start_variance(const Scalar& m);  // q/(1-a²)

// Cov(y_j, y_k).
doxa::Matrix covariance_of_readings(const Scalar& m, doxa::Index steps);
