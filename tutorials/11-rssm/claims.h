#pragma once

#include "doxa/models/beliefs/rssm_learner.h"
#include "support/belief_learning/experiment.h"

// No prediction moves by a bit when what comes after it is changed: prior, emission and belief see the past
// only.
void claim_no_leak(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                   std::vector<doxa::support::BeliefVariant<doxa::RssmLearner>>& variants);

// A summary of latents only can be as good as Bayes: bound and evidence agree where the latent is the
// observation.
void claim_copied_observation(doxa::support::Chapter& chapter, const doxa::EpisodeData& data);

// What the variants come to on Tiger, the chapter's own run.
void claim_tiger(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                 const std::vector<doxa::LearnedBelief>& learned);
