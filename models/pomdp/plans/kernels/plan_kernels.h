#pragma once

#include <cstdint>

#include "doxa/autograd/kernels/kernels.h"

namespace doxa {

/// How many α-vectors are multiplied with a belief at once.
inline constexpr Index plan_block = 32;

/// The loop in which plans spend their time, in plain doubles whatever `Real` is.
struct PlanKernels {
  /// product_k = Σ_i p_i v(s_i, k) for the n entries of a sparse belief and a block of plan_block vectors, of
  /// which v(s, k) is at s plan_block + k. Returns the largest of them. Each sum is added up in the order of
  /// i, without fused multiply-add: the same bits in every set.
  double (*products)(Index n, const std::uint32_t* s, const double* p, const double* v, double* product);
};

const PlanKernels& plan_kernels(InstructionSet set);

}  // namespace doxa
