#pragma once

#include <span>
#include <utility>
#include <vector>

#include "doxa/autograd/tensor.h"
#include "doxa/models/pomdp/plans/alpha_vectors.h"
#include "doxa/models/pomdp/plans/planning_model.h"

namespace doxa {

/// A lower bound of V*, max_k Σ_s b(s) α_k(s), in which every α_k(s) is at most what one policy is worth from
/// state s. It grows by point-based backups,
///
///     α(s) = r(s,a) + d Σ_{s'} T(s'|s,a) Σ_o O(o|a,s') α_{k(o)}(s') - slack,
///
/// which is at most the value of the policy that takes a and then, having seen o, goes on with that of
/// k(o). Every vector also has, at every belief b,
///
///     Σ_s b(s) α_k(s) <= ρ(b,a_k) + d Σ_o p(o|b,a_k) V(b^{a_k,o}),   V(b) = max_k Σ_s b(s) α_k(s),
///
/// and dropping dominated vectors keeps that. Hence the policy that acts by the maximising vector earns at
/// least V(b) from every belief, up to the rounding of its choices, which `evaluate` measures (Hauskrecht,
/// JAIR 13 (2000), section 4.3). Source of the backups: Pineau, Gordon & Thrun, "Point-based value iteration:
/// an anytime algorithm for POMDPs", IJCAI 2003.
class LowerBound {
 public:
  /// `initial`: vectors that are bounds already, those of the blind policies.
  LowerBound(const PlanningModel& m, const AlphaVectors& initial);

  /// max_k Σ_s x(s) α_k(s), also for x that do not sum to 1; in plain double arithmetic.
  double operator()(const SparseBelief& x) const { return best(x).second; }

  /// The vector that is best at b, when after[a][o] are the successors of b, among the actions that are
  /// marked as candidates, [A]. It is kept, and those that it dominates are dropped, if it raises the bound
  /// at b by more than rounding; returns whether it did.
  bool back_up(const SparseBelief& b, const std::vector<std::vector<SparseBelief>>& after,
               const std::vector<bool>& candidates);

  /// The vectors; none are left here. Memory is handed over block by block.
  AlphaVectors take();
  std::size_t size() const { return actions_.size(); }
  std::size_t bytes() const { return blocks_.size() * bytes_of_block(); }
  /// How much a backup may add to them.
  std::size_t bytes_of_backup() const { return size() == blocks_.size() * block_size ? bytes_of_block() : 0; }

 private:
  static constexpr std::size_t block_size = 32;
  std::size_t bytes_of_block() const {
    return block_size * (m_.states() * sizeof(double) + sizeof(std::size_t)) + sizeof(Block);
  }
  double& at(std::size_t k, std::size_t state) {
    return blocks_[k / block_size][state * block_size + k % block_size];
  }
  std::pair<std::size_t, double> best(const SparseBelief& x) const;
  void append(std::size_t action, std::span<const double> alpha);
  void drop_dominated_by(std::span<const double> alpha);
  void resize(std::size_t vectors);

  // α_k(s) of 32 vectors at s · 32 + k: for one state they are contiguous, so that a product with all of them
  // runs over them; and more vectors take one block more, without moving those that are there.
  using Block = std::vector<double, CacheAligned<double>>;

  const PlanningModel& m_;
  std::vector<std::size_t> actions_;  // [K]
  std::vector<Block> blocks_;
  std::vector<double> future_, alpha_;  // [S]
};

}  // namespace doxa
