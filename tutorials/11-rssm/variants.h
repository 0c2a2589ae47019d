#pragma once

#include <string>
#include <vector>

#include "doxa/models/beliefs/rssm_bound.h"
#include "support/belief_learning/experiment.h"

// What kinds of recurrent state-space model the chapter trains: each differs from the first in what its row
// of the table in the text says.
struct RssmVariant {
  std::string name;
  doxa::RssmSettings::Summary summary;
  doxa::RssmLatent::Family latent;
  doxa::RssmSettings::Inference inference = doxa::RssmSettings::Inference::filtering;
  doxa::RssmObjective objective = {};
  double anneal = 0;  // share of the training in which the weight of the KL rises from 0 to 1
};
const std::vector<RssmVariant>& rssm_variants();

// The sizes of a variant for a POMDP with so many actions and observations.
doxa::RssmSettings settings_for(const RssmVariant& variant, const doxa::support::BeliefSettings& s,
                                doxa::Index actions, doxa::Index observations);

// As many steps as the budget allows: `budget` multiplications and additions in all.
doxa::Index affordable_steps(const doxa::RssmSettings& sizes, const doxa::support::BeliefSettings& s,
                             double budget);

doxa::support::BeliefVariant make(const RssmVariant& variant, const doxa::RssmSettings& sizes,
                                  doxa::Philox& random);
