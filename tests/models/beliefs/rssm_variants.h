#pragma once

#include <string>
#include <vector>

#include "doxa/models/beliefs/rssm.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa::testing {

/// Small models of every kind: three summaries, two inferences, and latents of 3 classes, of 2 groups of 2,
/// or Gaussian.
inline std::vector<RssmSettings> rssm_variants(bool with_gaussian) {
  using Summary = RssmSettings::Summary;
  using Inference = RssmSettings::Inference;
  std::vector<RssmLatent> latents{CategoricalLatent{.groups = 1, .classes = 3},
                                  CategoricalLatent{.groups = 2, .classes = 2}};
  if (with_gaussian) latents.push_back(GaussianLatent{2});
  std::vector<RssmSettings> all;
  for (const Summary summary : {Summary::latents, Summary::observations, Summary::both})
    for (const Inference inference : {Inference::filtering, Inference::smoothing})
      for (const RssmLatent& latent : latents)
        all.push_back({.actions = 2,
                       .observations = 3,
                       .hidden = 5,
                       .summary = summary,
                       .latent = latent,
                       .inference = inference});
  return all;
}

/// "both, smoothing, 2 groups of 2".
inline std::string name(const RssmSettings& s) {
  const char* const summaries[] = {"latents", "observations", "both"};
  const auto* l = std::get_if<CategoricalLatent>(&s.latent);
  return std::string(summaries[static_cast<int>(s.summary)]) +
         (s.inference == RssmSettings::Inference::smoothing ? ", smoothing, " : ", filtering, ") +
         (l ? std::to_string(l->groups) + " groups of " + std::to_string(l->classes) : "Gaussian");
}

inline Trajectory trajectory(std::vector<std::size_t> actions, std::vector<std::size_t> observations) {
  return {.states = {}, .actions = std::move(actions), .observations = std::move(observations)};
}

}  // namespace doxa::testing
