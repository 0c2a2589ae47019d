#pragma once

#include <variant>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"

namespace doxa {

/// N(μ, diag σ²) in R^width. A row of parameters is μ and then log σ (PlaNet, Hafner et al., arXiv
/// 1811.04551).
struct GaussianLatent {
  Index width = 8;

  Index size() const { return width; }
  Index parameters() const { return 2 * width; }
};

/// `groups` one-hot vectors of `classes` each. A row of parameters is their logits (DreamerV2, Hafner et al.,
/// arXiv 2010.02193).
struct CategoricalLatent {
  Index groups = 1, classes = 8;
  /// m in p ← (1 - m) p + m / classes, which bounds every log-ratio (DreamerV3, Hafner et al., arXiv
  /// 2301.04104, section "World model learning").
  Real uniform_mixing = Real(0.01);

  Index size() const { return groups * classes; }
  Index parameters() const { return groups * classes; }
};

/// The stochastic part s of a recurrent state-space model: the family of its prior and posterior. Their
/// parameters are a network's outputs, one row a distribution.
///
/// Each family is a distribution of distributions/ (DiagonalNormal, OneHotCategorical); what chooses between
/// them is a value and not a template parameter, so that an Rssm is one type and a program can choose by a
/// flag.
using RssmLatent = std::variant<GaussianLatent, CategoricalLatent>;

/// How many numbers s has, and how many a row of parameters.
inline Index latent_size(const RssmLatent& latent) {
  return std::visit([](const auto& l) { return l.size(); }, latent);
}
inline Index latent_parameters(const RssmLatent& latent) {
  return std::visit([](const auto& l) { return l.parameters(); }, latent);
}

// The functions below throw std::invalid_argument, naming the shapes, for shapes other than those they say.

/// A draw for each row, [rows, size]: reparametrised for a Gaussian latent; straight-through for a
/// categorical one, whose gradient is biased.
Var rsample(const RssmLatent& latent, Var parameters, Philox& random);
/// A draw without gradient for each row, [rows, size]. Each n rows in sequence form a set. If the rows of a
/// set hold the same categorical distribution, class c is drawn in ⌊n p_c⌋ or ⌈n p_c⌉ of them (systematic
/// sampling, in random order: Kitagawa, J. Comput. Graph. Stat. 5, 1996), and each row by itself has the
/// right distribution. Throws std::invalid_argument for n < 1.
Var sample(const RssmLatent& latent, Var parameters, Index n, Philox& random);
/// KL(q‖p) of each row, [rows], in nats: the sum over coordinates or groups.
Var kl_divergence(const RssmLatent& latent, Var q, Var p);
/// The logarithm of the density or probability of each row of s, [rows].
Var log_prob(const RssmLatent& latent, Var parameters, Var s);

}  // namespace doxa
