#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "doxa/models/pomdp/stochastic_matrix.h"

namespace doxa {

/// The reward R(a, s, s', o) as a list of patterns, in which `any` stands for all actions, states or
/// observations and a later pattern overrides an earlier one. It is never spelled out as an A·S·S·O table:
/// memory is O(patterns), and a look-up costs O(log patterns) for each of the at most 16 sets of wildcards in
/// use. The maps are ordered because a hostile file could choose patterns that collide in a hash table.
class Reward {
 public:
  static constexpr std::uint32_t any = 0xffffffff;
  struct Pattern {
    std::uint32_t action = any, state = any, next = any, observation = any;
    auto operator<=>(const Pattern&) const = default;
  };
  struct Entry {
    Pattern pattern;
    double value;
    bool operator==(const Entry&) const = default;
  };

  void set(const Pattern& pattern, double value);  ///< overrides the patterns set before
  /// The value of the last pattern that fits, 0 if none does. The arguments must be indices, not `any`.
  double operator()(std::size_t action, std::size_t state, std::size_t next, std::size_t observation) const;
  /// In the order in which they were set.
  const std::vector<Entry>& entries() const { return entries_; }

  /// Compares the lists of patterns: different lists may be the same function.
  bool operator==(const Reward& other) const { return entries_ == other.entries_; }

 private:
  std::vector<Entry> entries_;
  // One map for each set of wildcards, from a pattern to its last position in entries_.
  std::array<std::map<Pattern, std::size_t>, 16> last_;
};

/// A finite partially observable Markov decision process with S states, A actions and O observations, in the
/// action-first convention of Cassandra's file format: s_0 ~ b_0, and for k = 1, 2, …
///
///     action a_{k-1},   s_k ~ T(· | s_{k-1}, a_{k-1}),   o_k ~ O(· | a_{k-1}, s_k).
///
/// Source: Kaelbling, Littman & Cassandra, "Planning and acting in partially observable stochastic domains",
/// Artificial Intelligence 101 (1998), sections 3.1 and 3.2.
struct Pomdp {
  std::vector<std::string> states, actions, observations;  ///< names; "0", "1", … where there are none
  double discount = 1;
  std::vector<double> start;    ///< b_0(s), [S]
  StochasticMatrix transition;  ///< T(s'|s,a), row a·S + s, column s'
  StochasticMatrix emission;    ///< O(o|a,s'), row a·S + s', column o
  Reward reward;                ///< R(a,s,s',o)

  bool operator==(const Pomdp&) const = default;
};

/// T(·|s,a).
inline StochasticMatrix::Row transition_row(const Pomdp& m, std::size_t action, std::size_t state) {
  return m.transition.row(action * m.states.size() + state);
}
/// O(·|a,s').
inline StochasticMatrix::Row emission_row(const Pomdp& m, std::size_t action, std::size_t next) {
  return m.emission.row(action * m.states.size() + next);
}

/// r(s,a) = Σ_{s'} T(s'|s,a) Σ_o O(o|a,s') R(a,s,s',o).
double expected_reward(const Pomdp& m, std::size_t action, std::size_t state);

/// How far a distribution may be from summing to 1.
inline constexpr double row_sum_tolerance = 1e-5;

/// Throws std::invalid_argument unless the sets are not empty, every table has its size, every probability is
/// finite and not negative, every row sums to 1 within row_sum_tolerance and 0 <= discount <= 1. The text
/// names the action and the row: "transition: action listen, row tiger-left sums to 0.9, expected 1".
void validate(const Pomdp& m);

/// The text of an error: "<what> sums to 0.9, expected 1".
std::string sum_error(const std::string& what, double sum);
/// The name of a row in errors: "transition: action listen, row tiger-left".
std::string row_label(const std::string& table, const std::string& action, const std::string& row);

/// Validates, then divides the start distribution and every row by its sum.
void normalise(Pomdp& m);

// Throw std::out_of_range for what the model lacks: "action 5, the model has 3".
void require_state(const Pomdp& m, std::size_t state);
void require_action(const Pomdp& m, std::size_t action);
void require_observation(const Pomdp& m, std::size_t observation);

/// The index of a name, which may also be the index itself in digits. Throws std::invalid_argument, naming
/// `what`, if there is none.
std::size_t index_of(const std::vector<std::string>& names, const std::string& name, const char* what);

}  // namespace doxa
