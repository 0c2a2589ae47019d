#pragma once

#include "doxa/autograd/ops.h"
#include "doxa/models/kalman/model.h"
#include "doxa/models/nn/parameter.h"

namespace doxa {

/// A linear-Gaussian model on a tape. Its covariances are given by lower square roots, P_0 = L_0 L_0ᵀ,
/// Q = L_Q L_Qᵀ and R = L_R L_Rᵀ; their upper triangles are ignored. L_0 and L_Q may be singular.
struct LinearGaussianVars {
  Var start_mean, start_scale_tril;                         ///< m_0 [n], L_0 [n,n]
  Var transition, transition_input, transition_scale_tril;  ///< A [n,n], B [n,d], L_Q [n,n]
  Var emission, emission_input, emission_scale_tril;        ///< C [m,n], D [m,d], L_R [m,m]
};

/// The filter on the tape, for B episodes of T steps at once: backward then differentiates the evidence
/// through all steps with respect to every matrix. With S = C P⁻ Cᵀ + R = L Lᵀ and K = P⁻ Cᵀ S⁻¹,
///
///     log p(y_k | h_{k-1}, u_{k-1}) = -½ |L⁻¹ e|² - log det L - ½ m log 2π,    e = y_k - C μ⁻ - D u_{k-1},
///     μ = μ⁻ + K e,    P = (I - K C) P⁻ (I - K C)ᵀ + K R Kᵀ    (Joseph's form: never indefinite).
///
/// inputs [T,B,d], observations [T,B,m]; returns [T,B] in nats, row k-1 for step k. The covariances do not
/// depend on the data, so each is computed once for all episodes: time O(T (n³ + B n²)). It computes in Real;
/// to score a model in a single-precision build use filter.h. Throws std::invalid_argument for shapes that
/// do not fit each other or no steps, and std::domain_error if S is not positive definite.
Var log_predictive(const LinearGaussianVars& m, Var inputs, Var observations);

/// log p(y_{1:T} ‖ u_{0:T-1}) of each episode in nats, [B]: the sum of the above over steps. By Fisher's
/// identity its gradient is also what `evidence_gradient` computes from the smoother.
Var log_evidence(const LinearGaussianVars& m, Var inputs, Var observations);

/// Which parts of a model are learned. The others stay constant.
struct LearnedMatrices {
  bool start = true, transition = true, transition_noise = true, emission = true, emission_noise = true;
};

/// A model as parameters without constraints. For a square root L they are the numbers below the diagonal and
/// the logarithms of those on it; minus infinity stands for noise that is absent and not learned.
struct LinearGaussianParameters {
  Parameter start_mean, start_scale_tril, transition, transition_input, transition_scale_tril, emission,
      emission_input, emission_scale_tril;

  /// Throws as `validate` does.
  explicit LinearGaussianParameters(const LinearGaussianModel& m);
  /// On a tape: what is learned as leaves, the rest as constants. B is learned with A, and D with C.
  LinearGaussianVars on(Tape& tape, LearnedMatrices learned = {});
};

/// Appends all eight, in the order above.
void append_parameters(Parameters& to, LinearGaussianParameters& p);

/// The model with these parameters, in double precision.
LinearGaussianModel to_model(const LinearGaussianParameters& p);

}  // namespace doxa
