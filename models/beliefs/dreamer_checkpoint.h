#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "doxa/models/beliefs/dreamer.h"

namespace doxa {

/// What is kept beside the agent: settings that must match on resume, and a curve of any length.
struct DreamerNotes {
  std::map<std::string, std::string> settings = {};
  std::vector<double> curve = {};
};

/// Writes a Dreamer between two iterations as save_checkpoint does: parameters, the three optimisers, what
/// is remembered, the rewards met and all generators. Throws as save_checkpoint.
void save_dreamer(const std::filesystem::path& path, const Dreamer& d, const DreamerNotes& notes);

/// Puts a file back into a Dreamer that was made with the same arguments; it then goes on, bit for bit, as
/// the one that was saved. `notes` must have the settings, and gets the curve. Throws FileError as
/// load_checkpoint does, also for arrays that do not belong together; d is then of no further use.
void load_dreamer(const std::filesystem::path& path, Dreamer& d, DreamerNotes& notes);

}  // namespace doxa
