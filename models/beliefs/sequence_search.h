#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "doxa/models/beliefs/acting.h"

namespace doxa {

/// How a sequence of actions is sought in a world model.
struct SequenceSearch {
  Index horizon = 6;       ///< H
  Index samples = 64;      ///< imagined episodes by which a sequence is valued
  Index exhaustive = 800;  ///< all A^H sequences are valued where there are at most so many
  // Otherwise the cross-entropy method:
  Index candidates = 100, elites = 10, iterations = 5;
  double smoothing = 0.1;  ///< share of the old probabilities that a refit keeps
};

/// A sequence a_0 … a_{H-1} and its value E[Σ_k γ^k r_{k+1}], as far as N imagined episodes tell.
struct SequencePlan {
  std::vector<Index> actions;
  double value;
};

/// All A^H sequences, one after another, [A^H · H].
std::vector<Index> all_sequences(Index actions, Index horizon);

/// Independent actions, a_k with probability p_k(a), [H·A]: what the cross-entropy method draws sequences
/// from. It begins uniform.
struct SequenceDistribution {
  Index actions, horizon;
  std::vector<double> probability;

  SequenceDistribution(Index actions, Index horizon);
  std::vector<Index> sample(Index count, Philox& random) const;  ///< [count · H]
  /// p_k(a) ← (1 - smoothing) · share of the elites whose a_k is a + smoothing · p_k(a).
  void refit(std::span<const Index> elites, double smoothing);
};

/// The values of sequences [K·H] from what is known of one episode, [1, …]: each the mean discounted sum of
/// what `samples` imagined episodes pay that take its actions whatever they meet.
template <WorldModel W>
std::vector<double> sequence_values(W& world, const Tensor& known, std::span<const Index> sequences,
                                    const SequenceSearch& s, double discount, Philox& random) {
  const Index count = static_cast<Index>(sequences.size()) / s.horizon, rows = count * s.samples;
  Tensor now = selected_rows(known, std::vector<Index>(static_cast<std::size_t>(rows), 0));
  std::vector<double> values(static_cast<std::size_t>(count), 0.0);
  double weight = 1 / static_cast<double>(s.samples);
  for (Index k = 0; k < s.horizon; ++k, weight *= discount) {
    std::vector<Index> a;
    for (Index i = 0; i < count; ++i)
      a.insert(a.end(), static_cast<std::size_t>(s.samples),
               sequences[static_cast<std::size_t>(i * s.horizon + k)]);
    ImaginedStep step = imagine(world, now, a, random);
    for (std::size_t row = 0; row < step.rewards.size(); ++row)
      values[row / static_cast<std::size_t>(s.samples)] += weight * step.rewards[row];
    now = std::move(step.known);
  }
  return values;
}

/// The numbers of the `count` largest values, the largest first.
std::vector<std::size_t> largest(std::span<const double> values, std::size_t count);

/// The best sequence of actions in the model, from what is known of one episode: of all, or by the
/// cross-entropy method with a categorical distribution for each step (Rubinstein, EJOR 99, 1997; PlaNet,
/// Hafner et al., arXiv 1811.04551, algorithm 2, with Gaussians). What is seen on the way cannot change it:
/// its true value is at most that of the best blind policy, and looking is worth nothing to it.
template <WorldModel W>
SequencePlan best_sequence(W& world, const Tensor& known, const SequenceSearch& s, double discount,
                           Philox& random) {
  const auto H = static_cast<std::size_t>(s.horizon);
  const auto plan = [&](std::span<const Index> sequences, std::span<const double> values, std::size_t i) {
    const auto chosen = sequences.subspan(i * H, H);
    return SequencePlan{{chosen.begin(), chosen.end()}, values[i]};
  };
  double all = 1;
  for (Index k = 0; k < s.horizon; ++k) all *= static_cast<double>(actions(world));
  if (all <= static_cast<double>(s.exhaustive)) {
    const std::vector<Index> sequences = all_sequences(actions(world), s.horizon);
    const std::vector<double> values = sequence_values(world, known, sequences, s, discount, random);
    return plan(sequences, values, largest(values, 1)[0]);
  }
  SequenceDistribution q(actions(world), s.horizon);
  for (Index i = 1;; ++i) {
    const std::vector<Index> sequences = q.sample(s.candidates, random);
    const std::vector<double> values = sequence_values(world, known, sequences, s, discount, random);
    const std::vector<std::size_t> elite = largest(values, static_cast<std::size_t>(s.elites));
    if (i == s.iterations) return plan(sequences, values, elite[0]);
    std::vector<Index> chosen;
    for (const std::size_t e : elite)
      chosen.insert(chosen.end(), sequences.begin() + static_cast<std::ptrdiff_t>(e * H),
                    sequences.begin() + static_cast<std::ptrdiff_t>((e + 1) * H));
    q.refit(chosen, s.smoothing);
  }
}

/// Replanning: the first action of the best sequence, sought anew at every step of every episode. World and
/// `random` must outlive it.
template <WorldModel W>
Chooser replanning_chooser(W& world, const SequenceSearch& s, double discount, Philox& random) {
  return [&world, s, discount, &random](const Tensor& known) {
    std::vector<Index> chosen;
    for (Index b = 0; b < known.shape()[0]; ++b)
      chosen.push_back(
          best_sequence(world, selected_rows(known, std::vector<Index>{b}), s, discount, random).actions[0]);
    return chosen;
  };
}

}  // namespace doxa
