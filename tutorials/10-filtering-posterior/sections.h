#pragma once

#include "doxa/models/beliefs/filtering_posterior.h"
#include "support/belief_learning/experiment.h"

// The parts of the chapter other than learning.

// One step with two states: what eq. (4) of the post gives with its KL the wrong way round.
void one_step(doxa::support::Chapter& chapter);

// Why the Markov posterior falls short on Tiger: the best causal posterior of the true model has a worse
// bound than the learned model, which learning has moved to where the posterior is easier to express.
void true_parameters(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                     std::vector<doxa::support::BeliefVariant<doxa::FilteringPosterior>>& learned);
