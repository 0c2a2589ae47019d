#pragma once

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"

namespace doxa {

/// The stochastic part s of a recurrent state-space model: the family of its prior and posterior. Their
/// parameters are a network's outputs, one row a distribution.
struct RssmLatent {
  enum class Family {
    gaussian,    ///< N(μ, diag σ²) in R^width; μ and log σ (PlaNet, Hafner et al., arXiv 1811.04551)
    categorical  ///< `groups` one-hot vectors of `classes`; logits (DreamerV2, Hafner et al., arXiv
                 ///< 2010.02193)
  };
  Family family = Family::gaussian;
  Index width = 8;                ///< of a Gaussian latent
  Index groups = 1, classes = 8;  ///< of a categorical one
  /// m in p ← (1 - m) p + m / classes, which bounds every log-ratio (DreamerV3, Hafner et al., arXiv
  /// 2301.04104, section "World model learning").
  Real uniform_mixing = Real(0.01);

  Index size() const { return family == Family::gaussian ? width : groups * classes; }  ///< of s
  Index parameters() const {
    return family == Family::gaussian ? 2 * width : groups * classes;
  }  ///< of a row
};

// All of them throw std::invalid_argument, naming the shapes, for other shapes than said.

/// A draw for each row, [rows, size]: reparametrised for a Gaussian latent; for a categorical one
/// straight-through, whose gradient is biased.
Var rsample(const RssmLatent& latent, Var parameters, Philox& random);
/// A draw without gradient for each row, [rows, size]. Of n rows side by side that hold the same categorical
/// distribution, a share of ⌊n p_c⌋/n or ⌈n p_c⌉/n falls on class c of each group (systematic sampling, in
/// random order: Kitagawa, J. Comput. Graph. Stat. 5, 1996); each row by itself is distributed as it should
/// be. Throws std::invalid_argument for n < 1.
Var sample(const RssmLatent& latent, Var parameters, Index n, Philox& random);
/// KL(q‖p) of each row, [rows], in nats: the sum over coordinates or groups.
Var kl_divergence(const RssmLatent& latent, Var q, Var p);
/// The logarithm of the density or probability of each row of s, [rows].
Var log_prob(const RssmLatent& latent, Var parameters, Var s);

}  // namespace doxa
