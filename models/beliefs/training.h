#pragma once

#include <algorithm>
#include <cstdint>

#include "doxa/models/beliefs/belief_model.h"
#include "doxa/models/beliefs/episode_data.h"
#include "doxa/models/nn/training.h"
#include "doxa/models/numerics/mean_estimate.h"

namespace doxa {

/// Settings of training a belief, in addition to those of the loop.
struct BeliefTraining {
  Index batch = 32;                     ///< episodes of a training step, including copies
  std::uint64_t seed = 1, stream = 16;  ///< episodes come from Philox(seed, stream), noise from stream + 1
  Index validation_samples = 64;        ///< samples of the belief for a point of the learning curve
};

/// A point of the learning curve: -log_evidence per step of the curve's episodes, with the same samples each
/// time, so that the curve shows the model and not the noise.
template <BeliefModel M>
double curve_loss(M& model, const EpisodeData& data, Index samples) {
  Philox same(1);
  const std::vector<double> log_p = log_evidence(model, data.curve_episodes(), samples, same);
  return -estimate_mean(log_p).mean / static_cast<double>(data.horizon);
}

/// Trains a belief model on episodes alone, one batch a step. `how` has the settings of the loop: rate,
/// clipping, validation, checkpoint, callbacks. The validation loss is curve_loss, and the model ends with the
/// parameters for which it was least. Throws as `train` does.
template <BeliefModel M>
TrainingReport train_belief(M& model, const EpisodeData& data, const BeliefTraining& belief, Training how) {
  Philox draw(belief.seed, belief.stream), noise(belief.seed, belief.stream + 1);
  Tape tape;
  how.run.parameters = parameters(model);
  how.run.generators = {{"data", &draw}, {"noise", &noise}};
  //! [step]
  how.loss = [&](Index) {
    tape.clear();
    const Index count = std::max<Index>(1, belief.batch / copies(model));
    const Episodes batch = draw_batch(data, count, copies(model), draw);
    const Var minimised = loss(tape, model, batch, noise);
    tape.backward(minimised);
    return static_cast<double>(minimised.item());
  };
  //! [step]
  how.validation = [&] { return curve_loss(model, data, belief.validation_samples); };
  return train(how);
}

}  // namespace doxa
