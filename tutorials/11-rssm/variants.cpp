#include "sections.h"

using namespace doxa;
using namespace doxa::support;

const std::vector<RssmVariant>& rssm_variants() {
  using Summary = RssmSettings::Summary;
  using Inference = RssmSettings::Inference;
  constexpr bool gaussian = false, categorical = true;
  static const std::vector<RssmVariant> all{
      {"planet", Summary::latents, gaussian},
      {"multi-sample", Summary::latents, gaussian, Inference::filtering, {.samples = 4}},
      {"smoothing", Summary::latents, gaussian, Inference::smoothing},
      {"discrete", Summary::latents, categorical, Inference::filtering, {.kl_balance = Real(0.95)}},
      {"belief", Summary::observations, gaussian},
      {"free-nats", Summary::observations, gaussian, Inference::filtering, {.free_nats = Real(0.1)}},
      {"discrete-belief", Summary::both, categorical, Inference::filtering, {.kl_balance = Real(0.95)}},
  };
  return all;
}

RssmSettings settings_for(const RssmVariant& v, const BeliefSettings& s, Index actions, Index observations) {
  RssmSettings sizes{.actions = actions,
                     .observations = observations,
                     .hidden = s.hidden,
                     .summary = v.summary,
                     .inference = v.inference};
  // A discrete latent that is to carry an observation needs a class for each. It has twice as many, so that
  // two observations that share a class at first can separate.
  if (v.categorical)
    sizes.latent =
        CategoricalLatent{.classes = s.latent > 0 ? s.latent : std::clamp<Index>(2 * observations, 8, 64)};
  else
    sizes.latent = GaussianLatent{s.latent > 0 ? s.latent : 8};
  return sizes;
}

Index affordable_steps(const RssmSettings& sizes, const BeliefSettings& s, double budget) {
  Philox random;
  Rssm model(sizes, random);
  // Each weight of a matrix is used three times for each row: forward, and backward for the input and for the
  // weight.
  const double a_step =
      6 * static_cast<double>(count(parameters(model))) * static_cast<double>(s.batch * s.horizon);
  return std::clamp<Index>(static_cast<Index>(budget / a_step), 50, 20'000);
}
