#pragma once

#include "doxa/models/beliefs/filtering_posterior.h"
#include "support/belief_learning/experiment.h"

// The parts of the chapter other than learning.

// One episode, step by step, beside the exact belief: what a latent of one number says of it.
void one_episode(doxa::support::Chapter& chapter, const doxa::Pomdp& tiger);

// One step with two states: what eq. (4) of the post gives with its KL the wrong way round.
void one_step(doxa::support::Chapter& chapter);

// The pictures of the two models: what is computed from what.
void draw_models(doxa::support::Chapter& chapter);

// A roar that is kept in a latent as N(-d, 1) or N(d, 1), in nats.
struct PriceOfARoar {
  double costs = 0;   // (10.12): the divergence from the best normal that has not heard it, N(0, 1 + d²)
  double brings = 0;  // what the first term of (10.6) has more than a coin's, log 2 + E log p(o_1 | s_1)
  double missed = 0;  // (10.13): the divergence of both together from N(0, 1 + d²), by an integral of its own
  double later = 0;   // log 2 + E log p(o_k | s_1) of a later roar of the same tiger
};
PriceOfARoar price_of_a_roar(double d);
void show_the_price(doxa::support::Chapter& chapter);

// What the loss (10.9) of a model is with few samples and with many, and what it is if the samples of q are
// taken for the belief. `claimed`: the loss falls with N, on enough held-out episodes to say so.
void show_samples(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                  doxa::FilteringPosterior& model, bool claimed);

// Tiger's observations from other states. The tiger is not placed before one listens:
doxa::Pomdp tiger_placed_late();
// The state is what was heard: the net count of roars since the last door, from -most to most, and the last
// roar.
doxa::Pomdp record_of_roars(int most);

// Where learning comes to rest on Tiger: the true model with its best causal posterior has a worse bound than the
// learned model, which learning has moved to where less is lost by not looking ahead. And what the best causal
// posterior is worth with other states that give the same observations.
void true_parameters(doxa::support::Chapter& chapter, const doxa::EpisodeData& data,
                     std::vector<doxa::support::BeliefVariant<doxa::FilteringPosterior>>& learned);
