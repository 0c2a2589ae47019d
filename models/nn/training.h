#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "doxa/models/nn/checkpoint.h"
#include "doxa/models/nn/schedule.h"

namespace doxa {

/// What became of one step.
struct TrainingStep {
  Index step;  ///< from 1
  double loss, gradient_norm, rate;
  std::optional<double> validation;  ///< after the step, where one was due
};

/// How a model is trained: by Adam under a schedule, with what is done now and then.
struct Training {
  /// What the run consists of: the parameters, the generators that `loss` draws from, the settings that must
  /// be the same when it is gone on with, and whatever else of the caller's is to be kept. The loop adds
  /// Adam's moments, the step and the schedule's settings, and what it has validated.
  TrainingState run = {};
  WarmupCosine rate = {};
  double max_norm = 0;  ///< of the gradient, 0: no clipping

  Index validate_every = 0;               ///< steps; 0: never. The last step counts too
  std::filesystem::path checkpoint = {};  ///< none if empty
  Index checkpoint_every = 0;             ///< steps; 0: only at the end, or where the run is stopped
  std::filesystem::path resume = {};      ///< a checkpoint to begin from; none if empty

  /// The loss of step t on a fresh batch; leaves its gradients in the parameters.
  std::function<double(Index t)> loss;
  /// Of data held out, the less the better. Draws nothing from the run's generators, or always as much.
  std::function<double()> validation = {};
  std::function<void(const TrainingStep&)> on_step = {};
  /// Asked after every step whether to stop there.
  std::function<bool()> stop = {};
};

struct TrainingReport {
  Index steps = 0;       ///< done in all, those before the checkpoint among them
  bool stopped = false;  ///< before the last
  std::vector<double> validation_step = {}, validation = {};
  Index best_step = 0;  ///< of the least validation loss, whose parameters the model has now; 0: the last's
};

/// Runs the loop. Afterwards the parameters are those of the least validation loss, if any was taken; the
/// checkpoint has the last ones too, so that a run can go on. Throws std::domain_error, naming the step, for
/// a loss or a gradient that is not finite; the checkpoint written before stays. Throws FileError and
/// std::runtime_error as load_checkpoint and save_checkpoint do.
TrainingReport train(const Training& training);

}  // namespace doxa
