#pragma once

#include <array>
#include <span>
#include <vector>

#include "doxa/autograd/tape.h"

namespace doxa {

/// Philox4x64-10, the counter-based generator of Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as
/// easy as 1, 2, 3" (SC 2011). It gives the same words as std::philox4x64 of C++26. A (seed, stream) pair
/// names one sequence of 2^258 words; different streams are independent. The draws below use nothing of the
/// standard library's distributions, so a seed gives the same numbers everywhere.
class Philox {
 public:
  using result_type = std::uint64_t;
  static constexpr std::uint64_t default_seed = 20111115;
  /// Position in the sequence: enough to continue a run where it stopped.
  struct State {
    std::array<std::uint64_t, 2> key;
    std::array<std::uint64_t, 4> counter;
    std::uint64_t used;  ///< words of the current block already handed out, 0 to 4
    bool operator==(const State&) const = default;
  };

  explicit Philox(std::uint64_t seed = default_seed, std::uint64_t stream = 0) : key_{seed, stream} {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()();           ///< the next word
  void discard(std::uint64_t words);  ///< skips words, in constant time
  State state() const;
  void restore(const State& state);  ///< throws std::invalid_argument if state.used > 4

  /// Uniform on the open interval (0,1): (k + 1/2) 2^-53 with k uniform on 0 … 2^53 - 2. The next k is left
  /// out because it would round to 1.
  double uniform();
  /// Uniform on 0 … n-1, without bias (Lemire, ACM TOMACS 29(1), 2019). Throws std::invalid_argument for
  /// n < 1.
  Index uniform_index(Index n);
  /// One standard normal number.
  double normal();
  /// Independent standard normals, by the polar form of Box & Muller (Ann. Math. Stat. 29, 1958):
  /// r = sqrt(-2 log u), (r cos 2πv, r sin 2πv).
  void normal(std::span<Real> out);
  /// Independent standard Gumbel numbers, P(g <= x) = exp(-e^-x): g = -log(-log(1 - u)), accurate in both
  /// tails. The largest of l_i + g_i is at i with probability e^l_i / Σ e^l_k.
  void gumbel(std::span<Real> out);
  /// Index i with probability weights[i] / Σ weights. Throws std::invalid_argument for weights that are
  /// negative, not finite or all zero, or whose sum overflows.
  Index categorical(std::span<const double> weights);
  /// The logits are out.size() rows of equal length. For each row draws index i with probability
  /// e^l_i / Σ e^l_k, from one word. Throws std::invalid_argument if the logits do not divide into that many
  /// rows, or if the largest logit of a row is not finite.
  void categorical(std::span<const Real> logits, std::span<Index> out);
  /// For each logit draws 1 with probability 1 / (1 + e^-logit), else 0. Throws std::invalid_argument unless
  /// there are as many draws as logits.
  void bernoulli(std::span<const Real> logits, std::span<Real> out);
  /// A uniform random order of 0 … n-1 (Fisher & Yates). Throws std::invalid_argument if n < 0.
  std::vector<Index> permutation(Index n);

 private:
  void next_block();
  void words(std::span<std::uint64_t> out);
  void words_of_uniforms(std::span<std::uint64_t> out);

  std::array<std::uint64_t, 2> key_;
  std::array<std::uint64_t, 4> counter_{};
  std::array<std::uint64_t, 4> block_{};
  std::uint64_t used_ = 4;
};

/// Independent standard normals: a tensor of them, or a constant written straight onto a tape, which
/// allocates nothing once the tape is warm.
Tensor normal_noise(const Shape& shape, Philox& random);
Var normal_noise(Tape& tape, const Shape& shape, Philox& random);
/// The same for standard Gumbel numbers.
Tensor gumbel_noise(const Shape& shape, Philox& random);
Var gumbel_noise(Tape& tape, const Shape& shape, Philox& random);

}  // namespace doxa
