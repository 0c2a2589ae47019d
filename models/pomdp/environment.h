#pragma once

#include <span>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// What a step shows to those who act: o_k and r_k of each of B episodes.
struct StepSeen {
  std::vector<Index> observations;
  std::vector<double> rewards;
};

/// B episodes of a POMDP side by side, as an agent meets them: it acts, sees and is paid, and never sees a
/// state. Episode b draws from a stream of its own, two numbers a step whatever is done in it: two policies
/// that meet the same seed have random numbers in common, and the difference of their returns has little
/// noise.
class Environment {
 public:
  /// Draws s_0 ~ b_0 for each. The model must outlive the environment. Throws std::invalid_argument for no
  /// episodes.
  Environment(const Pomdp& m, Index episodes, std::uint64_t seed);

  Index episodes() const { return static_cast<Index>(states_.size()); }
  /// s_k ~ T(·|s_{k-1},a_{k-1}), o_k ~ O(·|a_{k-1},s_k) and r_k = R(a_{k-1},s_{k-1},s_k,o_k) of each
  /// episode. Throws std::invalid_argument unless there is an action for each, std::out_of_range for one
  /// that the model lacks.
  StepSeen step(std::span<const Index> actions);

 private:
  const Pomdp& model_;
  std::vector<std::size_t> states_;
  std::vector<Philox> random_;
};

}  // namespace doxa
