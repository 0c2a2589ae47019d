#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/models/files/safetensors.h"
#include "doxa/models/nn/adam.h"

namespace doxa {

/// Everything that a training run depends on, as pointers to where the run keeps it. A checkpoint saves it
/// and puts it back, and the resumed run is then the same, bit for bit, as one that never stopped.
struct TrainingState {
  Parameters parameters = {};  ///< their names must differ; gradients are not saved but set to zero
  Adam* adam = nullptr;        ///< Adam's state for these parameters; its rate belongs to the schedule
  std::map<std::string, Philox*> generators = {};
  std::map<std::string, Index*> counters = {};              ///< for example the step
  std::map<std::string, std::vector<double>*> series = {};  ///< of any length, for example a learning curve
  /// One tensor for each parameter, or none at all: for example the best parameters so far.
  std::map<std::string, std::vector<Tensor>*> copies = {};
  /// What the run was set up with, for example sizes: must match the checkpoint's on resume.
  std::map<std::string, std::string> settings = {};
};

// A checkpoint is a safetensors file of these arrays:
//
//   parameter/<name>                       Real, of the parameter's shape
//   adam.mean/<name>  adam.variance/<name> the same for m and v;   adam.steps  I64 [], t
//   generator/<name>                       U64 [7]: key, counter, words used of the current block
//   counter/<name>  series/<name>          I64 [];  F64 [n]
//   copy/<name>/<parameter>                as the parameter
//
// The metadata are doxa = "checkpoint 1", the settings, Adam's settings as adam.beta1, …, and in a file that
// save_checkpoint has written a checksum of everything else.

/// The contents of the file. Throws std::invalid_argument for two parameters of the same name, settings that
/// have one of the names above, or tensors that do not have the parameters' shapes or hold NaN or infinity.
Safetensors contents(const TrainingState& run);

/// Puts the contents of a file back into the run. Throws FileError naming the first setting or array that is
/// missing, unexpected or different from what the run expects, or a tensor that holds NaN or infinity, and
/// std::invalid_argument as contents() does; nothing has then been changed.
void restore(const TrainingState& run, const Safetensors& from);

/// Writes contents() and their checksum to a file as a whole: an older checkpoint there is replaced only by a
/// complete one. Throws std::runtime_error if the file cannot be written.
void save_checkpoint(const std::filesystem::path& path, const TrainingState& run);

/// The contents of a file. Throws FileError if it cannot be read or is a pipe or a device, or if its checksum
/// is not that of its contents: the file is damaged. Checkpoints of version 0.1.0 have no checksum.
Safetensors read_checkpoint(const std::filesystem::path& path);

/// Puts a file back into the run. Throws as read_checkpoint() and restore().
void load_checkpoint(const std::filesystem::path& path, const TrainingState& run);

}  // namespace doxa
