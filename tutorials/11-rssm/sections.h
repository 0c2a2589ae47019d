#pragma once

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

using Trained = std::vector<doxa::support::BeliefVariant<doxa::RssmLearner>>;

// How much of the exact belief is in each variant, beyond its one-step predictions: predictions further
// ahead, calibration, and what a linear probe reads off its summary, and off that of an untrained network.
void show_beliefs(doxa::support::Chapter& chapter, const doxa::support::BeliefSettings& settings,
                  const doxa::EpisodeData& data, const std::vector<doxa::LearnedBelief>& learned,
                  Trained& trained, std::vector<doxa::RssmLearner>& untrained);

// No prediction moves by a bit when what comes after it is changed: prior, emission and belief see the past
// only.
void claim_no_leak(doxa::support::Chapter& chapter, const doxa::EpisodeData& data, Trained& trained);

// A summary of latents only can be as good as Bayes: bound and evidence agree where the latent is the
// observation.
void claim_copied_observation(doxa::support::Chapter& chapter, const doxa::EpisodeData& data);

// What the variants reach on Tiger, in the chapter's own run.
void claim_tiger(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                 const std::vector<doxa::LearnedBelief>& learned);
