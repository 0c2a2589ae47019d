#pragma once

#include <optional>
#include <span>

#include "doxa/models/beliefs/reward_family.h"
#include "doxa/models/beliefs/rssm_latent.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/mlp.h"

namespace doxa {

/// A recurrent state-space model (Hafner et al., arXiv 1811.04551, section 3) of episodes of actions and
/// observations: beside the stochastic latent s_k a deterministic summary h_k of steps 1 … k,
///
///   prior       p(s_k | h_{k-1}, a_{k-1})
///   emission    p(o_k | s_k, h_{k-1}, a_{k-1})            categorical
///   posterior   q(s_k | h_{k-1}, a_{k-1}, o_k)            filtering
///               q(s_k | h_{k-1}, a_{k-1}, g_k)            smoothing, g_k = GRU((a_{k-1}, o_k), g_{k+1})
///   summary     h_k = GRU(x_k, h_{k-1})
///   reward      p(r_k | s_k, h_{k-1}, a_{k-1}, o_k)       where rewards are modelled, discrete or Gaussian
///
/// with h_0 = 0 and g_{T+1} = 0. Prior and emission see o_1 … o_{k-1} only, which is what makes
/// p̂(o_k | past) a prediction. The input x_k of the summary decides what the model knows of the past.
///
/// A POMDP pays R(a_{k-1}, s_{k-1}, s_k, o_k), which depends on the states before and after the step. So the
/// reward is given all that is known once the step is over: the summary before it (h_k may have forgotten
/// what paid), the action, the observation, and the latent. It is a last factor of the step's joint
/// distribution and changes none of the others. Neither posterior nor summary sees r_k: the belief stays a
/// function of actions and observations, as the optimum V* has it.
struct RssmSettings {
  enum class Summary {
    latents,       ///< (a_{k-1}, s_k): observations reach the future through samples only, as in PlaNet
    observations,  ///< (a_{k-1}, o_k): a function of what was seen, like the exact belief
    both           ///< (a_{k-1}, o_k, s_k), as in the variational RNN (Chung et al., arXiv 1506.02216)
  };
  enum class Inference { filtering, smoothing };

  Index actions, observations;
  Index hidden = 64;  ///< width of h, of g and of every hidden layer
  Summary summary = Summary::both;
  RssmLatent latent = GaussianLatent{};
  Inference inference = Inference::filtering;
  std::optional<RewardFamily> reward = {};  ///< none: rewards are not modelled
  /// Added to the initial bias of the summary's update gate: at 0 it forgets half of what it knows at each
  /// step, at 1 a quarter, so that what pays ten steps later is felt (DreamerV2's reference code starts at 1).
  Real keep = 0;
};

struct Rssm {
  RssmSettings settings;
  GruCell summary;
  Mlp prior, posterior, emission;
  std::optional<GruCell> future;
  std::optional<Mlp> reward;

  /// Throws std::invalid_argument unless all sizes are positive and 0 <= uniform_mixing < 1.
  Rssm(const RssmSettings& settings, Philox& random);

  /// Whether h_k is the same for all samples of s_1 … s_k.
  bool deterministic() const { return settings.summary == RssmSettings::Summary::observations; }
};

void append_parameters(Parameters& to, Rssm& model);

/// (a_{k-1}, o_k) as one vector, [B, step_width]: the one-hot vector of the pair where there are at most 256
/// pairs, else the two one-hot vectors side by side. What an observation means depends on the action, so that
/// a pair has weights of its own. Throws std::invalid_argument for an action or observation that the model
/// lacks, or unequal numbers of them.
Var encode_step(Tape& tape, const RssmSettings& settings, std::span<const Index> actions,
                std::span<const Index> observations);
Index step_width(const RssmSettings& settings);

/// h_k from h_{k-1}, [B, hidden]; the one-hot action, [B, A]; the encoded step; and s_k. Arguments that this
/// kind of summary does not depend on are ignored.
Var advance(Rssm& model, Var summary, Var action, Var step, Var latent);

/// Logits of p(o_k | s_k, h_{k-1}, a_{k-1}), [B, O].
inline Var emission_logits(Rssm& model, Var summary, Var action, Var latent) {
  return model.emission({summary, action, latent});
}

/// Parameters of p(r_k | s_k, h_{k-1}, a_{k-1}, o_k), [B, reward_parameters], from h_{k-1}, the encoded step
/// (a_{k-1}, o_k) and s_k. Throws std::invalid_argument if the model has none.
Var reward_outputs(Rssm& model, Var summary, Var step, Var latent);

}  // namespace doxa
