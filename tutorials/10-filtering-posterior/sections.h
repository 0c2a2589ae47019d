#pragma once

#include "doxa/models/beliefs/filtering_posterior.h"
#include "support/belief_learning/experiment.h"

// The parts of the chapter beside its learning.

// One step with two states: what eq. (4) of the post would give with its KL the wrong way round.
void one_step(doxa::support::Chapter& chapter);

// Why the Markov posterior falls short, on Tiger: what the best causal posterior of the true model is worth,
// and that learning has left the true model for one whose posterior is easier to express.
void true_parameters(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                     std::vector<doxa::support::BeliefVariant<doxa::FilteringPosterior>>& learned);
