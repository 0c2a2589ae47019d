#pragma once

#include "doxa/models/beliefs/world_model.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// A known POMDP whose exact belief b_k(s) is what is known and what is shown, [B, S]. Imagination is the
/// belief MDP, simulated exactly: o_k ~ p(·|b_{k-1},a_{k-1}), b_k by Bayes' rule, and
/// E[r_k | b_{k-1}, a_{k-1}] = Σ_s b_{k-1}(s) r(s,a_{k-1}). Its optimum is V*. A WorldModel.
struct ExactBeliefWorld {
  explicit ExactBeliefWorld(const Pomdp& m);  ///< the model must outlive it

  const Pomdp& model;
  std::vector<double> reward;  ///< r(s,a), a·S + s
};

/// The same POMDP, but in imagination the actor is shown the hidden state itself, as a one-hot vector: what
/// it learns is the policy of the MDP, in which looking has no value. When it acts, it is shown a state
/// drawn from the exact belief, which is kept beside it: known is (b_k, one-hot s), [B, 2S]; imagined steps
/// have the one-hot vector in both halves. A WorldModel.
struct HiddenStateWorld {
  explicit HiddenStateWorld(const Pomdp& m) : exact(m) {}

  ExactBeliefWorld exact;
};

// The functions of a WorldModel. `observe` throws std::invalid_argument for an observation that is
// impossible under the belief, and all of them for counts that do not fit and indices that the model lacks.

inline Index actions(const ExactBeliefWorld& w) { return static_cast<Index>(w.model.actions.size()); }
inline Index features(const ExactBeliefWorld& w) { return static_cast<Index>(w.model.states.size()); }
Tensor start(const ExactBeliefWorld& w, Index batch, Philox& random);
Tensor observe(const ExactBeliefWorld& w, const Tensor& known, std::span<const Index> actions,
               std::span<const Index> observations, Philox& random);
ImaginedStep imagine(const ExactBeliefWorld& w, const Tensor& known, std::span<const Index> actions,
                     Philox& random);
inline Tensor shown(const ExactBeliefWorld&, const Tensor& known) { return known; }

inline Index actions(const HiddenStateWorld& w) { return actions(w.exact); }
inline Index features(const HiddenStateWorld& w) { return features(w.exact); }
Tensor start(const HiddenStateWorld& w, Index batch, Philox& random);
Tensor observe(const HiddenStateWorld& w, const Tensor& known, std::span<const Index> actions,
               std::span<const Index> observations, Philox& random);
ImaginedStep imagine(const HiddenStateWorld& w, const Tensor& known, std::span<const Index> actions,
                     Philox& random);
Tensor shown(const HiddenStateWorld& w, const Tensor& known);

}  // namespace doxa
