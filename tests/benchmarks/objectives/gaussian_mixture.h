#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/models/nn/parameter.h"

namespace doxa::benchmarks {

/// The objective GMM of ADBench (Šrajer, Kukelova & Fitzgibbon, "A benchmark of selected algorithmic
/// differentiation tools on some problems in computer vision and machine learning", Optimization Methods and
/// Software 33, 2018): the log-density of n points x_i [d] under a mixture of K normals of weights
/// softmax(α), means μ_k and inverse Cholesky factors L_k, whose diagonal is exp q_k, with a Wishart prior of
/// γ = 1 and d + 1 degrees of freedom:
///   Σ_i log Σ_k exp(α_k + Σ_j q_kj - ½ |L_k (x_i - μ_k)|²) - n log Σ_k exp α_k - n d/2 log 2π
///   + Σ_k ½ |L_k|² + K (d (d + 1)/2 log 2 + log Γ_d((d + 1)/2))
/// The loss is minus this.
struct GaussianMixture {
  struct Sizes {
    Index points, dimension, components;
  } size;

  Philox random{1};
  Parameter alpha{"alpha", normal_noise({size.components}, random)};
  Parameter means{"means", normal_noise({size.components, size.dimension, 1}, random)};
  Parameter log_diagonals{"log_diagonals", normal_noise({size.components, size.dimension}, random)};
  /// The elements below the diagonals, column by column.
  Parameter below{"below", normal_noise({size.components, size.dimension*(size.dimension - 1) / 2}, random)};
  Tensor data = normal_noise({size.dimension, size.points}, random);  ///< the points are its columns
  std::vector<Index> places = places_of(size.dimension);

  Index batch() const { return 1; }

  Var loss(Tape& tape, Index, Index, Philox&) {
    const Index n = size.points, d = size.dimension;
    const Var x = tape.constant(data), log_weights = alpha.on(tape), centres = means.on(tape);
    const Var q = log_diagonals.on(tape), diagonals = exp(q);
    std::vector<Var> of_components;
    Var prior = tape.constant(0);
    for (Index k = 0; k < size.components; ++k) {
      const auto part = [k](Var all) { return slice(all, 0, k, k + 1); };
      const Var entries =
          concat({reshape(part(diagonals), {d}), reshape(part(below.on(tape)), {d * (d - 1) / 2})}, 0);
      const Var factor = reshape(take(entries, places), {d, d});
      const Var away = triangular_matmul(factor, x - reshape(part(centres), {d, 1}));
      const Var offset = part(log_weights) + sum(part(q));
      of_components.push_back(multiply_add(squared_norm(away, 0), half(tape), offset));
      prior = prior + squared_norm(entries);
    }
    const Var densities = sum(logsumexp(stack(of_components, 0), 0));
    const Var log_total = logsumexp(log_weights) * static_cast<Real>(n);
    const Var of_prior = prior * Real(0.5);
    return log_total - densities - of_prior - static_cast<Real>(constant());
  }

  /// What does not depend on the parameters.
  double constant() const {
    const double n = static_cast<double>(size.points), d = static_cast<double>(size.dimension);
    double log_gamma = d * (d - 1) / 4 * std::log(std::numbers::pi);
    for (double j = 1; j <= d; ++j) log_gamma += std::lgamma((d + 2 - j) / 2);
    return -n * d / 2 * std::log(2 * std::numbers::pi) +
           static_cast<double>(size.components) * (d * (d + 1) / 2 * std::log(2.0) + log_gamma);
  }

 private:
  static Var half(Tape& tape) { return tape.constant(Shape{}, Real(-0.5)); }

  // Where the elements of a factor, row by row, stand behind its diagonal. Above the diagonal: anywhere.
  static std::vector<Index> places_of(Index d) {
    std::vector<Index> all(static_cast<std::size_t>(d * d));
    Index next = d;
    for (Index j = 0; j < d; ++j) {
      all[static_cast<std::size_t>(j * d + j)] = j;
      for (Index i = j + 1; i < d; ++i) all[static_cast<std::size_t>(i * d + j)] = next++;
    }
    return all;
  }
};

inline void append_parameters(Parameters& to, GaussianMixture& m) {
  for (Parameter* p : {&m.alpha, &m.means, &m.log_diagonals, &m.below}) to.push_back(p);
}

}  // namespace doxa::benchmarks
