#pragma once

#include "doxa/distributions/distribution.h"

namespace doxa {

/// The normal distribution N(loc, scale²), element by element. The two parameters broadcast against each
/// other.
struct Normal {
  using Value = Var;
  static constexpr int event_rank = 0;
  Var loc, scale, log_scale;

  /// Throws std::invalid_argument naming the index unless every scale is positive and finite.
  Normal(Var loc, Var scale);
  /// Throws as above unless every e^log_scale is positive and finite.
  static Normal from_log_scale(Var loc, Var log_scale);

  Tape& tape() const { return loc.tape(); }
  Shape shape() const;
  Normal repeated(Index n) const;
  Normal detached() const;
  Var noise(Philox& random) const { return normal_noise(tape(), shape(), random); }
  Var from_noise(Var noise) const;  ///< z = loc + scale ε, ε standard normal

 private:
  Normal(Var l, Var s, Var log_s) : loc(l), scale(s), log_scale(log_s) {}
};

Var log_prob(const Normal& q, Var x);  ///< -((x - loc) / scale)² / 2 - log scale - log(2π) / 2
/// Φ((x - loc) / scale), the probability of a draw of at most x, Φ(z) = erfc(-z/√2) / 2; its digits are kept
/// in the lower tail. (The upper tail is cdf of the mirrored normal, N(-loc, scale²), at -x.)
Var cdf(const Normal& q, Var x);
/// log cdf(q, x) over the whole range of x: about -z²/2 in the lower tail, where cdf underflows (z < -38), by
/// Laplace's continued fraction for Mills' ratio (Abramowitz & Stegun, 26.2.14).
Var log_cdf(const Normal& q, Var x);
Var entropy(const Normal& q);   ///< log scale + log(2πe) / 2
Var mean(const Normal& q);      ///< loc, in the shape of a draw
Var stddev(const Normal& q);    ///< scale, in the shape of a draw
Var variance(const Normal& q);  ///< scale²
Var sample(const Normal& q, Philox& random);
/// KL(q‖p) = log(σ_p/σ_q) + (σ_q² + (μ_q - μ_p)²) / 2σ_p² - 1/2, exact to a few unit round-offs even if
/// q and p are nearly equal
Var kl_divergence(const Normal& q, const Normal& p);

/// Independent normals whose last axis is one event. Densities, entropies and divergences are sums over it.
struct DiagonalNormal {
  using Value = Var;
  static constexpr int event_rank = 1;
  Normal element;

  DiagonalNormal(Var loc, Var scale) : element(loc, scale) {}
  explicit DiagonalNormal(const Normal& normal) : element(normal) {}
  static DiagonalNormal from_log_scale(Var loc, Var log_scale) {
    return DiagonalNormal(Normal::from_log_scale(loc, log_scale));
  }
  /// [..., d] from the outputs [..., 2d] of a network: the first half of the last axis is loc, the second
  /// log_scale. Throws std::invalid_argument if the axis does not divide by two, or as Normal::from_log_scale
  /// does.
  static DiagonalNormal from_halves(Var parameters) {
    const auto [loc, log_scale] = split<2>(parameters, -1);
    return from_log_scale(loc, log_scale);
  }

  Tape& tape() const { return element.tape(); }
  Shape shape() const { return element.shape(); }
  DiagonalNormal repeated(Index n) const { return DiagonalNormal(element.repeated(n)); }
  DiagonalNormal detached() const { return DiagonalNormal(element.detached()); }
  Var noise(Philox& random) const { return element.noise(random); }
  Var from_noise(Var noise) const { return element.from_noise(noise); }
};

Var log_prob(const DiagonalNormal& q, Var x);
Var entropy(const DiagonalNormal& q);
Var mean(const DiagonalNormal& q);  ///< mean, stddev and variance of each coordinate
Var stddev(const DiagonalNormal& q);
Var variance(const DiagonalNormal& q);
Var sample(const DiagonalNormal& q, Philox& random);
Var kl_divergence(const DiagonalNormal& q, const DiagonalNormal& p);

}  // namespace doxa
