#include "variants.h"

#include <algorithm>
#include <cmath>

#include "doxa/models/beliefs/rssm_belief.h"

using namespace doxa;
using namespace doxa::support;

const std::vector<RssmVariant>& rssm_variants() {
  using Summary = RssmSettings::Summary;
  using Inference = RssmSettings::Inference;
  using Family = RssmLatent::Family;
  static const std::vector<RssmVariant> all{
      {"planet", Summary::latents, Family::gaussian},
      {"multi-sample", Summary::latents, Family::gaussian, Inference::filtering, {.samples = 4}},
      {"smoothing", Summary::latents, Family::gaussian, Inference::smoothing},
      {"discrete", Summary::latents, Family::categorical, Inference::filtering, {.kl_balance = Real(0.95)}},
      {"belief", Summary::observations, Family::gaussian},
      {"free-nats", Summary::observations, Family::gaussian, Inference::filtering, {.free_nats = Real(0.1)}},
      {"discrete-belief",
       Summary::both,
       Family::categorical,
       Inference::filtering,
       {.kl_balance = Real(0.95)}},
  };
  return all;
}

RssmSettings settings_for(const RssmVariant& v, const BeliefSettings& s, Index actions, Index observations) {
  RssmSettings sizes{.actions = actions,
                     .observations = observations,
                     .hidden = s.hidden,
                     .summary = v.summary,
                     .inference = v.inference};
  sizes.latent.family = v.latent;
  // A discrete latent that is to carry an observation needs a class for each; as many again are spare, so
  // that two observations that start out with the same class can part.
  sizes.latent.width = s.latent > 0 ? s.latent : 8;
  sizes.latent.classes = s.latent > 0 ? s.latent : std::clamp<Index>(2 * observations, 8, 64);
  return sizes;
}

Index affordable_steps(const RssmSettings& sizes, const BeliefSettings& s, double budget) {
  Philox random;
  Rssm model(sizes, random);
  // Each parameter of a matrix meets each row three times: forward, and backward to its input and to itself.
  const double a_step =
      6 * static_cast<double>(count(parameters(model))) * static_cast<double>(s.batch * s.horizon);
  return std::clamp<Index>(static_cast<Index>(budget / a_step), 50, 20'000);
}

BeliefVariant make(const RssmVariant& v, const RssmSettings& sizes, Philox& random) {
  const auto rssm = std::make_shared<Rssm>(sizes, random);
  auto model = std::make_unique<LearnedBelief>();
  model->name = v.name;
  model->parameters = parameters(*rssm);
  model->copies = v.objective.samples;
  model->loss = [rssm, v](Tape& tape, const Episodes& e, double progress, Philox& noise) {
    RssmObjective objective = v.objective;
    if (v.anneal > 0) objective.kl_weight *= static_cast<Real>(std::min(1.0, progress / v.anneal));
    return rssm_loss(tape, *rssm, e, objective, noise).loss;
  };
  model->bound = [rssm](Tape& tape, const Episodes& e, Philox& noise) {
    const RssmTerms t = rssm_terms(tape, *rssm, e, noise);
    return BoundTerms<Var>{sum(t.log_likelihood, {0}), sum(t.kl, {0})};
  };
  const auto weighting =
      v.objective.samples > 1 ? RssmBelief::Weighting::importance : RssmBelief::Weighting::none;
  model->predictive = [rssm, weighting](std::span<const Trajectory> trajectories, Index samples,
                                        Philox& noise) {
    return predictive(*rssm, trajectories, samples, noise, weighting);
  };
  model->open_loop = [rssm, weighting](std::span<const Trajectory> trajectories, Index from, Index ahead,
                                       Index samples, Philox& noise) {
    return open_loop_predictive(*rssm, trajectories, from, ahead, samples, noise, weighting);
  };
  model->summaries = [rssm, weighting](std::span<const Trajectory> trajectories, Philox& noise) {
    return summaries(*rssm, trajectories, rssm->deterministic() ? 1 : 16, noise, weighting);
  };
  BeliefVariant made;
  made.model = std::move(model);
  made.owner = rssm;
  return made;
}
