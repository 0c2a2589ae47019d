#pragma once

#include "support/belief_learning/experiment.h"

// What of the exact belief is in each variant, beside its one-step predictions: predictions further ahead,
// what a linear probe reads off its summary (off that of an untrained one too), and calibration.
void show_beliefs(doxa::support::Chapter& chapter, const doxa::support::BeliefSettings& settings,
                  const doxa::support::BeliefData& data,
                  const std::vector<doxa::support::BeliefVariant>& learned,
                  const std::vector<doxa::support::BeliefVariant>& untrained);
