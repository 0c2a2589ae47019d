#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace doxa::support {

// A file that a run reads or writes. An empty path is none.
struct RunFile {
  std::string flag;  // by which it is named, for example "--checkpoint"
  std::filesystem::path path;
  bool written = false;
  std::optional<std::string> ending =
      {};  // if there is one: all files of the folder `path` whose names end so
  std::string continues =
      {};  // where both name the same here, not nothing, a file may be read and then written
};

// Where a file is read and also written, or written twice, one of them would be lost without a word: the text
// of an error that says so, "found 'FILE' read by --episodes and written by --checkpoint, expected two
// files". Empty if all is well. Links are followed, and files need not exist.
std::string conflict(const std::vector<RunFile>& files);

}  // namespace doxa::support
