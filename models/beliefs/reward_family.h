#pragma once

#include <span>
#include <variant>
#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/models/pomdp/episodes.h"

namespace doxa {

/// One of finitely many rewards, p(r = values_i) = e^l_i / Σ_k e^l_k over all `classes` logits l, a row of
/// parameters. There may be fewer values than classes while an agent that explores still finds new ones:
/// the logits of classes without a value are those of rewards not met so far.
struct DiscreteReward {
  std::vector<double> values;  ///< different from each other, at most `classes`
  Index classes = 16;

  Index parameters() const { return classes; }
  bool operator==(const DiscreteReward&) const = default;
};

/// (r - location) / scale ~ N(μ, σ²). A row of parameters is μ and then log σ.
struct GaussianReward {
  double location = 0, scale = 1;

  Index parameters() const { return 2; }
  bool operator==(const GaussianReward&) const = default;
};

/// The distribution p(r | …) of a reward whose parameters are a network's outputs, one row a distribution.
using RewardFamily = std::variant<DiscreteReward, GaussianReward>;

inline Index reward_parameters(const RewardFamily& family) {
  return std::visit([](const auto& f) { return f.parameters(); }, family);
}

/// The family that fits the rewards of these episodes: discrete where at most half of `classes` values
/// occur, so that as many may still be found; else Gaussian with their mean and standard deviation (1 where
/// all are alike). Throws std::invalid_argument for episodes without rewards, and for classes < 2.
RewardFamily fitting_family(std::span<const Trajectory> episodes, Index classes = 16);

/// Gives a discrete family the values that it lacks, in the order in which they occur; a value for which no
/// class is left is later taken for the nearest. Does nothing to a Gaussian one.
void add_values(RewardFamily& family, std::span<const Trajectory> episodes);

/// log p(r) of each row, [rows]: a density where the family is Gaussian. A reward that is no value of a
/// discrete family counts as the nearest of them. Throws std::invalid_argument, naming the shapes, for
/// parameters that are not [rows, reward_parameters]; for another number of rewards; for a discrete family
/// without values.
Var log_prob(const RewardFamily& family, Var parameters, std::span<const double> rewards);

/// E[r] of each row, [rows]. Classes without a value are left out, as if they had probability 0:
/// Σ_i p_i values_i / Σ_i p_i. Throws as log_prob does.
std::vector<double> expected_rewards(const RewardFamily& family, Var parameters);

}  // namespace doxa
