#include "doxa/models/beliefs/rssm_bound.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/distributions/categorical.h"

namespace doxa {
namespace {

Var rows(const std::vector<Var>& steps) { return concat(std::span<const Var>(steps), 0); }

// What the posterior of each step sees beside h_{k-1}: (a_{k-1}, o_k), or (a_{k-1}, g_k).
std::vector<Var> shown_to_posterior(Tape& tape, Rssm& model, std::span<const Var> actions,
                                    std::span<const Var> steps) {
  std::vector<Var> shown(steps.begin(), steps.end());
  if (!model.future) return shown;
  Var g = tape.constant({steps[0].shape()[0], model.settings.hidden}, Real{0});
  for (std::size_t k = steps.size(); k-- > 0;) {
    g = (*model.future)(steps[k], g);
    shown[k] = concat({actions[k], g}, 1);
  }
  return shown;
}

// Whether each n episodes in a row are copies of one.
bool are_copies(const Episodes& e, Index n) {
  for (Index i = 0; i < e.batch * e.horizon; ++i) {  // rows of B, which is a multiple of n
    const auto at = static_cast<std::size_t>(i), first = static_cast<std::size_t>(i - i % n);
    if (e.actions[at] != e.actions[first] || e.observations[at] != e.observations[first]) return false;
    if (!e.rewards.empty() && e.rewards[at] != e.rewards[first]) return false;
  }
  return true;
}

void check(const OpName& op, const Rssm& model, const Episodes& e, const RssmObjective& o) {
  if (o.samples < 1 || e.batch % o.samples != 0)
    throw argument_error(op, "a batch of " + std::to_string(e.batch) + " is no multiple of " +
                                 std::to_string(o.samples) + " samples");
  if (!(o.kl_weight >= 0) || !(o.free_nats >= 0) ||
      (o.kl_balance && !(*o.kl_balance >= 0 && *o.kl_balance <= 1)))
    throw argument_error(op, "kl_weight and free_nats cannot be negative, kl_balance is a share in [0,1]");
  if (o.samples == 1) return;
  if (!are_copies(e, o.samples))
    throw argument_error(
        op, "an episode and its " + std::to_string(o.samples) + " samples are not copies of each other");
  if (std::holds_alternative<CategoricalLatent>(model.settings.latent))
    throw argument_error(op, "several samples of a categorical latent, whose draws cannot be reparametrised");
  if (o.kl_balance || o.free_nats != 0)
    throw argument_error(op, "several samples with free nats or balancing, which have no place there");
}

}  // namespace

// The factors of (11.2) along an episode, and from them the sum (11.3).
RssmTerms rssm_terms(Tape& tape, Rssm& model, const Episodes& e, Philox& random) {
  if (e.batch < 1 || e.horizon < 1)
    throw argument_error({"rssm_terms", tape}, std::to_string(e.batch) + " episodes of " +
                                                   std::to_string(e.horizon) +
                                                   " steps, expected at least one");
  if (model.reward && e.rewards.size() != e.actions.size())
    throw argument_error({"rssm_terms", tape}, "episodes without rewards, for a model that has them");
  const RssmLatent& latent = model.settings.latent;
  std::vector<Var> actions, steps;
  for (Index k = 1; k <= e.horizon; ++k) {
    actions.push_back(one_hot(tape, e.actions_at(k), model.settings.actions));
    steps.push_back(encode_step(tape, model.settings, e.actions_at(k), e.observations_at(k)));
  }
  const std::vector<Var> shown = shown_to_posterior(tape, model, actions, steps);

  // Only what the next step needs is computed step by step; everything else is computed for all steps at
  // once.
  std::vector<Var> summaries, posteriors, latents;
  Var h = tape.constant({e.batch, model.settings.hidden}, Real{0});
  for (std::size_t k = 0; k < steps.size(); ++k) {
    summaries.push_back(h);
    if (!model.deterministic()) {
      posteriors.push_back(model.posterior({h, shown[k]}));
      latents.push_back(rsample(latent, posteriors.back(), random));
    }
    if (k + 1 < steps.size())
      h = advance(model, h, actions[k], steps[k], model.deterministic() ? h : latents.back());
  }
  //! [terms]
  const Var all_h = rows(summaries), all_a = rows(actions);
  RssmTerms t;
  t.prior = model.prior({all_h, all_a});
  t.posterior = model.deterministic() ? model.posterior({all_h, rows(shown)}) : rows(posteriors);
  t.latent = model.deterministic() ? rsample(latent, t.posterior, random) : rows(latents);
  const Categorical emission(emission_logits(model, all_h, all_a, t.latent));
  t.bound.log_likelihood = reshape(log_prob(emission, e.observations), {e.horizon, e.batch});
  t.bound.kl = reshape(kl_divergence(latent, t.posterior, t.prior), {e.horizon, e.batch});
  //! [terms]
  t.summary = all_h;
  if (model.reward) {
    const Var of_reward = reward_outputs(model, all_h, rows(steps), t.latent);
    t.log_reward = reshape(log_prob(*model.settings.reward, of_reward, e.rewards), {e.horizon, e.batch});
    t.bound.log_likelihood += *t.log_reward;  // (12.8)
  }
  return t;
}

RssmLoss rssm_loss(Tape& tape, Rssm& model, const Episodes& e, const RssmObjective& o, Philox& random) {
  check({"rssm_loss", tape}, model, e, o);
  const RssmTerms t = rssm_terms(tape, model, e, random);
  RssmLoss l{{}, {mean(t.bound.log_likelihood), mean(t.bound.kl)}, t.summary};
  const RssmLatent& latent = model.settings.latent;
  //! [loss]
  if (o.samples > 1) {  // (11.8)
    const Var log_p = log_prob(latent, t.prior, t.latent), log_q = log_prob(latent, t.posterior, t.latent);
    const Var log_ratio = log_q - log_p;
    const Var log_weight =
        sum(t.bound.log_likelihood - o.kl_weight * reshape(log_ratio, {e.horizon, e.batch}), {0});
    const Var log_mean = logsumexp(reshape(log_weight, {e.batch / o.samples, o.samples}), {1}) -
                         std::log(static_cast<Real>(o.samples));
    l.loss = -mean(log_mean) / static_cast<Real>(e.horizon);
    return l;
  }
  Var kl = l.mean.kl;
  if (o.kl_balance) {  // (11.6)
    const Var to_posterior =
        (1 - *o.kl_balance) * mean(kl_divergence(latent, t.posterior, stop_gradient(t.prior)));
    kl = *o.kl_balance * mean(kl_divergence(latent, stop_gradient(t.posterior), t.prior)) + to_posterior;
  }
  l.loss = o.kl_weight * maximum(kl, o.free_nats) - l.mean.log_likelihood;  // (11.9)
  //! [loss]
  return l;
}

}  // namespace doxa
