#pragma once

#include <string>
#include <vector>

#include "training_step.h"

namespace doxa::benchmarks {

struct Case {
  std::string name;
  std::function<TrainingStep(int threads)> taped;
  std::function<TrainingStep()> manual;  ///< empty: there is no hand-written step
};

/// Variational autoencoders, Markov filtering posteriors and recurrent state-space models of several sizes:
/// small (tens of units), medium and large (PlaNet's widths); and a recurrence over tiny vectors.
const std::vector<Case>& cases();

}  // namespace doxa::benchmarks
