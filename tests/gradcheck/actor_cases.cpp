// Rewards in the recurrent state-space model, and the losses of actor and critic, with respect to all
// parameters.

#include "doxa/models/beliefs/actor_critic.h"
#include "doxa/models/beliefs/rssm_learner.h"
#include "model_case.h"

namespace doxa {
namespace {

const RewardFamily two_rewards = DiscreteReward{{-1, 10}, 4};
const RewardFamily normal_reward = GaussianReward{2, 3};

std::string kind(const RewardFamily& family) {
  return std::holds_alternative<DiscreteReward>(family) ? ", discrete" : ", Gaussian";
}

void add_families(Cases& cases) {
  for (const RewardFamily& family : {two_rewards, normal_reward})
    cases.add("*/log_prob, of rewards" + kind(family), {{3, reward_parameters(family)}},
              [=](Tape&, Inputs x) {
                return log_prob(family, x[0], std::vector<double>{-1, 10, 10});
              });
}

const Episodes paid{2, 3, {0, 1, 1, 0, 1, 1}, {2, 0, 1, 1, 0, 2}, {-1, 10, -1, -1, 10, 10}};

// What the summary sees, and which posterior, with a Gaussian latent. Draws of a categorical one have a
// straight-through gradient, which no difference quotient finds: there the reward of a fixed code is checked.
void add_bounds(Cases& cases) {
  using Summary = RssmSettings::Summary;
  using Inference = RssmSettings::Inference;
  for (const RewardFamily& family : {two_rewards, normal_reward}) {
    RssmSettings settings{.actions = 2, .observations = 3, .hidden = 3, .latent = GaussianLatent{2}};
    settings.reward = family;
    add_model_case(
        cases, "Rssm/reward_outputs" + kind(family), [=](Philox& random) { return Rssm(settings, random); },
        {{2, 3}, {2, 6}, {2, 2}},
        [](Rssm& model, Inputs x) { return reward_outputs(model, x[0], x[1], x[2]); });
    RssmSettings code = settings;
    code.latent = CategoricalLatent{.groups = 1, .classes = 3};
    add_model_case(
        cases, "Rssm/reward_outputs, of a code" + kind(family),
        [=](Philox& random) { return Rssm(code, random); }, {{2, 3}},
        [=](Tape& tape, Rssm& model, Inputs x, Philox&) {
          const Var step = encode_step(tape, code, paid.actions_at(1), paid.observations_at(1));
          const Var s = one_hot(tape, std::vector<Index>{2, 0}, 3);
          return log_prob(family, reward_outputs(model, x[0], step, s), std::vector<double>{-1, 10});
        });
    for (const Summary summary : {Summary::latents, Summary::observations, Summary::both})
      for (const Inference inference : {Inference::filtering, Inference::smoothing}) {
        settings.summary = summary;
        settings.inference = inference;
        add_model_case(
            cases,
            "RssmLearner/loss, with rewards" + kind(family) + ", " +
                std::to_string(static_cast<int>(summary)) +
                (inference == Inference::smoothing ? ", smoothing" : ""),
            [=](Philox& random) { return RssmLearner{Rssm(settings, random)}; }, {},
            [](Tape& tape, RssmLearner& learner, Inputs, Philox& random) {
              return loss(tape, learner, paid, random);
            });
      }
  }
}

ImaginedEpisodes some_episodes() {
  Philox random(3, 4);
  return {.batch = 2,
          .horizon = 3,
          .shown = normal_noise({8, 3}, random),
          .actions = {0, 1, 1, 0, 2, 1},
          .rewards = {1, 0, 2, -1, 0, 1}};
}

void add_actor(Cases& cases) {
  const auto mlp = [](Index outputs) {
    return [=](Philox& random) { return Mlp("mlp", {3, 4, outputs}, random); };
  };
  add_model_case(cases, "Mlp/policy", mlp(3), {}, [](Tape& tape, Mlp& actor, Inputs, Philox&) {
    return policy(tape, actor, some_episodes().shown).log_probs();
  });
  add_model_case(cases, "Mlp/actor_loss", mlp(3), {}, [](Tape& tape, Mlp& actor, Inputs, Philox&) {
    return actor_loss(tape, actor, some_episodes(), std::vector<double>{1, -2, 0.5, 3, -1, 1}, 0.3, 0.9);
  });
  add_model_case(cases, "Mlp/critic_loss", mlp(1), {}, [](Tape& tape, Mlp& critic, Inputs, Philox&) {
    return critic_loss(tape, critic, some_episodes(), std::vector<double>{1, -2, 0.5, 3, -1, 1}, 0.9);
  });
}

}  // namespace

std::vector<GradientCase> actor_cases() {
  Cases cases{"model/"};
  add_families(cases);
  add_bounds(cases);
  add_actor(cases);
  return cases.all;
}

}  // namespace doxa
