#pragma once

#include "doxa/autograd/kernels/kernels.h"

namespace doxa {

inline constexpr Real half_log_2pi = static_cast<Real>(0.91893853320467274178);  ///< log(2π) / 2

/// The loops of a normal distribution, for arrays of n elements that do not overlap. A density or divergence
/// is given the logarithm of a scale beside the scale itself.
struct NormalKernels {
  /// y = log N(x; loc, scale²)
  void (*log_prob)(Index n, const Real* x, const Real* loc, const Real* scale, const Real* log_scale,
                   Real* y);
  /// Adds the derivatives times g to the adjoint of each argument. The derivative with respect to scale holds
  /// log_scale fixed; where it is very large, scale * d_scale is added to d_log_scale instead.
  void (*log_prob_adjoint)(Index n, const Real* x, const Real* loc, const Real* scale, const Real* g,
                           Real* d_x, Real* d_loc, Real* d_scale, Real* d_log_scale);

  /// Two normals q and p.
  struct Pair {
    const Real *q_loc, *q_scale, *q_log_scale, *p_loc, *p_scale, *p_log_scale;
  };
  /// The whole derivative with respect to a scale goes to the logarithm of the scale.
  struct PairAdjoints {
    Real *q_loc, *q_log_scale, *p_loc, *p_log_scale;
  };
  /// y = KL(q‖p)
  void (*kl)(Index n, const Pair& values, Real* y);
  void (*kl_adjoint)(Index n, const Pair& values, const Real* g, const PairAdjoints& adjoints);
};

const NormalKernels& normal_kernels(InstructionSet set);

}  // namespace doxa
