#pragma once

#include "doxa/models/beliefs/filtering_posterior.h"
#include "support/belief_learning/experiment.h"

// The parts of the chapter other than learning.

// One episode, step by step, beside the exact belief: what a latent of one number says of it.
void one_episode(doxa::support::Chapter& chapter, const doxa::Pomdp& tiger);

// One step with two states: what eq. (4) of the post gives with its KL the wrong way round.
void one_step(doxa::support::Chapter& chapter);

// What the loss (10.9) of a model is with few samples and with many, and what it is if the samples of q are
// taken for the belief. `claimed`: the loss falls with N, on enough held-out episodes to say so.
void show_samples(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                  doxa::FilteringPosterior& model, bool claimed);

// Where learning comes to rest on Tiger: the true model with its best causal posterior has a worse bound than the
// learned model, which learning has moved to where less is lost by not looking ahead.
void true_parameters(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                     std::vector<doxa::support::BeliefVariant<doxa::FilteringPosterior>>& learned);
