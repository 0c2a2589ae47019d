#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// A value function of beliefs that is a maximum of linear ones, and the policy that acts on it:
///
///     V(b) = max_k Σ_s b(s) α_k(s),      a(b) = the action of the vector that attains it.
///
/// Source: Smallwood & Sondik, "The optimal control of partially observable Markov processes over a finite
/// horizon", Operations Research 21 (1973).
struct AlphaVectors {
  std::vector<std::size_t> actions;         ///< [K]
  std::vector<std::vector<double>> values;  ///< α_k(s), [K][S]

  std::size_t size() const { return actions.size(); }
  void append(std::size_t action, std::vector<double> alpha);
  bool operator==(const AlphaVectors&) const = default;
};

/// The k that attains the maximum, the first of equals. This and the functions below throw
/// std::invalid_argument if there are no vectors, or if the belief has another size than they.
std::size_t best_vector(const AlphaVectors& v, std::span<const double> belief);
/// max_k Σ_s b(s) α_k(s), in plain double arithmetic.
double value(const AlphaVectors& v, std::span<const double> belief);
/// a(b).
std::size_t greedy_action(const AlphaVectors& v, std::span<const double> belief);

/// Throws std::invalid_argument, in one line, unless there is at least one vector and each has a finite value
/// for each of the model's states and an action that the model has: "vector 3: action 7, the model has 3".
void require_vectors(const Pomdp& m, const AlphaVectors& v);

}  // namespace doxa
