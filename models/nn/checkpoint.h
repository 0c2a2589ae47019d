#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/models/files/safetensors.h"
#include "doxa/models/nn/adam.h"

namespace doxa {

/// Everything by which a run that goes on later could differ from one that never stopped: where each part of
/// it is kept, to be written to a file and to be read back in place. After that the run is bit for bit the
/// uninterrupted one.
struct TrainingState {
  Parameters parameters = {};  ///< their names differ; the gradients are used up, so zero
  Adam* adam = nullptr;        ///< of these parameters; its rate is left to the schedule
  std::map<std::string, Philox*> generators = {};
  std::map<std::string, Index*> counters = {};              ///< the step, …
  std::map<std::string, std::vector<double>*> series = {};  ///< of any length: a learning curve, …
  /// Each a tensor for every parameter, or none at all: the best so far, …
  std::map<std::string, std::vector<Tensor>*> copies = {};
  /// Of the run, such as its sizes: one with others is not gone on with.
  std::map<std::string, std::string> settings = {};
};

// A checkpoint of it is a safetensors file:
//
//   parameter/<name>                       Real, its shape
//   adam.mean/<name>  adam.variance/<name> the same, m and v;   adam.steps  I64 [], t
//   generator/<name>                       U64 [7]: key, counter, words used of the current block
//   counter/<name>  series/<name>          I64 [];  F64 [n]
//   copy/<name>/<parameter>                as the parameter
//
// and as metadata doxa = "checkpoint 1", the settings, and Adam's as adam.beta1, ….

/// The file's contents. Throws std::invalid_argument for two parameters of one name, settings of the names
/// above, or moments that are not those of the parameters.
Safetensors contents(const TrainingState& run);

/// Reads it back. Throws FileError for a setting or an array that is missing, superfluous or other than
/// expected, naming it, and then has changed nothing; std::invalid_argument as contents() does.
void restore(const TrainingState& run, const Safetensors& from);

/// Writes a file, whole or not at all: an older checkpoint of that name is lost only to a newer one. Throws
/// std::runtime_error where it cannot be written.
void save_checkpoint(const std::filesystem::path& path, const TrainingState& run);

/// restore() from a file. Throws FileError also where it cannot be read.
void load_checkpoint(const std::filesystem::path& path, const TrainingState& run);

}  // namespace doxa
