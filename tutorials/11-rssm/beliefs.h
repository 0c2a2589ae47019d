#pragma once

#include "doxa/models/beliefs/rssm_learner.h"
#include "support/belief_learning/experiment.h"

// How much of the exact belief is in each variant, beyond its one-step predictions: predictions further
// ahead, calibration, and what a linear probe reads off its summary, and off that of an untrained network.
void show_beliefs(doxa::support::Chapter& chapter, const doxa::support::BeliefSettings& settings,
                  const doxa::EpisodeData& data, const std::vector<doxa::LearnedBelief>& learned,
                  std::vector<doxa::support::BeliefVariant<doxa::RssmLearner>>& trained,
                  std::vector<doxa::RssmLearner>& untrained);
