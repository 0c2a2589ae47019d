#pragma once

#include <span>
#include <vector>

#include "doxa/autograd/real.h"

namespace doxa {

/// One episode of T steps: s_0 … s_T, a_0 … a_{T-1}, o_1 … o_T, r_1 … r_T. Step k = 1 … T is
/// (actions[k-1], states[k], observations[k-1]), and what it paid, r_k = R(a_{k-1}, s_{k-1}, s_k, o_k), is
/// rewards[k-1].
struct Trajectory {
  std::vector<std::size_t> states;  ///< [T+1]; empty where nobody saw them, as in an episode read from a file
  std::vector<std::size_t> actions;       ///< [T]
  std::vector<std::size_t> observations;  ///< [T]
  std::vector<double> rewards = {};       ///< [T]; empty where nobody wrote them down

  std::size_t horizon() const { return actions.size(); }
  bool operator==(const Trajectory&) const = default;
};

/// The first n steps of t with all that is known of them, its states and rewards too. Throws
/// std::invalid_argument if it has fewer.
Trajectory first_steps(const Trajectory& t, std::size_t n);

/// All that was done and seen up to step k, h_k = (a_{0:k-1}, o_{1:k}); h_0 is empty. A view: the actions and
/// observations belong to somebody else, for example to a Trajectory, which converts to its History.
struct History {
  std::span<const std::size_t> actions, observations;  ///< [k] each

  History() = default;
  /// Throws std::invalid_argument unless there are as many actions as observations.
  History(std::span<const std::size_t> actions, std::span<const std::size_t> observations);
  History(const Trajectory& t) : History(t.actions, t.observations) {}

  std::size_t steps() const { return actions.size(); }
  History first(std::size_t k) const { return {actions.first(k), observations.first(k)}; }
};

/// A batch of B episodes of T steps as a learner sees it: without the states, and time first, so that one
/// step of all episodes is contiguous. Step k = 1 … T of episode b is the action a_{k-1}, then the
/// observation o_k and the reward r_k.
struct Episodes {
  Index batch = 0, horizon = 0;
  std::vector<Index> actions, observations;  ///< [T·B], step k of episode b at (k-1)·B + b
  std::vector<double> rewards = {};          ///< the same; empty unless every trajectory has its rewards

  std::span<const Index> actions_at(Index k) const { return at(actions, k); }            ///< a_{k-1}, [B]
  std::span<const Index> observations_at(Index k) const { return at(observations, k); }  ///< o_k, [B]

 private:
  std::span<const Index> at(const std::vector<Index>& all, Index k) const {
    return {all.data() + (k - 1) * batch, static_cast<std::size_t>(batch)};
  }
};

/// All trajectories as one batch, each `copies` times in a row. Throws std::invalid_argument for none, and
/// for unequal horizons or a number of rewards that is neither 0 nor that of the steps.
Episodes episodes(std::span<const Trajectory> trajectories, Index copies = 1);
/// A batch of the chosen trajectories, in the order of `chosen`; it may name one several times.
Episodes episodes(std::span<const Trajectory> trajectories, std::span<const Index> chosen, Index copies = 1);

}  // namespace doxa
