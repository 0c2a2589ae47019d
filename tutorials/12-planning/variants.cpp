// The three models that learn from actions, observations and rewards, and how they begin.

#include "actors.h"
#include "doxa/models/pomdp/simulate.h"

using namespace doxa;

const std::vector<ActingVariant>& acting_variants() {
  using Summary = RssmSettings::Summary;
  static const std::vector<ActingVariant> all{
      {"belief", "Gaussian", Summary::observations, false},
      {"discrete", "classes", Summary::latents, true, {.kl_balance = Real(0.95)}},
      {"planet", "Gaussian", Summary::latents, false},
  };
  return all;
}

Dreamer dreamer(const ActingVariant& v, const Pomdp& m, Index iterations, std::uint64_t seed) {
  RssmSettings sizes{.actions = static_cast<Index>(m.actions.size()),
                     .observations = static_cast<Index>(m.observations.size()),
                     .summary = v.summary,
                     .keep = 1};
  if (v.categorical)
    sizes.latent = CategoricalLatent{.classes = std::clamp<Index>(2 * sizes.observations, 8, 64)};
  DreamerSettings s;
  s.iterations = iterations;
  s.first_model_steps = std::min<Index>(s.first_model_steps, 10 * iterations);  // a short run starts sooner
  // A few episodes of random actions say whether rewards are a few numbers or many.
  Philox random(seed, 3);
  sizes.reward =
      fitting_family(simulate(m, open_loop_policy(m), static_cast<std::size_t>(s.horizon), 50, random));
  return Dreamer(sizes, v.objective, m.discount, s, seed);
}
