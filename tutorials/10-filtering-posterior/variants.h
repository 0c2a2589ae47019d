#pragma once

#include "doxa/models/beliefs/filtering_posterior.h"
#include "support/belief_learning/experiment.h"

// The Markov posterior of (10.4), and the same with a recurrent summary of the past latents.
doxa::support::BeliefVariant make(const std::string& name, const doxa::FilteringPosterior::Sizes& sizes,
                                  doxa::Philox& random);
