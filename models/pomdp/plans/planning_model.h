#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "doxa/models/pomdp/plans/value_bounds.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// A non-negative vector over the states of which only the entries other than 0 are stored: a belief, or what
/// is left of one after an observation, Σ_s x(s) = p(o|b,a). Plans keep thousands of them. Unlike `Belief` it
/// is in plain doubles: a state whose probability underflows is worth less than the rounding of the others.
struct SparseBelief {
  std::vector<std::uint32_t> state;
  std::vector<double> probability;

  std::size_t size() const { return state.size(); }
  double mass() const;                               ///< Σ_s x(s)
  double dot(std::span<const double> values) const;  ///< Σ_s x(s) v(s)
  void divide_by(double mass);
};

/// From a dense vector, [S].
SparseBelief sparse(std::span<const double> belief);

/// A model prepared for planning: its rows normalised (`normalise`), the rewards averaged over what follows,
/// and how far any sum that is computed from them may be from the exact one.
///
/// What is bounded. The numbers of a distribution stand for probabilities in proportion to them: the exact
/// model is the one whose rows and start are divided by their exact sums. The bounds hold for it, and where
/// the stored rows sum to 1 within n 2^-52 (as in every model that was read from a file), so that `normalise`
/// leaves them alone, also for the stored numbers taken as they are.
///
/// Rounding. Let u = 2^-53. A sum of n products, each a chain of k factors, has an error of at most
/// 1.01 (n + k) u times the sum of magnitudes (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd
/// ed., 2002, section 3.1). A row of n entries that was divided by its computed sum is within 3 (n + 1) u of
/// the exact one, relative to each entry. Every value here is bounded by `value_limit`, L = max |r| / (1 - d)
/// with the discount d. Counted along the longest chain, one backup
///
///     max_a [ Σ_s b(s) r(s,a) + d Σ_o f( Σ_s b(s) T(s'|s,a) O(o|a,s') ) ],   Σ_s b(s) = 1,
///
/// where f is a maximum or minimum of sums over the states, at most four of them one after the other, makes at
/// most 8 (S + O) + 64 roundings, those of the rows included, each of at most max |r| + d L. Hence `slack`,
/// the most that one backup can be wrong:
///
///     slack = 1.2 u (8 (S + O) + 64) (max |r| + d L) + reward_error + underflow,
///
/// 1.2 for the terms of higher order and for beliefs that sum to 1 only nearly; reward_error is that of
/// r(s,a), a sum with a term for each next state and observation, and underflow the smallest normal double
/// times 1 + L. A lower bound that is backed up and lowered by `slack` is a lower bound again, an upper bound
/// raised by it an upper bound again, so that errors never pile up unseen; they do show, as a gap of at most
/// slack / (1 - d) on either side.
class PlanningModel {
 public:
  /// Throws std::invalid_argument if the model is not valid, if its discount is 1 or so close to it that
  /// rounding outweighs what a step is discounted by, or if its rewards are not finite or too large.
  explicit PlanningModel(const Pomdp& m);

  const Pomdp& model() const { return model_; }
  std::size_t states() const { return model_.states.size(); }
  std::size_t actions() const { return model_.actions.size(); }
  std::size_t observations() const { return model_.observations.size(); }
  double discount() const { return model_.discount; }
  /// r(s,a) for all s, [S].
  std::span<const double> reward(std::size_t action) const {
    return std::span(reward_).subspan(action * states(), states());
  }

  /// L: |V(s)| of every policy in every state is at most that.
  double value_limit() const { return value_limit_; }
  double slack() const { return slack_; }
  /// The most that Σ_s b(s) v(s) can be wrong, |v| <= value_limit, for a belief or the start as stored.
  double dot_slack() const { return dot_slack_; }
  /// An upper bound of x / (1 - d): what x in every step adds up to. With two signs it is a lower bound,
  /// -for_ever(-x).
  double for_ever(double x) const { return x >= 0 ? x * most_steps_ : x * least_steps_; }

  /// x_o(s') = O(o|a,s') Σ_s b(s) T(s'|s,a) for all o, [O]; those of impossible observations are empty,
  /// the states of the others ascend. It reuses the memory of `after`, and some of its own: not to be called
  /// by two threads at once. O(non-zeros).
  void successors(const SparseBelief& b, std::size_t action, std::vector<SparseBelief>& after) const;

  /// out(s) = r(s,a) + d Σ_{s'} T(s'|s,a) next(s'), [S]. An average over observations is the caller's.
  void back_up(std::size_t action, std::span<const double> next, std::span<double> out) const;

  /// Throws std::invalid_argument, naming `who`, unless b has S entries, none negative, that sum to 1 within
  /// row_sum_tolerance.
  void require_belief(std::span<const double> b, const char* who) const;

 private:
  Pomdp model_;
  std::vector<double> reward_;  // [A][S]
  double value_limit_ = 0, slack_ = 0, dot_slack_ = 0;
  double most_steps_ = 1, least_steps_ = 1;  // bounds of 1 / (1 - d)
  mutable std::vector<double> predicted_;    // [S], all 0 between calls
  mutable std::vector<std::uint32_t> touched_;
};

}  // namespace doxa
