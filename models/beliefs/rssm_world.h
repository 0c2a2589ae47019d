#pragma once

#include "doxa/models/beliefs/rssm.h"
#include "doxa/models/beliefs/world_model.h"

namespace doxa {

/// A learned Rssm as a WorldModel. What is known after step k is its summary h_k, [B, hidden], of one
/// sample of the past: prior, emission, reward and everything later depend on the past through it alone,
/// and the actor is shown the same. (Dreamer's pair of a deterministic and a stochastic state is h_{k-1}
/// and s_k; h_k is a function of both, the action and, where the summary sees it, the observation.)
///
///   observe   s_k ~ q(·|h_{k-1},a_{k-1},o_k),            h_k = GRU(x_k, h_{k-1})
///   imagine   s_k ~ p(·|h_{k-1},a_{k-1}),   o_k ~ p(·|s_k,h_{k-1},a_{k-1}),   the same h_k,
///             and E[r_k | s_k, h_{k-1}, a_{k-1}, o_k]
///
/// With a summary of observations h_k is a function of actions and observations, and imagination the belief
/// MDP of the learned model. With one of latents it is whatever the samples of q carry.
class RssmWorld {
 public:
  /// Throws std::invalid_argument for a model without rewards, and for one with a smoothing posterior,
  /// which needs observations that have not come yet.
  explicit RssmWorld(Rssm& model);

  Rssm& model() const { return model_; }

 private:
  friend Tensor observe(RssmWorld&, const Tensor&, std::span<const Index>, std::span<const Index>, Philox&);
  friend ImaginedStep imagine(RssmWorld&, const Tensor&, std::span<const Index>, Philox&);

  Rssm& model_;
  Tape tape_;
};

// The functions of a WorldModel. They throw std::invalid_argument for an action or observation that the
// model lacks and for shapes that do not fit.

inline Index actions(const RssmWorld& w) { return w.model().settings.actions; }
inline Index features(const RssmWorld& w) { return w.model().settings.hidden; }
/// h_0 = 0.
Tensor start(const RssmWorld& w, Index batch, Philox& random);
Tensor observe(RssmWorld& w, const Tensor& known, std::span<const Index> actions,
               std::span<const Index> observations, Philox& random);
ImaginedStep imagine(RssmWorld& w, const Tensor& known, std::span<const Index> actions, Philox& random);
inline Tensor shown(const RssmWorld&, const Tensor& known) { return known; }

}  // namespace doxa
