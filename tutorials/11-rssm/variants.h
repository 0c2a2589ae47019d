#pragma once

#include <string>
#include <vector>

#include "doxa/models/beliefs/rssm_learner.h"
#include "support/belief_learning/experiment.h"

// The kinds of recurrent state-space model that the chapter trains. Each differs from the first by what its
// row of the table in the text says.
struct RssmVariant {
  std::string name;
  doxa::RssmSettings::Summary summary;
  bool categorical;  // the latent; else Gaussian
  doxa::RssmSettings::Inference inference = doxa::RssmSettings::Inference::filtering;
  doxa::RssmObjective objective = {};
};
const std::vector<RssmVariant>& rssm_variants();

// The sizes of a variant for a POMDP with so many actions and observations.
doxa::RssmSettings settings_for(const RssmVariant& variant, const doxa::support::BeliefSettings& s,
                                doxa::Index actions, doxa::Index observations);

// As many steps as a budget of multiplications and additions allows.
doxa::Index affordable_steps(const doxa::RssmSettings& sizes, const doxa::support::BeliefSettings& s,
                             double budget);
