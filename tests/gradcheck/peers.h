#pragma once

#include <cstdint>
#include <span>

#include "mutation_study.h"

namespace doxa {

// The acceptance rules of other libraries' gradient checks, written from their documentation and observed
// behaviour, with their default steps and tolerances. Random vectors come from `seed`. They never are
// undecided. a is the tape's derivative and n the numerical one.

/// PyTorch 1.13.1, torch.autograd.gradcheck: per Jacobian entry the central difference of step 1e-6 must give
/// |a - n| <= 1e-5 + 1e-3 |n|; the pullback of each e_m must be bitwise repeatable, that of 0 must be 0.
Outcome pytorch_slow(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed);

/// The same with fast_mode=True: instead of entries, vᵀ J_k u_k for each input k, u_k and v with entries
/// uniform on [0,1), normalised to length 1; 1e-5 becomes 1e-5 Σ u_k Σ v.
Outcome pytorch_fast(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed);

/// PyTorch as one would use it: slow up to 1000 elements of all inputs, fast beyond.
Outcome pytorch(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed);

/// JAX at commit 055a883, jax.test_util.check_grads(order=1, modes="rev"): standard normal u, v over all
/// inputs at once, central difference of step 1e-4 u, |vᵀJu - n| <= tol + tol |n| with tol = 1e-5 in double
/// precision and 2e-3 in single.
Outcome jax(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed);

/// Stan Math at commits 193ca36 (ad_tolerances.hpp), 11a4230 (relative_tolerance.hpp), 22a2210
/// (finite_diff_stepsize.hpp) and 0367f36 (finite_diff_gradient_auto.hpp), the gradient part of expect_ad:
/// each output by itself, the six-point central difference of step ε^(1/7) max(1, |x|), ε the machine
/// epsilon, and |a - n| <= max(1e-4 (|a| + |n|) / 2, 1e-8).
Outcome stan(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed);

/// Ours in both modes, and those above.
std::vector<Rule> rules();

/// For functions of numerical trouble: ours in both modes, and PyTorch's.
std::vector<Rule> trouble_rules();

}  // namespace doxa
