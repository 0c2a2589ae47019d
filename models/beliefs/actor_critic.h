#pragma once

#include <span>
#include <vector>

#include "doxa/distributions/categorical.h"
#include "doxa/models/beliefs/imagination.h"
#include "doxa/models/nn/adam.h"
#include "doxa/models/nn/mlp.h"

namespace doxa {

/// The return R_k = Σ_j γ^j r_{k+1+j} of imagined steps, cut off at the horizon H by the critic's values
/// v_k = v(x_k) and mixed over all cut-offs with weight λ (Dreamer, Hafner et al., arXiv 1912.01603, eq. 6,
/// as the recursion of DreamerV2, arXiv 2010.02193, eq. 4):
///
///   R_k = r_{k+1} + γ ((1 - λ) v_{k+1} + λ R_{k+1}),   R_H = v_H.
///
/// Rewards r_1 … r_H [H·B] and values v_0 … v_H [(H+1)·B], step after step; the returns R_0 … R_{H-1}
/// [H·B]. Throws std::invalid_argument for counts that do not fit.
std::vector<double> lambda_returns(std::span<const double> rewards, std::span<const double> values,
                                   Index batch, double discount, double lambda);

/// -1/B Σ_b Σ_k γ^k { A_k log π(a_k|x_k) + η H[π(·|x_k)] }, divided by Σ_k γ^k, []. Its first term is the
/// score function: with A_k = R_k - v_k at λ = 1 the expectation of its gradient is -1/Σγ^k times that of
/// the value Σ_k γ^k r_{k+1} + γ^H v_H, whatever the critic says of the steps before H (Williams, Machine
/// Learning 8, 1992; Sutton et al., NIPS 12, 2000, theorem 1). Throws std::invalid_argument for counts that
/// do not fit.
Var actor_loss(Tape& tape, Mlp& actor, const ImaginedEpisodes& imagined, std::span<const double> advantages,
               double entropy_weight, double discount);

/// 1/B Σ_b Σ_k γ^k ½ (critic(x_k) - y_k)², divided by Σ_k γ^k, []: the critic's regression on targets y,
/// [H·B].
Var critic_loss(Tape& tape, Mlp& critic, const ImaginedEpisodes& imagined, std::span<const double> targets,
                double discount);

struct ActorCriticSettings {
  Index actions, features;
  double discount;
  Index hidden = 64;
  double lambda = 0.95;
  double slow_rate = 0.05;  ///< τ
  double rate = 1e-3;       ///< of Adam, for both networks
};

/// An actor π(a|x) = softmax(actor(x)) and a critic v(x) = μ + σ critic(x), which learn from imagined
/// episodes (Dreamer). μ and σ are running means of the returns' mean and standard deviation. When they
/// move, the critic's last layer is changed so that v stays what it was (PopArt: van Hasselt et al., arXiv
/// 1602.07714, section 2.2). Advantages are divided by the same σ, so that η means the same whatever the
/// rewards' unit.
struct ActorCritic {
  ActorCriticSettings settings;
  Mlp actor, critic, slow;
  double mean = 0, deviation = 0;  ///< μ and σ; σ is 0 before the first step
  Adam actor_adam, critic_adam;
  Tape tape = Tape{};

  ActorCritic(const ActorCriticSettings& settings, Philox& random);
};

/// What a step did, for a learning curve.
struct ActorCriticStep {
  double mean_return, entropy, critic_loss;
};

/// One step of both networks:
///
///   v_k = μ + σ slow(x_k)      R_k by lambda_returns      A_k = (R_k - v_k) / σ
///   the actor on actor_loss, the critic on critic_loss of (R_k - μ)/σ,   slow ← slow + τ (critic - slow).
///
/// η is in units of σ. Throws as lambda_returns does, and as Adam for what is not finite.
ActorCriticStep learn(ActorCritic& agent, const ImaginedEpisodes& imagined, double entropy_weight,
                      double rate);

void append_parameters(Parameters& to, ActorCritic& agent);

/// π(·|x) for each row of x.
Categorical policy(Tape& tape, Mlp& actor, const Tensor& x);

}  // namespace doxa
